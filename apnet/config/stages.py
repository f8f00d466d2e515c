"""Where attention pyramids stand in each backbone, and which ones cannot be built.

Loads no torch, so that a config is refused before anything runs.
"""

from collections.abc import Sequence

from apnet.config.names import ModelName
from apnet.config.readings import STAGES, WRITTEN, Reading
from apnet.errors import InputError, one_of

PLACES = ("stem", *STAGES)

LOCAL_PARTS = 2
"""The branch that the paper adds for CUHK03 splits its map in two along the height
(Section IV-D)."""

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
    return WRITTEN if name.attention == "spatial" and reading.name == "released" else reading


def level_parts(level: int, radix: int, stacked: bool = False) -> tuple[int, ...]:
    """Parts of each of the levels 1 to L, R^(i-1) (Section III-A); 1 throughout in a stack."""
    return tuple(1 if stacked else radix**below for below in range(level))


def check_split(subject: str, parts: Sequence[int], whole: int, unit: str) -> None:
    """Refuse levels whose parts do not divide what they split.

    Args:
        subject: what is being built, to begin the message with.
        parts: of each level.
        whole: how many of `unit` each level splits.
        unit: such as "channels".

    Raises:
        InputError: `whole` is no multiple of one of `parts`.
    """
    for level, count in enumerate(parts, start=1):
        if whole % count:
            raise InputError(
                f"{subject}: level {level} makes {count} parts, which do not divide the "
                f"{whole} {unit}: choose another radix, level or image size"
            )


def check_buildable(name: ModelName, reading: Reading, input_size: tuple[int, int]) -> None:
    """Refuse a model that cannot be built, or not for images of this size.

    Args:
        input_size: height and width of the images.

    Raises:
        InputError: images that are too small; parts that do not divide the channels
            (channel attention) or the rows (spatial attention, the branch of a
            `-multipart` model) of a place; `-multipart` on another backbone than a ResNet.
    """
    subject, shown = f"model {name.text}", f"{input_size[0]}x{input_size[1]}"
    sizes = place_sizes(name.backbone, *input_size)
    if min(min(size) for size in sizes.values()) < 1:
        raise InputError(f"{subject}: images of {shown} are too small for it")
    if name.multipart:
        if not name.backbone.startswith("resnet"):
            raise InputError(f"{subject}: -multipart is defined for the ResNet backbones only")
        rows = sizes[PLACES[-1]][0]
        if rows % LOCAL_PARTS:
            raise InputError(
                f"{subject}: its local branch splits {rows} rows into {LOCAL_PARTS} parts at "
                f"{shown}: choose another image height"
            )
    parts = level_parts(name.level, name.radix, name.stacked)
    for place in pyramid_reading(name, reading).places:
        if place not in PLACES:
            raise one_of("place", place, PLACES)
        if name.attention == "spatial":
            check_split(subject, parts, sizes[place][0], f"rows of {place} at {shown}")
        else:
            width = WIDTHS[name.backbone][PLACES.index(place)]
            check_split(subject, parts, width, f"channels of {place}")


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
