"""Ranked lists as files: one figure, or a folder with a picture of each query and an index."""

from collections.abc import Callable, Sequence
from pathlib import Path

from apnet.data import ReIDDataset, Sample
from apnet.data.images import Pixels, read_image
from apnet.errors import InputError
from apnet.evaluation.chosen_queries import picture_names
from apnet.evaluation.rank_pictures import draw_lists
from apnet.evaluation.run import require_place
from apnet.figures import FORMATS, SYNTHETIC, require_matplotlib
from apnet.files import write_json
from apnet.records.load import load_ranked
from apnet.records.paths import RANKED_INDEX
from apnet.records.ranked import RankedLists

LONGEST = 100
"""Gallery images of a query that are drawn at most."""

_MOST = 600
"""Images in one figure."""

_LOCAL = "images of people: not for publication unless the dataset's licence allows it"
_FINE, _SMALL = 200, 100
"""Pixels an inch, of a figure and of a picture."""


def check_drawn(out: Path, length: int) -> None:
    """Refuse what cannot be drawn before all images are embedded.

    Args:
        length: gallery images of each query.

    Raises:
        InputError: a place that is neither a folder nor a figure of a known format, or cannot be
            written; too long a list, or no matplotlib.
    """
    if not _is_figure(out) and out.suffix and not out.is_dir():
        raise InputError(
            f"cannot write {out}: name a folder, or a figure with one of .{', .'.join(FORMATS)}"
        )
    require_place(out)
    if length > LONGEST:
        raise InputError(f"--top {length} is more than can be drawn: give {LONGEST} at most")
    require_matplotlib()


def write_lists(
    out: Path,
    lists: RankedLists,
    shown: Sequence[Sequence[Sample]],
    dataset: ReIDDataset,
    log: Callable[[str], None],
) -> None:
    """Write pictures and names of ranked lists.

    Args:
        out: as :func:`check_drawn` takes it.
        lists: of `dataset`; they are given the names of their pictures.
        shown: of each query its own image and those of `nearest`.

    Raises:
        InputError: too many for one figure, an image that cannot be read, or a place that
            cannot be written.
    """
    log(f"drawing {len(lists.queries)} queries")
    write = _write_figure if _is_figure(out) else _write_folder
    write(out, lists, shown, dataset)
    log(f"{lists.chosen}: {out}")
    if not dataset.synthetic:
        log(_LOCAL)


def _is_figure(out: Path) -> bool:
    return out.suffix.removeprefix(".") in FORMATS and not out.is_dir()


def _write_figure(
    out: Path, lists: RankedLists, shown: Sequence[Sequence[Sample]], dataset: ReIDDataset
) -> None:
    count = sum(map(len, shown))
    if count > _MOST:
        raise InputError(
            f"{len(shown)} queries have {count} images, too many for one figure (at most {_MOST}): "
            f"give fewer, or name a folder for a picture of each"
        )
    images = [_read(samples, dataset) for samples in shown]
    draw_lists(out, lists.queries, images, _heading(lists, dataset), dataset.distractors > 0, _FINE)
    write_json(out.with_suffix(".json"), lists.content())


def _write_folder(
    out: Path, lists: RankedLists, shown: Sequence[Sequence[Sample]], dataset: ReIDDataset
) -> None:
    """The index is written last, so that pictures are there, and its own, while it is."""
    index = out / RANKED_INDEX
    if index.exists():
        former = [query.picture for query in load_ranked(index).queries if query.picture]
        index.unlink()
        for name in former:
            (out / Path(name).name).unlink(missing_ok=True)
    names = picture_names(dataset.query)
    for query, samples in zip(lists.queries, shown, strict=True):
        query.picture = names[query.row]
        images = _read(samples, dataset)
        draw_lists(out / query.picture, [query], [images], "", dataset.distractors > 0, _SMALL)
    write_json(index, lists.content())


def _read(samples: Sequence[Sample], dataset: ReIDDataset) -> list[Pixels]:
    return [read_image(dataset.root / sample.path) for sample in samples]


def _heading(lists: RankedLists, dataset: ReIDDataset) -> str:
    run = f"{lists.model} trained on {lists.training_set}, {lists.reading}, {lists.recipe}"
    ranked = f"{lists.dataset}: {lists.chosen}, among {len(dataset.gallery)} gallery images"
    left_out = f"{dataset.junk} more left out as junk" if dataset.junk else "no junk"
    note = SYNTHETIC if dataset.synthetic else _LOCAL
    return f"{run}, seed {lists.seed}\n{ranked}, {left_out}\n{note}"
