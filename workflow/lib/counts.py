"""Set the counts of the datasets on disk beside those of a table, whose `counting` says how."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from apnet.errors import InputError
from apnet.records.load import load_check
from reproduction.judging.cells import Grid
from reproduction.judging.judge import judge_table
from reproduction.paper.loading import load_table
from reproduction.paper.tables import Table
from reproduction.results.frame import NOT_RUN, results_frame
from workflow.lib.adapter import failed
from workflow.lib.cli import run_command
from workflow.lib.counting import check_counting
from workflow.lib.forms import Json
from workflow.lib.judge import write_cells
from workflow.lib.presence import absence


def main(argv: Sequence[str] | None = None) -> int:
    """Write the cells; returns the exit status."""
    options = ("table", "results", "scale", "readings", "data-root", "out")
    return run_command(__doc__, _judge, argv, *options)


def _judge(arguments: argparse.Namespace) -> None:
    table = load_table(arguments.table)
    check_counting(table, str(arguments.table))
    scale = arguments.results / arguments.scale
    files = {
        (reading, row): scale / reading / how["dataset"] / "dataset.json"
        for reading in arguments.readings
        for row, how in table.counting["rows"].items()
    }
    checks, refused = {}, {}
    for (reading, row), file in files.items():
        try:
            checks[reading, row] = _read(file, reading, table.counting["rows"][row]["dataset"])
        except InputError as error:
            refused[reading, row] = str(error)
    results = results_frame(_results(table, checks, refused, files, arguments.data_root))
    write_cells(
        arguments.out,
        judge_table(table, results, arguments.readings),
        facts=tuple(_facts(arguments.scale, checks.values())),
        how="counted in the folders on disk",
        annexes=(_conventions(table, checks),),
    )


def _read(file: Path, reading: str, dataset: str) -> Json | None:
    """The check of a dataset under a reading; None if there is none."""
    if not file.exists():
        return None
    check = load_check(file)
    # A check of an older release names no reading.
    if check.name != dataset or check.reading not in ("", reading):
        raise InputError(
            f"{file} is no check of {dataset}, {reading}: delete it to check the dataset again"
        )
    return check.content()


def _facts(scale: str, checks: Iterable[Json | None]) -> Iterator[tuple[str, str]]:
    yield "Scale", scale
    synthetic = any(check and check["synthetic"] for check in checks)
    yield "Data", "synthetic stand-ins, smaller than the real ones" if synthetic else "as on disk"


def _results(
    table: Table,
    checks: Mapping[tuple[str, str], Json | None],
    refused: Mapping[tuple[str, str], str],
    files: Mapping[tuple[str, str], Path],
    data_root: Path,
) -> Iterator[dict[str, object]]:
    """A row a cell and reading."""
    for cell in table.cells():
        how = table.counting["rows"][cell.row.id]
        wanted = (table.counting["cells"] | how)[f"{cell.key}/{cell.metric}"]
        for reading, row in files:
            if row != cell.row.id:
                continue
            result = {
                "experiment": row,
                "test_set": cell.key,
                "metric": cell.metric,
                "series": reading,
                "file": files[reading, row].as_posix(),
            }
            check = checks.get((reading, row))
            if (reading, row) in refused:
                yield result | failed(refused[reading, row])
            elif check is None:
                why = absence(how["dataset"], data_root) or ""
                yield result | {"status": NOT_RUN, "message": why}
            else:
                value = _value(check["counts"], **wanted)
                yield result | {"value": value, "synthetic": check["synthetic"]}


def _value(counts: Json, **how: Sequence[str]) -> int:
    """Counts such as `train.images` and `junk`, put together: their `sum`, or their `max`."""
    ((together, parts),) = how.items()
    pairs = [part.partition(".")[::2] for part in parts]
    numbers = [counts[split][what] if what else counts[split] for split, what in pairs]
    return {"sum": sum, "max": max}[together](numbers)


def _conventions(table: Table, checks: Mapping[tuple[str, str], Json | None]) -> Grid:
    """Every count of every dataset, so that any convention can be checked."""
    labels = {row.id: row.label for row in table.rows}
    head = ("dataset", "test images are", "reading", "training", "queries", "gallery")
    rows = (
        (labels[row], table.counting["rows"][row]["in_words"], reading, *_all_counts(check))
        for (reading, row), check in checks.items()
        if check
    )
    return Grid(table.annex.title, table.annex.text, (*head, "junk", "distractors"), tuple(rows))


def _all_counts(check: Json) -> list[str]:
    counts, mark = check["counts"], "ˢ" if check["synthetic"] else ""
    numbers = [counts[split]["images"] for split in ("train", "query", "gallery")]
    return [f"{number:,}{mark}" for number in (*numbers, counts["junk"], counts["distractors"])]


if __name__ == "__main__":
    sys.exit(main())
