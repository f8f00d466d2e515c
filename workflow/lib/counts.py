"""Set the counts of the datasets on disk beside those of Table I.

    python -m workflow.lib.counts --table paper/tables/table1.yaml --results results
        --scale smoke --readings written --data-root DIR --out results/smoke/cells/table1.json

The paper counts test images in three ways, so each dataset is counted in its own.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from apnet.files import read_json, write_json
from apnet.fingerprint import DATA, code_fingerprint
from reproduction.judge.cell import exact_cell, open_cell
from reproduction.paper.tables import Cell, Table, load_table
from workflow.lib.absent import absence
from workflow.lib.cli import run_main
from workflow.lib.comparability import SYNTHETIC
from workflow.lib.conventions import CONVENTIONS
from workflow.lib.judge import SCHEMA

Json = Mapping[str, object]

_SCENES = "its file names number two cameras for each scene; the paper's six are of three scenes"
_ONE_TRAINING_LIST = "trained on list_train.txt alone"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the cells of Table I; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", required=True, type=Path)
    parser.add_argument("--results", required=True, type=Path, help="the folder of all scales")
    parser.add_argument("--scale", required=True)
    parser.add_argument("--readings", required=True, nargs="+")
    parser.add_argument("--data-root", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    return run_main(lambda: _judge(arguments))


def _judge(arguments: argparse.Namespace) -> None:
    table = load_table(arguments.table)
    scale = arguments.results / arguments.scale
    files = {
        (reading, row): scale / reading / convention.dataset / "dataset.json"
        for reading in arguments.readings
        for row, convention in CONVENTIONS.items()
    }
    checks = {place: read_json(file) if file.exists() else None for place, file in files.items()}
    content = {
        "schema": SCHEMA,
        "table": table.id,
        "scale": arguments.scale,
        "readings": arguments.readings,
        "seeds": [],
        "code": {"data": code_fingerprint(DATA)},
        "circumstances": [],
        "head": list(_head(arguments.scale, checks.values())),
        "how": "counted in the folders on disk",
        "cells": list(_cells(table, checks, files, arguments)),
        "annexes": [_conventions(table, checks)],
    }
    write_json(arguments.out, content)


def _head(scale: str, checks: Sequence[Json | None]) -> Iterator[tuple[str, str]]:
    yield "Scale", scale
    synthetic = any(found and found["synthetic"] for found in checks)
    yield "Data", "synthetic stand-ins, smaller than the real ones" if synthetic else "as on disk"


def _cells(
    table: Table,
    checks: Mapping[tuple[str, str], Json | None],
    files: Mapping[tuple[str, str], Path],
    arguments: argparse.Namespace,
) -> Iterator[dict[str, object]]:
    """In the order of print, and of the readings."""
    for cell in table.cells():
        for reading in arguments.readings:
            place = (reading, cell.row.id)
            found = checks[place]
            if found is None:
                why = absence(CONVENTIONS[cell.row.id].dataset, arguments.data_root)
                yield open_cell(cell, table, reading, files[place].as_posix(), why)
                continue
            made = exact_cell(cell, table, reading, _value(cell, found["counts"]), _caveats(*place))
            yield made | (_SYNTHETIC if found["synthetic"] else {})


_SYNTHETIC = {
    "synthetic": True,
    "comparable": False,
    "verdict": "not comparable",
    "why_not": [SYNTHETIC],
    "difference": None,
}


def _value(cell: Cell, counts: Json) -> int:
    if cell.metric == "Cam":
        return max(counts[split]["cameras"] for split in ("train", "query", "gallery"))
    if cell.key == "train":
        return counts["train"]["identities" if cell.metric == "IDs" else "images"]
    if cell.metric == "IDs":
        # Of the queries: a gallery may hold people whom nobody looks for.
        return counts["query"]["identities"]
    return CONVENTIONS[cell.row.id].test_images(counts)


def _caveats(reading: str, row: str) -> list[str]:
    if row == "cuhk03":
        return [_SCENES]
    return [_ONE_TRAINING_LIST] if (reading, row) == ("released", "msmt17") else []


def _conventions(table: Table, checks: Mapping[tuple[str, str], Json | None]) -> dict[str, object]:
    """Every count of every dataset, so that any convention can be checked."""
    labels = {row.id: row.label for row in table.rows}
    return {
        "title": "All counts, and what the paper counts as test images",
        "text": [
            "The paper's column of test images mixes three conventions. Each dataset is counted "
            "here in the paper's way; identities of the test set are those of the queries."
        ],
        "head": [
            *("dataset", "test images are", "reading", "training", "queries", "gallery"),
            *("junk", "distractors"),
        ],
        "rows": [
            [labels[row], CONVENTIONS[row].said, reading, *_all_counts(found)]
            for (reading, row), found in checks.items()
            if found
        ],
    }


def _all_counts(found: Json) -> list[str]:
    counts, mark = found["counts"], "ˢ" if found["synthetic"] else ""
    numbers = [counts[split]["images"] for split in ("train", "query", "gallery")]
    return [f"{number:,}{mark}" for number in (*numbers, counts["junk"], counts["distractors"])]


if __name__ == "__main__":
    sys.exit(main())
