"""Several files of results as one: the same run once, and none where two contradict."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from reproduction.errors import InputError, require_none
from reproduction.results.csvfile import read_results
from reproduction.results.frame import DEFAULTS, KEYS

_OF_A_MACHINE = ("file", "queries", "log", "message")
"""Columns that say where a result lies, and not what it is."""


def merge_files(files: Iterable[Path]) -> tuple[pd.DataFrame, dict[Path, str]]:
    """The results of several CSVs, in their order, and why others were refused as broken.

    A value takes the place of an open result.

    Raises:
        InputError: every file is broken, or two have one run with another value or other texts.
    """
    found: dict[tuple[object, ...], tuple[Path, dict[str, object]]] = {}
    conflicts: list[str] = []
    refused: dict[Path, str] = {}
    for file in files:
        try:
            rows = read_results(file).to_dict("records")
        except InputError as error:
            refused[file] = str(error)
            continue
        for row in rows:
            key = tuple(None if pd.isna(row[name]) else row[name] for name in KEYS)
            source, there = found.get(key, (file, row))
            if differing := _differing(there, row):
                conflicts.append(_conflict(key, differing, (source, there), (file, row)))
            if key not in found or pd.isna(there["value"]):
                found[key] = file, row
    if conflicts:
        many = f"{len(conflicts)} results differ between the files, the first: "
        raise InputError(
            f"{many if len(conflicts) > 1 else ''}{conflicts[0]}: keep one, and merge again"
        )
    if not found:
        require_none(refused.values())
    lines = [row for _, row in found.values()]
    names = dict.fromkeys([*DEFAULTS, *(name for row in lines for name in row)])
    return pd.DataFrame(lines, columns=[*names]).astype({"seed": "Int64"}), refused


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> str:
    """The first column in which two results of one run differ, if both say something there."""
    if pd.isna(one["value"]) or pd.isna(other["value"]):
        return ""
    told = (name for name in one if name in other and name not in _OF_A_MACHINE)
    return next((name for name in told if _said(one[name], other[name])), "")


def _said(one: object, other: object) -> bool:
    scalars = pd.api.types.is_scalar(one) and pd.api.types.is_scalar(other)
    if scalars and (pd.isna(one) or pd.isna(other)):
        return False
    return one != other and "" not in (one, other)


def _conflict(
    key: tuple[object, ...],
    name: str,
    *both: tuple[Path, Mapping[str, object]],
) -> str:
    which = ", ".join(str(item) for item in key if item not in (None, ""))
    said = " and ".join(f"{row[name]!r} in {file}" for file, row in both)
    return f"{which} has the {name} {said}"
