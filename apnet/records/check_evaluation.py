"""Whether an evaluation belongs to its run, and its numbers to its queries."""

from collections.abc import Iterator
from pathlib import Path

from apnet.records.findings import Finding, error, note, read_record
from apnet.records.schema import Evaluation, Run, evaluation_model

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
    return record, [*findings, *_of_run(file, record, run), *check_queries(file, record)]


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


def check_queries(file: Path, record: Evaluation) -> Iterator[Finding]:
    """Compute the numbers again from what lies beside them, query by query."""
    import numpy as np

    arrays = file.with_suffix(".npz")
    try:
        if not arrays.is_file():
            yield note(arrays, "is absent, so the numbers cannot be computed again")
            return
        with np.load(arrays) as content:
            precision, first = content["average_precision"], content["first_match_rank"]
    # A damaged archive raises whatever its bytes make zipfile and NumPy raise.
    except Exception as reason:
        yield error(arrays, f"cannot be read ({type(reason).__name__})")
        return
    if not all(array.ndim == 1 and array.dtype.kind in "iuf" for array in (precision, first)):
        yield error(arrays, "does not hold a number for each query")
        return
    valid = np.isfinite(precision)
    if not valid.any() or len(precision) != len(first):
        yield error(arrays, "holds no valid query, or arrays of different lengths")
        return
    if abs(float(precision[valid].mean()) - record.mAP) > _TOLERANCE:
        yield error(file, "its mAP is not the mean of its queries' average precision")
    for rank, accuracy in record.cmc.items():
        if abs(float((first[valid] <= int(rank)).mean()) - accuracy) > _TOLERANCE:
            yield error(file, f"its rank-{rank} is not that of its queries' first matches")
