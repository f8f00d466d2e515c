"""Whether an evaluation belongs to its run, and its numbers to its queries."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from apnet.records.findings import Finding, error, note, read_record
from apnet.records.galleries import OtherGallery
from apnet.records.queries import OTHER_GALLERY, SCORES, read_queries
from apnet.records.schema import Evaluation, Run, evaluation_model

if TYPE_CHECKING:
    import numpy as np

_TOLERANCE = 1e-6
_OF_RUN = {"model": "model", "training_set": "dataset", "reading": "reading", "seed": "seed"}
"""Key of an evaluation -> the same of its run."""


def check_evaluation(file: Path, run: Run | None) -> tuple[Evaluation | None, list[Finding]]:
    """The evaluation in `file`, None if it is not valid, and what is wrong.

    Args:
        run: the record of the run in the parent folder; None if there is no valid one.
    """
    record, _, findings = read_record(file, evaluation_model)
    if record is None:
        return None, findings
    if record.dataset != file.stem:
        findings.append(error(file, f"its test set is {record.dataset!r}, its file's name another"))
    return record, [
        *findings,
        *_of_run(file, record, run),
        *_other_gallery(file, record),
        *check_queries(file, record),
    ]


def _of_run(file: Path, record: Evaluation, run: Run | None) -> Iterator[Finding]:
    if run is None:
        yield error(file, "orphaned: no valid run.json in the parent folder")
        return
    for key, of_run in _OF_RUN.items():
        if getattr(record, key) != getattr(run, of_run):
            values = f"{getattr(record, key)!r}, its run's {getattr(run, of_run)!r}"
            yield error(file, f"its {key} is {values}")
    for key in ("checkpoint_sha256", "settings_sha256"):
        if getattr(record, key) != getattr(run, key):
            yield error(file, f"its {key} is not its run's: evaluated before the last training?")


def _other_gallery(file: Path, record: Evaluation) -> Iterator[Finding]:
    """Whether it is the other one, by what becomes of distractors and by its size."""
    other, counts = record.other_gallery, record.counts
    if other is None:
        return
    if other.distractors == record.protocol.distractors:
        yield error(file, f"its other gallery is the same: distractors {other.distractors}")
    more = counts.distractors if other.distractors == "kept" else -counts.distractors
    if other.gallery != counts.gallery + more:
        yield error(
            file,
            f"its other gallery has {other.gallery} images, its own {counts.gallery}, and there "
            f"are {counts.distractors} distractors",
        )


def check_queries(file: Path, record: Evaluation) -> Iterator[Finding]:
    """Compute the numbers again from what lies beside them, query by query."""
    arrays = file.with_suffix(".npz")
    if not arrays.is_file():
        yield note(arrays, "is absent, so the numbers cannot be computed again")
        return
    try:
        found = read_queries(arrays)
    except ValueError as fault:
        yield error(arrays, str(fault))
        return
    first = found["first_match_rank"]
    if (len(first), (first > 0).sum()) != (record.counts.query, record.counts.valid_query):
        yield error(file, f"its counts of queries are not those of {arrays.name}")
    for block, prefix in ((record, ""), (record.other_gallery, OTHER_GALLERY)):
        scores = [found.get(f"{prefix}{name}") for name in SCORES]
        lacking = [prefix + n for n, array in zip(SCORES, scores, strict=True) if array is None]
        if block is not None and block.mINP is not None and lacking:
            yield error(arrays, f"lacks {lacking[0]}")
        elif block is not None:
            yield from _means(file, f"its {prefix.replace('_', ' ')}", block, *scores)


def _means(
    file: Path,
    of: str,
    block: Evaluation | OtherGallery,
    precision: "np.ndarray",
    first: "np.ndarray",
    penalty: "np.ndarray | None",
) -> Iterator[Finding]:
    """Compare the numbers of a gallery with its queries' scores."""
    valid = first > 0
    if abs(float(precision[valid].mean()) - block.mAP) > _TOLERANCE:
        yield error(file, f"{of}mAP is not the mean of its queries' average precision")
    if block.mINP is not None and abs(float(penalty[valid].mean()) - block.mINP) > _TOLERANCE:
        yield error(file, f"{of}mINP is not the mean of its queries' inverse negative penalty")
    curve = {str(rank): share for rank, share in enumerate(block.cmc_curve or (), start=1)}
    for rank, accuracy in (*block.cmc.items(), *curve.items()):
        if abs(float((first[valid] <= int(rank)).mean()) - accuracy) > _TOLERANCE:
            yield error(file, f"{of}rank-{rank} is not that of its queries' first matches")
