"""Digests of the files that exist, for reports that do not wait for missing results.

As inputs of a rule, results that are out of date would be made again; as a param, their digest
only makes the report again once they change.
"""

from collections.abc import Iterable
from pathlib import Path

from apnet.files import digest
from apnet.records.paths import EVALUATIONS, PICTURES
from workflow.lib.plan import Plan


def of_tables(plan: Plan, tables: Iterable[str]) -> str:
    """The tables' evaluations, their queries, and why they failed; none of `missing: run`.

    Not the note of a judge that failed, which is gone once the table is judged.
    """
    wanted = {item for table in tables for item in plan.evaluations(table)}
    files = [Path(plan.located(f"{plan.results}/{item.file}")) for item in wanted]
    files += [file.with_suffix(".npz") for file in files]
    logs = Path(plan.located(f"logs/{plan.scale}"))
    notes = {logs / note for item in wanted for note in item.notes}
    return of_files([*files, *notes]) if plan.shows_missing else ""


def queries(plan: Plan, tables: Iterable[str]) -> list[str]:
    """The files of queries that the tables wait for, beside their evaluations.

    Not one that an older evaluation lacks, which would have to be made again for it.
    """
    pairs = [(file, str(Path(file).with_suffix(".npz"))) for file in plan.files(tables)]
    there = {file for pair in pairs for file in pair if Path(plan.located(file)).exists()}
    return [file for record, file in pairs if file in there or record not in there]


def of_maps(plan: Plan, figure: str) -> str:
    """The attention maps of a figure, and their evaluations; empty under `missing: run`."""
    files = [*plan.maps(figure), *plan.judged_maps(figure)]
    return of_files(map(plan.located, files)) if plan.shows_missing else ""


def of_pictures(plan: Plan) -> str:
    """The indices of ranked lists that a reader has drawn."""
    return of_files(Path(plan.located(plan.results)).glob(PICTURES))


def besides(plan: Plan, tables: Iterable[str]) -> str:
    """The evaluations that exist beside those that the tables wait for."""
    files = Path(plan.located(plan.results)).glob(EVALUATIONS)
    return of_files({str(file) for file in files} - {*map(plan.located, plan.files(tables))})


def of_files(files: Iterable[str | Path]) -> str:
    """Those of these files that exist."""
    existing = sorted(file for file in map(Path, files) if file.exists())
    return digest([[str(file), file.stat().st_mtime_ns] for file in existing])
