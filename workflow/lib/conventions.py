"""How Table I counts each dataset. Loads nothing, since every call of Snakemake reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

TABLE = "table1"

Json = Mapping[str, object]


@dataclass(frozen=True)
class Convention:
    """How the paper counts a dataset.

    Attributes:
        dataset: whose folder is counted.
        test_images: the number that the paper gives, from the counts.
        said: in words.
    """

    dataset: str
    test_images: Callable[[Json], int]
    said: str


def _images(*splits: str) -> Callable[[Json], int]:
    return lambda counts: sum(counts[split]["images"] for split in splits)


def _gallery_and_junk(counts: Json) -> int:
    return counts["gallery"]["images"] + counts["junk"]


_BOTH = "queries and gallery"
CONVENTIONS = {
    "market1501": Convention(
        "market1501", _gallery_and_junk, "all of bounding_box_test, junk included, without queries"
    ),
    "dukemtmc": Convention("dukemtmc", _images("query", "gallery"), _BOTH),
    "cuhk03": Convention("cuhk03-detected", _images("gallery"), "the gallery of detected boxes"),
    "msmt17": Convention("msmt17", _images("query", "gallery"), _BOTH),
    "occluded-dukemtmc": Convention("occluded-dukemtmc", _images("query", "gallery"), _BOTH),
}
"""Row of Table I -> how it is counted."""


def datasets() -> list[str]:
    """The datasets of Table I."""
    return [convention.dataset for convention in CONVENTIONS.values()]
