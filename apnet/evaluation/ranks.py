"""A run's ranked lists: made where the images are, as pictures, with the names beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apnet.data import ReIDDataset, Sample, get_source
from apnet.data.check import describe_data
from apnet.errors import InputError
from apnet.evaluation.choice import Choice
from apnet.evaluation.chosen_queries import chosen
from apnet.evaluation.galleries import Galleries, galleries
from apnet.evaluation.measure import DISTANCE, Embedder
from apnet.evaluation.rank_files import check_drawn, write_lists
from apnet.evaluation.ranked_lists import RankedList, ranked_lists
from apnet.evaluation.record import test_switches
from apnet.evaluation.recorded import recorded_precisions
from apnet.evaluation.retrieval import evaluate_retrieval
from apnet.evaluation.run import (
    load_model,
    load_test_set,
    read_run,
    reading_of_test,
)
from apnet.records.blocks import Data
from apnet.records.paths import RANKS, TEST
from apnet.records.ranked import Agreement, RankedImage, RankedLists, RankedQuery
from apnet.runtime.compute import ComputeOptions
from apnet.runtime.devices import choose_device
from apnet.runtime.environment import SCHEMA
from apnet.runtime.memory import enough_memory

_DEFAULT, _CHOICE = ComputeOptions(), Choice()
_AGAIN = "or give a smaller --batch"


@dataclass(frozen=True)
class _Ranking:
    """Average precision of every query, and the lists of the chosen ones."""

    precisions: np.ndarray
    lists: list[RankedList]


def draw_ranks(
    run: Path,
    test_set: str,
    data_root: Path,
    out: Path | None = None,
    *,
    choice: Choice = _CHOICE,
    length: int = 10,
    data_record: Path | None = None,
    switches: Mapping[str, object] | None = None,
    compute: ComputeOptions = _DEFAULT,
    log: Callable[[str], None] = print,
) -> None:
    """Draw what stands first for some queries of `test_set`, ranked as `apnet evaluate` does.

    Args:
        out: a figure of all, with a .json beside it; or a folder, for a picture of each and
            an index. None is the run's own folder for them, where reports look.
        choice: which queries.
        length: images of the gallery for each.
        data_record, switches: as for :func:`apnet.evaluation.run.evaluate`.

    Raises:
        InputError: as :func:`apnet.evaluation.run.evaluate`; an unusable `out`, a query that
            is none, or no matplotlib.
    """
    out = run / RANKS / test_set if out is None else out
    check_drawn(out, length)
    device = choose_device(compute.device, compute.threads)
    record, settings = read_run(run)
    reading = reading_of_test(settings, test_set, switches or {})
    dataset = load_test_set(test_set, data_root, reading)
    data = describe_data(dataset, data_root, reading, data_record)
    in_force = test_switches(test_set, reading)
    evaluation = run / TEST / f"{test_set}.json"
    recorded = recorded_precisions(evaluation, record, data, in_force)
    source = get_source(test_set, data_root)
    feature = source.feature(reading)
    model = load_model(run, record, settings).to(device)
    embedder = Embedder(model, settings.recipe, feature, device, compute, log)
    log(f"embedding {len(dataset.query)} queries and {len(dataset.gallery)} gallery images")
    both = galleries(dataset, source, reading)
    ranking = _rank(run, both, embedder, choice, length)
    lists = RankedLists(
        version=SCHEMA,
        run=str(run),
        model=record.model,
        training_set=record.dataset,
        dataset=test_set,
        reading=record.reading,
        recipe=record.recipe,
        seed=record.seed,
        checkpoint_sha256=record.checkpoint_sha256,
        feature=feature,
        switches=in_force,
        data=Data(**data),
        chosen=choice.words(),
        recorded=_agreement(evaluation, recorded, ranking),
        queries=[_named(ranked, dataset, ranking.precisions) for ranked in ranking.lists],
    )
    if lists.recorded:
        log(_compared(lists.recorded, len(lists.queries)))
    shown = [_shown(ranked, dataset) for ranked in ranking.lists]
    write_lists(out, lists, [[query, *nearest] for query, nearest in shown], dataset, log)


def _rank(run: Path, both: Galleries, embedder: Embedder, choice: Choice, length: int) -> _Ranking:
    """Embed all images as an evaluation does, so that ranks are the same to the last one."""
    dataset = both.dataset
    ids = [np.array([sample.identity for sample in part]) for part in dataset.test()]
    cameras = [np.array([sample.camera for sample in part]) for part in dataset.test()]
    try:
        with enough_memory(embedder.batch, embedder.compute.workers, _AGAIN):
            query, gallery = (embedder.embed(both.whole, s) for s in ("query", "gallery"))
            features = query, both.counted(gallery)
            precisions = evaluate_retrieval(
                *features, *ids, *cameras, distance=DISTANCE
            ).average_precision
            rows = chosen(choice, dataset, precisions)
            lists = list(ranked_lists(*features, ids, cameras, rows, length))
    except ValueError as error:
        raise InputError(f"{run} cannot be evaluated on {dataset.name}: {error}") from error
    return _Ranking(precisions, lists)


def _named(ranked: RankedList, dataset: ReIDDataset, precisions: np.ndarray) -> RankedQuery:
    """A list with the names of its images."""
    query, nearest = _shown(ranked, dataset)
    return RankedQuery(
        row=ranked.query,
        **_labels(query),
        average_precision=float(precisions[ranked.query]),
        match_ranks=ranked.matches.tolist(),
        left_out=ranked.left_out,
        nearest=[
            RankedImage(rank=rank, **_labels(sample), right=bool(right))
            for rank, (sample, right) in enumerate(zip(nearest, ranked.right, strict=True), 1)
        ],
        picture=None,
    )


def _shown(ranked: RankedList, dataset: ReIDDataset) -> tuple[Sample, list[Sample]]:
    """The query, and its nearest images."""
    return dataset.query[ranked.query], [dataset.gallery[place] for place in ranked.nearest]


def _labels(sample: Sample) -> dict[str, object]:
    return {"image": sample.path.name, "identity": sample.identity, "camera": sample.camera}


def _agreement(file: Path, recorded: np.ndarray | None, ranking: _Ranking) -> Agreement | None:
    """For how many of the chosen queries average precision is another than recorded."""
    if recorded is None:
        return None
    rows = [ranked.query for ranked in ranking.lists]
    differ = np.count_nonzero(recorded[rows] != ranking.precisions[rows])
    return Agreement(file=str(file), differ=int(differ))


def _compared(found: Agreement, queries: int) -> str:
    if not found.differ:
        return f"average precision is that of {found.file} for each of {queries} queries"
    return (
        f"average precision differs from {found.file} for {found.differ} of {queries} queries: "
        f"it was made on another machine, or with another batch or number of threads"
    )
