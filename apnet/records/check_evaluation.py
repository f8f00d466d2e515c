"""Whether an evaluation is of its run, and its numbers are those of its queries."""

import re
from collections.abc import Iterator
from pathlib import Path

from apnet.records.findings import Finding, error, note, read_record
from apnet.records.forms import evaluation_form
from apnet.records.kinds import NUMBER

_RANK = re.compile(r"[1-9][0-9]{0,8}")
_TOLERANCE = 1e-6


def check_evaluation(file: Path, run: dict | None) -> tuple[dict | None, list[Finding]]:
    """The evaluation in `file`, None if it is of no use, and what is wrong.

    Args:
        run: the record of the run in the folder above; None if there is none of use.
    """
    record, found = read_record(file, evaluation_form)
    if record is None:
        return None, found
    if record["dataset"] != file.stem:
        found.append(error(file, f"its test set is {record['dataset']!r}, its name another"))
    found += _of_run(file, record, run)
    numbers = list(_numbers(file, record))
    # Numbers that are none cannot be held against anything.
    return record, [*found, *(numbers or _queries(file, record))]


def _of_run(file: Path, record: dict, run: dict | None) -> Iterator[Finding]:
    if run is None:
        yield error(file, "is of no run: there is no run.json of use above it")
        return
    for own, theirs in (("model", "model"), ("training_set", "dataset"), ("reading", "reading")):
        if record[own] != run[theirs]:
            yield error(file, f"its {own} is {record[own]!r}, its run's {run[theirs]!r}")
    if record["seed"] != run["seed"]:
        yield error(file, f"its seed is {record['seed']!r}, its run's {run['seed']!r}")
    for key in ("checkpoint_sha256", "settings_sha256"):
        if record[key] != run[key]:
            yield error(file, f"its {key} is not its run's: evaluated before the last training?")


def _numbers(file: Path, record: dict) -> Iterator[Finding]:
    cmc = record["cmc"]
    if not cmc or not all(map(_RANK.fullmatch, cmc)):
        yield error(file, "its cmc is not an accuracy for each rank")
        return
    for name, value in {"mAP": record["mAP"], **{f"rank-{k}": v for k, v in cmc.items()}}.items():
        if not NUMBER.holds(value) or not 0 <= value <= 1:
            yield error(file, f"its {name} is {value!r:.60}, not a fraction from 0 to 1")
            return
    curve = [cmc[rank] for rank in sorted(cmc, key=int)]
    if curve != sorted(curve):
        yield error(file, "its cmc falls as the rank grows, which no ranking does")


def _queries(file: Path, record: dict) -> Iterator[Finding]:
    """Compute the numbers again from what lies beside them, query by query."""
    import numpy as np

    arrays = file.with_suffix(".npz")
    try:
        if not arrays.is_file():
            yield note(arrays, "is absent, so the numbers cannot be computed again")
            return
        with np.load(arrays) as found:
            precision, first = found["average_precision"], found["first_match_rank"]
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
    if abs(float(precision[valid].mean()) - record["mAP"]) > _TOLERANCE:
        yield error(file, "its mAP is not the mean of its queries' average precision")
    for rank, accuracy in record["cmc"].items():
        if abs(float((first[valid] <= int(rank)).mean()) - accuracy) > _TOLERANCE:
            yield error(file, f"its rank-{rank} is not that of its queries' first matches")
