"""How a dataset is drawn: part of its own file, for `synthetic/`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apnet.data.folders import GALLERY, QUERY, TRAIN
from apnet.data.styles import Style


@dataclass(frozen=True)
class Shot:
    """One image to draw.

    Attributes:
        files: where it is written, under the dataset's folder; more than one for an
            image that stands in two splits.
        identity: in its name.
        person: who is drawn.
        camera: from 1.
        number: of the image in the dataset; seeds pose and noise.
        part: `train`, `val`, `query`, `gallery`, `junk`, `distractors`.
        occluded: something stands before the person.
    """

    files: tuple[str, ...]
    identity: int
    person: int
    camera: int
    number: int
    part: str
    occluded: bool = False


def market_folder(part: str) -> str:
    """Where Market-1501's layout has the images of a part."""
    return {"train": TRAIN, "query": QUERY}.get(part, GALLERY)


def alternating(half: str, index: int) -> int:
    """The identity of a person: training has the odd numbers, testing the even ones."""
    return 2 * index + (1 if half == "train" else 2)


@dataclass(frozen=True)
class Synthesis:
    """How a dataset is drawn; how much of it follows from its published counts.

    Attributes:
        style: what its images have in common.
        file: an image's file under the dataset's folder, from its part, identity, camera and
            number, as in :class:`Shot`.
        identity: the number of a person, from `train` or `test` and an index from 0.
        lists: its list files, by name, and their lines.
        occluded: parts in which something stands before each person.
        val: of the training images those in a list of their own.
        shared: query images that stand in the gallery as well.
    """

    style: Style
    file: Callable[[str, int, int, int], str]
    identity: Callable[[str, int], int] = alternating
    lists: Callable[[Sequence[Shot]], dict[str, list[str]]] = lambda _shots: {}
    occluded: tuple[str, ...] = ()
    val: int = 0
    shared: int = 0
