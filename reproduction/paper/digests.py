"""Digests of the rows as they were read from the paper, by which a number edited by hand is found.

`python -m reproduction.paper.accept FOLDER` writes digests.yaml into a paper's folder: after a row
was added, or after a slip in the reading was mended. Tables that it does not name are not checked.
"""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import yaml

from reproduction.paper.tables import Row, Table

FILE = "digests.yaml"

_HEAD = """\
# Of each row's numbers and bold cells, as they were read from the paper. Written by
# python -m reproduction.paper.accept FOLDER
"""


def edited(table: Table, digests: Mapping[str, Mapping[str, str]], folder: Path) -> str:
    """A sentence on the first row that differs from what was read; empty if none does.

    Args:
        folder: of the paper.
    """
    for problem in _differences(table, digests.get(table.id)):
        return (
            f"{table.id}.yaml: {problem}: restore it, or, if the paper prints it so, run "
            f"python -m reproduction.paper.accept {shlex.quote(str(folder))}"
        )
    return ""


def _differences(table: Table, known: Mapping[str, str] | None) -> Iterator[str]:
    if known is None:
        return
    now = {row.id: _digest(row) for row in table.rows}
    for name in [*now, *known]:
        if name not in known:
            yield f"row {name} is not of those that were read from the paper"
        elif name not in now:
            yield f"row {name}, which was read from the paper, is gone"
        elif now[name] != known[name]:
            yield f"row {name} has other numbers, or other bold ones, than were read from the paper"


def _digest(row: Row) -> str:
    content = json.dumps([row.cells, sorted(row.bold)], sort_keys=True)
    return sha256(content.encode()).hexdigest()[:12]


def digests(tables: Iterable[Table]) -> str:
    """The content of the file, of the tables as they are now."""
    rows = {table.id: {row.id: _digest(row) for row in table.rows} for table in tables}
    return _HEAD + yaml.safe_dump(rows, sort_keys=False)
