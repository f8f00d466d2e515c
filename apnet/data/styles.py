"""A dataset's own style: clothes, scenery, light and size of its images."""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Style:
    """What the images of one dataset have in common.

    Attributes:
        clothes: colours of garments.
        lower_kinds: what is worn below; more than once, more often.
        long_sleeves: share of people.
        walls: colours behind people.
        grounds: colours under them.
        scenery: what stands behind people: `facade`, `trees`, `hall`.
        sizes: least and greatest height in pixels.
        aspect: least and greatest ratio of height to width.
        cast: how far a camera's colours may be off, as a share.
        blur: greatest radius in pixels, at a height of 128.
    """

    clothes: tuple[Colour, ...]
    lower_kinds: tuple[str, ...]
    long_sleeves: float
    walls: tuple[Colour, ...]
    grounds: tuple[Colour, ...]
    scenery: str
    sizes: tuple[int, int]
    aspect: tuple[float, float]
    cast: float
    blur: float


SUMMER_CAMPUS = Style(
    clothes=(
        *((236, 236, 232), (205, 50, 60), (60, 110, 190), (240, 200, 70)),
        *((70, 160, 110), (230, 140, 170), (40, 44, 56), (150, 100, 170)),
    ),
    lower_kinds=("shorts", "skirt", "trousers"),
    long_sleeves=0.3,
    walls=((176, 186, 176), (196, 188, 170), (150, 166, 150)),
    grounds=((178, 170, 156), (160, 164, 160), (186, 180, 170)),
    scenery="trees",
    sizes=(128, 128),
    aspect=(2.0, 2.0),
    cast=0.03,
    blur=0.9,
)

WINTER_CAMPUS = Style(
    clothes=(
        *((36, 38, 44), (88, 90, 98), (60, 66, 92), (110, 60, 50)),
        *((96, 104, 70), (150, 146, 140), (134, 40, 52), (52, 92, 104)),
    ),
    lower_kinds=("trousers", "trousers", "trousers", "skirt"),
    long_sleeves=0.85,
    walls=((148, 112, 94), (134, 126, 118), (164, 134, 112)),
    grounds=((132, 128, 124), (112, 116, 108), (150, 142, 134)),
    scenery="facade",
    sizes=(150, 240),
    aspect=(2.1, 2.9),
    cast=0.035,
    blur=1.0,
)

INDOORS_AND_OUT = Style(
    clothes=(
        *((226, 222, 214), (44, 44, 50), (184, 60, 48), (70, 96, 150), (208, 170, 90)),
        *((90, 130, 90), (120, 84, 110), (100, 150, 170), (232, 128, 80)),
    ),
    lower_kinds=("trousers", "trousers", "shorts", "skirt"),
    long_sleeves=0.55,
    walls=((204, 208, 214), (120, 130, 150), (222, 210, 186), (96, 100, 104)),
    grounds=((142, 148, 156), (190, 184, 172), (104, 100, 96)),
    scenery="hall",
    sizes=(160, 320),
    aspect=(2.0, 3.0),
    cast=0.04,
    blur=1.2,
)
