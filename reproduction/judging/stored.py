"""A judged table as JSON, which passes from the job that judges to those that render."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from reproduction.errors import InputError
from reproduction.files import json_text, read_json, write_text
from reproduction.judging.cells import JudgedTable
from reproduction.paper.tables import Paper

SCHEMA = 3
"""Version of the JSON."""

_JUDGED = TypeAdapter(JudgedTable)

_UNSIGNED = '"sha256": ""'
"""In place of the digest, in the text that it is of."""


def write_judged(file: Path, judged: JudgedTable) -> None:
    """Write a judged table, with a digest by which numbers edited by hand are found."""
    text = json_text({"schema": SCHEMA, "sha256": "", **asdict(judged)})
    write_text(file, text.replace(_UNSIGNED, f'"sha256": "{_sha256(text)}"', 1))


def read_judged(file: Path, table: str) -> JudgedTable:
    """The judged table that :func:`write_judged` wrote.

    Raises:
        InputError: unreadable, of another table or version, or edited by hand.
    """
    content = read_json(file)
    wanted = {"schema": SCHEMA, "table": table}
    if isinstance(content, dict) and {key: content.get(key) for key in wanted} == wanted:
        signed = f'"sha256": "{content.get("sha256")}"'
        text = file.read_text(encoding="utf-8").replace(signed, _UNSIGNED, 1)
        if content.get("sha256") != _sha256(text):
            raise InputError(f"{file} was edited after it was judged: judge the table again")
        with suppress(ValidationError):
            return _JUDGED.validate_python(content)
    raise InputError(
        f"{file} does not hold the cells of {table} in version {SCHEMA}: judge the table again"
    )


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def read_sound(
    files: Iterable[Path], paper: Paper | None = None
) -> tuple[dict[str, JudgedTable], dict[str, str]]:
    """The judged tables in files that are named by them, and why others cannot be read.

    Args:
        paper: has to have these tables; those that it says were edited by hand are left out.
    """
    judged, unreadable = {}, {}
    for file in files:
        name = file.stem
        if paper and name in paper.edited:
            continue
        try:
            if paper and name not in paper.tables:
                raise InputError(f"{file} is of no table of the paper: delete it")
            judged[name] = read_judged(file, name)
        except InputError as error:
            unreadable[name] = str(error)
    return judged, unreadable


def read_there(folder: Path, paper: Paper) -> tuple[dict[str, JudgedTable], dict[str, str]]:
    """The tables that have been judged, and why others cannot be read, or have to be refused."""
    files = (folder / f"{name}.json" for name in paper.tables)
    judged, unreadable = read_sound((file for file in files if file.exists()), paper)
    return judged, {**paper.edited, **unreadable}
