"""Read a paper: a folder with tables/*.yaml, and figures/*.yaml and paper.yaml if it has them.

paper/README.md explains the format.
"""

from collections.abc import Collection
from pathlib import Path

from reproduction.errors import InputError
from reproduction.paper.checks import problems
from reproduction.paper.tables import (
    Annex,
    Caveat,
    Column,
    Curve,
    Metric,
    Paper,
    Picture,
    Row,
    Table,
)
from reproduction.paper.yamlfiles import read_yaml


def load_paper(folder: Path) -> Paper:
    """All of a paper.

    Raises:
        InputError: no tables in the folder, or a slip in a file, named by its position.
    """
    folder = Path(folder)
    tables = {file.stem: load_table(file) for file in sorted(folder.glob("tables/*.yaml"))}
    if not tables:
        raise InputError(f"{folder} has no tables/*.yaml: give the folder that holds the paper")
    about = folder / "paper.yaml"
    return Paper(
        **(read_yaml(about, "paper") if about.exists() else {"title": "", "reference": ""}),
        tables=tables,
        pictures={file.stem: _picture(file) for file in sorted(folder.glob("figures/*.yaml"))},
    )


def load_table(
    path: Path,
    experiments: Collection[str] | None = None,
    datasets: Collection[str] | None = None,
) -> Table:
    """Read a table and check it against itself.

    Args:
        experiments: those that rows may name; without them the names are not checked.
        datasets: those that columns may name, likewise.

    Raises:
        InputError: unreadable, of another form, or a slip inside, named by its position.
    """
    path = Path(path)
    table = _table(read_yaml(path, "table"))
    for problem in problems(table, path.stem, experiments, datasets):
        raise InputError(f"{path}: {problem}")
    return table


def _picture(path: Path) -> Picture:
    content = read_yaml(path, "picture")
    return Picture(path.stem, content["number"], content["summary"], content["shows"])


def _table(content: dict) -> Table:
    metrics = {name: Metric(name, **how) for name, how in content["metrics"].items()}
    columns = [item | {"metrics": tuple(item["metrics"])} for item in content["columns"]]
    annex = content.get("annex")
    parts = {
        "id": content["table"],
        "form": content.get("form", "table"),
        "metrics": metrics,
        "columns": tuple(Column(**item) for item in columns),
        "rows": tuple(_row(item) for item in content["rows"]),
        "notes": tuple(content["notes"]),
        "curve": _curve(content["curve"]) if "curve" in content else None,
        "facts": tuple(content.get("facts", {}).items()),
        "annex": Annex(annex["title"], tuple(annex["text"])) if annex else None,
    }
    return Table(**{key: value for key, value in content.items() if key != "table"} | parts)


def _curve(content: dict) -> Curve:
    metrics = {key: (how["name"], how["colour"]) for key, how in content["metrics"].items()}
    return Curve(content["axis"], content["about"], metrics)


def _row(content: dict) -> Row:
    cells = {
        key: {name: None if value is None else float(value) for name, value in metrics.items()}
        for key, metrics in content["cells"].items()
    }
    parts = {
        "cells": cells,
        "bold": frozenset(content["bold"]),
        "marks": tuple(content.get("marks", ())),
        "caveats": tuple(Caveat(**item) for item in content.get("caveats", ())),
    }
    return Row(**content | parts)
