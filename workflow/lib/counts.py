"""Set the counts of the datasets on disk beside those of a table.

    python -m workflow.lib.counts --table paper/tables/table1.yaml --results results
        --scale smoke --readings written --data-root DIR --out results/smoke/cells/table1.json

The paper counts test images in three ways, so each dataset is counted in its own.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from apnet.files import read_json
from reproduction.judging.cells import Grid
from reproduction.judging.judge import judge_table
from reproduction.judging.stored import write_judged
from reproduction.paper.loading import load_table
from reproduction.paper.tables import Printed, Table
from reproduction.results.frame import NOT_RUN, complete
from workflow.lib.admit import absence
from workflow.lib.cli import run_command
from workflow.lib.judge import GUIDE, SERIES

Json = Mapping[str, object]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the cells; returns the exit status."""
    options = ("table", "results", "scale", "readings", "data-root", "out")
    return run_command(__doc__, _judge, argv, *options)


def _judge(arguments: argparse.Namespace) -> None:
    table = load_table(arguments.table)
    scale = arguments.results / arguments.scale
    files = {
        (reading, row): scale / reading / how["dataset"] / "dataset.json"
        for reading in arguments.readings
        for row, how in table.counting.items()
    }
    checks = {key: read_json(file) if file.exists() else None for key, file in files.items()}
    results = complete(pd.DataFrame(_results(table, checks, files, arguments.data_root)))
    judged = replace(
        judge_table(table, results, arguments.readings),
        series_name=SERIES,
        guide=GUIDE,
        facts=tuple(_facts(arguments.scale, checks.values())),
        how="counted in the folders on disk",
        annexes=(_conventions(table, checks),),
    )
    write_judged(arguments.out, judged)


def _facts(scale: str, checks: Iterable[Json | None]) -> Iterator[tuple[str, str]]:
    yield "Scale", scale
    synthetic = any(check and check["synthetic"] for check in checks)
    yield "Data", "synthetic stand-ins, smaller than the real ones" if synthetic else "as on disk"


def _results(
    table: Table,
    checks: Mapping[tuple[str, str], Json | None],
    files: Mapping[tuple[str, str], Path],
    data_root: Path,
) -> Iterator[dict[str, object]]:
    """A row a cell and reading."""
    for cell in table.cells():
        how = table.counting[cell.row.id]
        for (reading, row), check in checks.items():
            if row != cell.row.id:
                continue
            result = {
                "experiment": row,
                "test_set": cell.key,
                "metric": cell.metric,
                "series": reading,
                "file": files[reading, row].as_posix(),
            }
            if check is None:
                why = absence(how["dataset"], data_root) or ""
                yield result | {"value": None, "status": NOT_RUN, "message": why}
            else:
                value = _value(cell, check["counts"], how["test_images"])
                status = {"status": "", "message": "", "synthetic": check["synthetic"]}
                yield result | status | {"value": value}


def _value(cell: Printed, counts: Json, test_images: Sequence[str]) -> int:
    if cell.metric == "Cam":
        return max(counts[split]["cameras"] for split in ("train", "query", "gallery"))
    if cell.key == "train":
        return counts["train"]["identities" if cell.metric == "IDs" else "images"]
    if cell.metric == "IDs":
        # Of the queries: a gallery may hold people whom nobody looks for.
        return counts["query"]["identities"]
    return sum(counts[kind] if kind == "junk" else counts[kind]["images"] for kind in test_images)


def _conventions(table: Table, checks: Mapping[tuple[str, str], Json | None]) -> Grid:
    """Every count of every dataset, so that any convention can be checked."""
    labels = {row.id: row.label for row in table.rows}
    head = ("dataset", "test images are", "reading", "training", "queries", "gallery")
    rows = (
        (labels[row], table.counting[row]["in_words"], reading, *_all_counts(check))
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
