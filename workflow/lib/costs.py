"""Set counted costs beside those of Table III, under both readings.

    python -m workflow.lib.costs --table paper/tables/table3.yaml
        --experiments workflow/experiments.yaml --costs results/complexity --scale smoke
        --out results/smoke/cells/table3.json

A cost has no seeds and no spread: it comes out as printed or it does not. The cells have
the form that :mod:`workflow.lib.judge` gives those of accuracies; below them stand the
other rules of counting and what the paper's table leaves out.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from apnet.config.readings import READINGS
from apnet.errors import InputError
from apnet.files import read_json, write_json
from apnet.fingerprint import COMPLEXITY, code_fingerprint
from apnet.runtime.environment import SCHEMA as RECORD_SCHEMA
from reproduction.judge.cell import exact_cell, quoted_cell
from reproduction.paper.tables import Table, load_experiments, load_table
from workflow.lib.caveats import caveats
from workflow.lib.cli import run_main
from workflow.lib.counted import BESIDE, counted_models, models_of_rows
from workflow.lib.judge import SCHEMA

PAPER_RULES = "thop-0.0.31"
"""They give the paper's column; docs/costs.md says how that was found."""

Json = Mapping[str, object]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the cells of Table III; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", required=True, type=Path)
    parser.add_argument("--experiments", required=True, type=Path)
    parser.add_argument("--costs", required=True, type=Path, help="<reading>/<model>.json in it")
    parser.add_argument("--scale", required=True)
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    return run_main(lambda: _judge(arguments))


def _judge(arguments: argparse.Namespace) -> None:
    experiments = load_experiments(arguments.experiments)
    table = load_table(arguments.table, experiments)
    costs = {
        (reading, model): _read(arguments.costs / reading / f"{model}.json", reading, model)
        for reading in READINGS
        for model in counted_models(table, experiments)
    }
    by_row = models_of_rows(table, experiments)
    content = {
        "schema": SCHEMA,
        "table": table.id,
        "scale": arguments.scale,
        "readings": list(READINGS),
        "seeds": [],
        "code": {"complexity": code_fingerprint(COMPLEXITY)},
        "circumstances": [],
        "head": list(_head(costs)),
        "how": "counted here, and rounded as the paper rounds",
        "cells": list(_cells(table, by_row, costs)),
        "annexes": [_other_rules(table, by_row, costs)],
    }
    write_json(arguments.out, content)


def _read(file: Path, reading: str, model: str) -> Json:
    found = read_json(file)
    wanted = {"schema": RECORD_SCHEMA, "reading": reading, "model": model}
    if not isinstance(found, dict) or {key: found.get(key) for key in wanted} != wanted:
        raise InputError(f"{file} is no cost of {model}, {reading}: delete it to count again")
    return found


def _cells(
    table: Table, by_row: Mapping[str, str], costs: Mapping[tuple[str, str], Json]
) -> Iterator[dict[str, object]]:
    """In the order of print, and of the readings."""
    for cell in table.cells():
        model = by_row.get(cell.row.id)
        if model is None:
            yield quoted_cell(cell, table)
            continue
        for reading in READINGS:
            value = costs[reading, model]["gflops"][PAPER_RULES]
            yield exact_cell(cell, table, reading, value, caveats(model, reading)) | {
                "model": model
            }


def _head(costs: Mapping[tuple[str, str], Json]) -> Iterator[tuple[str, str]]:
    yield (
        "Counted",
        "one image of 224 × 224 in evaluation, last stride 1, classifier not run; unit: a "
        "billion counted operations, a multiplication with its addition counted once",
    )
    yield (
        "Rules",
        f"those of thop 0.0.31 (2020), given to thop {_version('thop', costs)} as custom rules; "
        "they give the paper's column, today's do not",
    )


def _other_rules(
    table: Table, by_row: Mapping[str, str], costs: Mapping[tuple[str, str], Json]
) -> dict[str, object]:
    """Every model by every set of rules, with its parameters."""
    labels = {by_row[row.id]: row.label for row in table.rows if row.id in by_row} | BESIDE
    return {
        "title": "By other rules, and what the paper's table leaves out",
        "text": [
            "Pyramid ReID has a ResNet-101 in Table III (Table IV says so) and APNet a "
            "ResNet-50. On the same backbone both come to 6.24, so the paper's “almost 40 %” "
            "compares backbones.",
            "The paper counts no APNet-S. RGA-S relates all positions of a map with each "
            "other, and costs more than the whole ResNet-50 at this size. APNet-S_3 splits "
            "rows by four, which 14 rows do not allow: it is counted at 256 × 128.",
            "By the paper's own formula, SE for each part and one sigmoid, APNet-C_3 comes to "
            "6.24; the printed 6.25 is that of the released form.",
        ],
        "head": [
            *("model", "reading", "input", "GFLOPs, thop 0.0.31"),
            f"GFLOPs, thop {_version('thop', costs)}",
            f"GFLOPs, PyTorch {_version('torch', costs)}",
            *("parameters (M)", "with classifier (M)"),
        ],
        "rows": [line for model in labels for line in _lines(labels[model], model, costs)],
    }


def _version(library: str, costs: Mapping[tuple[str, str], Json]) -> str:
    """A library's version without the name of its build."""
    return re.split("[-+]", next(iter(costs.values()))["versions"][library])[0]


def _lines(label: str, model: str, costs: Mapping[tuple[str, str], Json]) -> Iterator[list[str]]:
    """A line a reading; one where they cost the same."""
    lines = {reading: _line(costs[reading, model]) for reading in READINGS}
    if len({tuple(line) for line in lines.values()}) == 1:
        lines = {"both": next(iter(lines.values()))}
    yield from ([label, reading, *line] for reading, line in lines.items())


def _line(cost: Json) -> list[str]:
    height, width = cost["input"]
    params, classifier = cost["params"], cost["classifier_params"]
    return [
        f"{height} × {width}",
        *(f"{cost['gflops'][rules]:.4f}" for rules in (PAPER_RULES, "thop", "torch")),
        *(f"{params / 1e6:.2f}", f"{(params + classifier) / 1e6:.2f}"),
    ]


if __name__ == "__main__":
    sys.exit(main())
