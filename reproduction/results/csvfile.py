"""Results as CSV: a line a value. docs/another-paper.md lists the columns."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

import pandas as pd

from reproduction.errors import InputError
from reproduction.results.frame import SEPARATOR, SEVERAL, check_columns, complete


def read_results(path: Path) -> pd.DataFrame:
    """The results in a CSV, whose files of queries lie as seen from its folder.

    Raises:
        InputError: no such file, no CSV, a column that is lacking, or a line with more or fewer
            fields than the header or a field of another kind, named by its number.
    """
    path = Path(path)
    (_, head), *body = _lines(path)
    check_columns(head, str(path))
    for number, fields in body:
        if len(fields) != len(head):
            raise InputError(
                f"{path}: line {number} has {len(fields)} fields and the header {len(head)}: "
                f"a field with a comma stands in double quotes"
            )
    read = {
        name: [_parsed(name, fields[index], f"{path}: line {n}") for n, fields in body]
        for index, name in enumerate(head)
    }
    if "queries" in read:
        read["queries"] = [
            file and str(path.parent / _inside(file, f"{path}: line {n}"))
            for file, (n, _) in zip(read["queries"], body, strict=True)
        ]
    return complete(pd.DataFrame(read, dtype=object), str(path), [number for number, _ in body])


def write_results(frame: pd.DataFrame) -> str:
    """A frame as the CSV that :func:`read_results` reads."""
    shown = frame.copy()
    for name in (name for name in SEVERAL if name in shown.columns):
        shown[name] = shown[name].map(SEPARATOR.join, na_action="ignore")
    return shown.to_csv(index=False)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Number and stripped fields of each line that holds anything."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True, skipinitialspace=True)
            lines = [(reader.line_num, [text.strip() for text in fields]) for fields in reader]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no CSV of results ({error}): save it as UTF-8") from error
    lines = [(number, fields) for number, fields in lines if any(fields)]
    if not lines:
        raise InputError(f"{path} is no CSV of results (it is empty): write its header")
    return lines


def _inside(file: str, where: str) -> str:
    """A path as it is; refused if it leads out of the folder that it starts from."""
    place = PurePath(file)
    if place.is_absolute() or ".." in place.parts or not file.isprintable():
        raise InputError(
            f"{where}: queries {file!r} leads out of the folder of the CSV: put the file there and "
            f"give its path from there"
        )
    return file


def _number(text: str) -> float:
    # Python takes 5_8 for 58.
    if "_" in text or text.lower() == "nan":
        raise ValueError
    return float(text)


def _whole(text: str) -> int:
    if "_" in text:
        raise ValueError
    return int(text)


_PARSERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "value": (_number, "a number"),
    "seed": (_whole, "a whole number"),
    **dict.fromkeys(
        ("comparable", "synthetic"),
        (lambda text: {"true": True, "false": False}[text.lower()], "true or false"),
    ),
}
"""Of columns that are no text: how a field is read, and what it has to be."""


def _parsed(name: str, text: str, where: str) -> object:
    if not text:
        return None
    parse, kind = _PARSERS.get(name, (str, "a text"))
    try:
        return parse(text)
    except (ValueError, KeyError) as error:
        raise InputError(f"{where}: {name} {text!r:.80} is not {kind}") from error
