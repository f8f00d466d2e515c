"""Where attention pyramids stand in each backbone, and which ones cannot be built.

Loads no torch, so that a config is refused before anything runs.
"""

from dataclasses import replace

from apnet.config.attentions import ATTENTIONS
from apnet.config.backbones import backbones
from apnet.config.names import ModelName
from apnet.config.readings import METHOD, RELEASED, STAGES, WRITTEN, Reading
from apnet.errors import InputError, one_of

STEM_AND_STAGES = ("stem", *STAGES)

LOCAL_PARTS = 2
"""The branch that the paper adds for CUHK03 splits its map in two along the height
(Section IV-D)."""


def stage_widths(backbone: str) -> dict[str, int]:
    """Channels after the stem and after each stage."""
    return dict(zip(STEM_AND_STAGES, backbones()[backbone].widths, strict=True))


def stage_sizes(backbone: str, height: int, width: int) -> dict[str, tuple[int, int]]:
    """Rows and columns of the map after the stem and each stage, for height x width pixels."""
    lengths = backbones()[backbone].lengths
    sizes = zip(lengths(height), lengths(width), strict=True)
    return dict(zip(STEM_AND_STAGES, sizes, strict=True))


def pyramid_reading(name: ModelName, reading: Reading) -> Reading:
    """The reading that decides the form of a model's pyramids.

    Spatial code was never released, so spatial models have the written form in both, but for
    switches that are not as released: those were set.
    """
    attention = ATTENTIONS.get(name.attention)
    if attention is None or attention.no_release is None or reading.name != RELEASED.name:
        return reading
    values = {switch: getattr(reading, switch) for switch in METHOD}
    changed = {key: value for key, value in values.items() if value != getattr(RELEASED, key)}
    return replace(WRITTEN, **changed)


def check_split(subject: str, level: int, radix: int, whole: int, unit: str) -> None:
    """Refuse a pyramid whose parts do not divide what they split.

    Each level splits every part of the level below it into R.

    Args:
        subject: what is being built, to begin the message with.
        level: number of levels L.
        radix: R; 1 for a stack, which is never split.
        whole: how many of `unit` each level splits.
        unit: such as "channels".

    Raises:
        InputError: `whole` is no multiple of the parts of a level.
    """
    parts = 1
    for i in range(1, level + 1):
        if whole % parts:
            raise InputError(
                f"{subject}: level {i} makes {parts} parts, which do not divide the "
                f"{whole} {unit}: choose another radix, level or image size"
            )
        parts *= radix


def check_buildable(name: ModelName, reading: Reading, input_size: tuple[int, int]) -> None:
    """Refuse a model that cannot be built, or not for images of this size.

    Args:
        input_size: height and width of the images.

    Raises:
        InputError: images that are too small; parts that do not divide the channels
            (channel attention) or the rows (spatial attention, the branch of a
            `-multipart` model) after a stage; `-multipart` on a backbone without it.
    """
    subject, shown = f"model {name.text}", f"{input_size[0]}x{input_size[1]}"
    spec, sizes = backbones()[name.backbone], stage_sizes(name.backbone, *input_size)
    if min(input_size) < spec.smallest_side:
        raise InputError(
            f"{subject}: images of {shown} are too small for it: {spec.smallest_side} pixels a "
            f"side are the least"
        )
    if name.multipart:
        if not spec.multipart:
            raise InputError(f"{subject}: -multipart is not defined for {name.backbone}")
        rows = sizes[STEM_AND_STAGES[-1]][0]
        if rows % LOCAL_PARTS:
            raise InputError(
                f"{subject}: its local branch splits {rows} rows into {LOCAL_PARTS} parts at "
                f"{shown}: choose another image height"
            )
    for stage in pyramid_reading(name, reading).stages:
        if stage not in STEM_AND_STAGES:
            raise one_of("stage", stage, STEM_AND_STAGES)
        if name.level == 0:
            continue
        if ATTENTIONS[name.attention].splits == "rows":
            whole, unit = sizes[stage][0], f"rows of {stage} at {shown}"
        else:
            whole, unit = stage_widths(name.backbone)[stage], f"channels of {stage}"
        check_split(subject, name.level, 1 if name.stacked else name.radix, whole, unit)
