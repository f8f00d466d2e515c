"""Where attention pyramids stand in each backbone, and which ones cannot be built.

Loads no torch, so that a config is refused before anything runs.
"""

from apnet.errors import InputError
from apnet.names import ModelName
from apnet.readings import STAGES, WRITTEN, Reading

PLACES = ("stem", *STAGES)

WIDTHS = {
    "resnet50": (64, 256, 512, 1024, 2048),
    "resnet101": (64, 256, 512, 1024, 2048),
    "densenet169": (64, 256, 512, 1280, 1664),
    "inception_v3": (64, 192, 288, 768, 2048),
}
"""Channels at the stem and after each stage: dense blocks for DenseNet; for Inception-V3
its two pools and Mixed_5d, 6e and 7c."""


def place_sizes(backbone: str, height: int, width: int) -> dict[str, tuple[int, int]]:
    """Rows and columns of the map at each place, for an input of height x width pixels.

    The stride of the last stage is 1 (Section IV-B).
    """
    lengths = {"inception_v3": _inception, "densenet169": _densenet}.get(backbone, _resnet)
    return dict(zip(PLACES, zip(lengths(height), lengths(width), strict=True), strict=True))


def pyramid_reading(name: ModelName, reading: Reading) -> Reading:
    """The reading that decides the form of a model's pyramids.

    Spatial code was never released, so spatial models have the written form in both.
    """
    return WRITTEN if name.attention == "spatial" else reading


def level_parts(name: ModelName) -> tuple[int, ...]:
    """Parts of each level, R^(i-1) for level i (Section III-A); 1 throughout in a stack."""
    return tuple(1 if name.stacked else name.radix**level for level in range(name.level))


def check_buildable(name: ModelName, reading: Reading, input_size: tuple[int, int]) -> None:
    """Refuse a model whose parts do not divide what they split.

    Args:
        input_size: height and width of the images.

    Raises:
        InputError: parts that do not divide the channels (channel attention) or the rows
            (spatial attention) of a place.
    """
    sizes = place_sizes(name.backbone, *input_size)
    if min(min(size) for size in sizes.values()) < 1:
        raise InputError(f"model {name.text}: images of {_shown(input_size)} are too small for it")
    for place in pyramid_reading(name, reading).places:
        spatial = name.attention == "spatial"
        whole = sizes[place][0] if spatial else WIDTHS[name.backbone][PLACES.index(place)]
        for level, parts in enumerate(level_parts(name), start=1):
            if whole % parts:
                raise InputError(
                    f"model {name.text}: level {level} makes {parts} parts, which do not divide "
                    f"the {whole} {'rows' if spatial else 'channels'} of {place} at "
                    f"{_shown(input_size)}: choose another radix, level or image size"
                )


def _shown(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _halved(length: int) -> int:
    """A stride of 2 with padding that keeps every pixel."""
    return (length + 1) // 2


def _resnet(length: int) -> tuple[int, ...]:
    stem = _halved(_halved(length))
    return stem, stem, _halved(stem), _halved(_halved(stem)), _halved(_halved(stem))


def _densenet(length: int) -> tuple[int, ...]:
    stem = _halved(_halved(length))
    return stem, stem, stem // 2, stem // 4, stem // 4


def _strided(length: int) -> int:
    """A 3-wide window at a stride of 2 without padding."""
    return (length - 3) // 2 + 1


def _inception(length: int) -> tuple[int, ...]:
    first = _strided(_strided(length) - 2)
    second = _strided(first - 2)
    third = _strided(second)
    return first, second, second, third, third - 2
