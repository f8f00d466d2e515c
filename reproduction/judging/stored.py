"""A judged table as JSON, which passes from the job that judges to those that render."""

from dataclasses import asdict
from pathlib import Path

from reproduction.errors import InputError
from reproduction.files import read_json, write_json
from reproduction.judging.cells import Cell, Context, Grid, JudgedTable

SCHEMA = 2
"""Version of the JSON."""


def write_judged(file: Path, judged: JudgedTable) -> None:
    """Write a judged table."""
    write_json(file, {"schema": SCHEMA, **asdict(judged)})


def read_judged(file: Path, table: str) -> JudgedTable:
    """The judged table that :func:`write_judged` wrote.

    Raises:
        InputError: unreadable, or of another table or version.
    """
    content = read_json(file)
    wanted = {"schema": SCHEMA, "table": table}
    if not isinstance(content, dict) or {key: content.get(key) for key in wanted} != wanted:
        raise InputError(
            f"{file} does not hold the cells of {table} in version {SCHEMA}: judge the table again"
        )
    parts = {key: _frozen(value) for key, value in content.items() if key != "schema"}
    return JudgedTable(
        **parts
        | {
            "cells": tuple(map(Cell.from_json, content["cells"])),
            "context": tuple(
                Context(**{key: _frozen(value) for key, value in item.items()})
                for item in content["context"]
            ),
            "annexes": tuple(
                Grid(**{key: _frozen(value) for key, value in item.items()})
                for item in content["annexes"]
            ),
        }
    )


def _frozen(value: object) -> object:
    """Lists as tuples, inside too."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
