"""One cell of a table as a record: reported, reproduced, and the verdict."""

from collections.abc import Mapping, Sequence

from reproduction.judge.statistics import Pool, Verdict, decide, statistics
from reproduction.paper.tables import Cell, Table
from workflow.lib.caveats import caveats
from workflow.lib.comparability import marks
from workflow.lib.entries import Entry

NOT_RUN = "not run"
_NO_NUMBERS: Mapping[str, object] = {
    "seeds": [],
    "values": [],
    "mean": None,
    "sd": None,
    "pooled_sd": None,
    "dof": None,
    "interval": None,
    "prediction_interval": None,
    "difference": None,
}


def quoted_cell(cell: Cell, table: Table) -> dict[str, object]:
    """A cell that the paper quotes from elsewhere; no experiment, hence no reading."""
    return {
        **_place(cell, table),
        "reading": None,
        "status": "quoted",
        **_NO_NUMBERS,
        "verdict": "quoted",
        "comparable": False,
        "synthetic": False,
    }


def exact_cell(
    cell: Cell, table: Table, reading: str | None, value: float, caveats: Sequence[str] = ()
) -> dict[str, object]:
    """A cell whose value is counted: it comes out as printed, or it does not."""
    decimals = table.metrics[cell.metric].decimals
    word = "equal" if round(value, decimals) == cell.reported else "unequal"
    return {
        **_place(cell, table),
        "reading": reading,
        "status": "run",
        **_NO_NUMBERS,
        "values": [value],
        "mean": value,
        "difference": None if cell.reported is None else value - cell.reported,
        "tolerance": None,
        "verdict": "not reported" if cell.reported is None else word,
        "comparable": True,
        "why_not": [],
        "synthetic": False,
        "marks": [],
        "caveats": list(caveats),
        "files": [],
        "missing": [],
    }


def open_cell(
    cell: Cell, table: Table, reading: str, file: str, why: str | None
) -> dict[str, object]:
    """A cell whose value is to be counted, and is not there.

    Args:
        file: what would hold it.
        why: it is not there, if that is known.
    """
    lacking = {"seed": None, "file": file, "status": NOT_RUN, "message": why, "log": None}
    return exact_cell(cell, table, reading, 0) | {
        "status": NOT_RUN,
        **_NO_NUMBERS,
        "verdict": NOT_RUN,
        "comparable": False,
        "missing": [lacking],
    }


def judged_cell(
    entry: Entry,
    table: Table,
    tolerance: float,
    pooled: Pool | None,
    missing: Sequence[Mapping[str, object]],
    accepted: Mapping[str, str],
) -> dict[str, object]:
    """A cell under one reading.

    Args:
        tolerance: e, in percent points.
        pooled: the spread that its models share.
        missing: the evaluations that it lacks.
        accepted: the config's words for why a dataset's counts will do, by dataset.

    Returns:
        JSON; numbers in percent at full precision, those that do not exist null.
    """
    verdict = _verdict(entry, table, tolerance, pooled, missing)
    return {
        **_place(entry.cell, table),
        "reading": entry.reading,
        "model": entry.model,
        "status": "run" if entry.records else verdict.word,
        **_numbers(entry, pooled),
        "tolerance": tolerance,
        "verdict": verdict.word,
        "verdict_detail": verdict.detail,
        "leaning": verdict.leaning,
        "more_seeds": verdict.more_seeds,
        "comparable": bool(entry.records) and not entry.why_not,
        "why_not": list(entry.why_not),
        "synthetic": any(record.synthetic for record in entry.records),
        "marks": marks(entry.records, accepted),
        "caveats": caveats(entry.model, entry.reading),
        "files": [record.file.as_posix() for record in entry.records],
        "missing": list(missing),
    }


def _place(cell: Cell, table: Table) -> dict[str, object]:
    return {
        "row": cell.row.id,
        "label": cell.row.label,
        "group": cell.row.group,
        "dataset": cell.key,
        "metric": cell.metric,
        "reported": cell.reported,
        "reported_bold": table.reported_bold(cell.row, cell.key, cell.metric),
    }


def _numbers(entry: Entry, pooled: Pool | None) -> dict[str, object]:
    if not entry.records:
        return dict(_NO_NUMBERS)
    found, reported = statistics(entry.values, pooled), entry.cell.reported
    return {
        "seeds": [record.evaluation.run.seed for record in entry.records],
        "values": entry.values,
        "mean": found.mean,
        "sd": found.sd,
        "pooled_sd": pooled.sd if found.interval else None,
        "dof": pooled.dof if found.interval else None,
        "interval": found.interval,
        "prediction_interval": found.prediction_interval,
        "difference": None if reported is None else found.mean - reported,
    }


def _verdict(
    entry: Entry,
    table: Table,
    tolerance: float,
    pooled: Pool | None,
    missing: Sequence[Mapping[str, object]],
) -> Verdict:
    failed = [item for item in missing if item["status"] == "failed"]
    if not entry.records and failed:
        return Verdict("failed", failed[0]["message"])
    if entry.why_not:
        return Verdict("not comparable", "; ".join(entry.why_not))
    if entry.records and entry.cell.reported is None:
        return Verdict("not reported", "the paper gives no value here")
    better = table.metrics[entry.cell.metric].better
    return decide(entry.values, entry.cell.reported, tolerance, pooled, better)
