"""Read a paper: a folder with tables/*.yaml, and figures/*.yaml and paper.yaml if it has them.

paper/README.md explains the format.
"""

from pathlib import Path

from pydantic import TypeAdapter

from reproduction.errors import InputError, require_none
from reproduction.paper.checks import problems
from reproduction.paper.digests import edited, read_digests
from reproduction.paper.tables import Paper, Picture, Table
from reproduction.paper.yamlfiles import read_yaml

_TABLE = TypeAdapter(Table)


def load_paper(folder: Path, leave_out: bool = False) -> Paper:
    """All of a paper; a table that was edited by hand is in it, and named.

    Args:
        leave_out: a table with a slip in its file is left out and named, unless every one has one.

    Raises:
        InputError: no tables in the folder, or a slip in a file, named by its position.
    """
    folder = Path(folder)
    tables, slips = {}, {}
    for file in sorted(folder.glob("tables/*.yaml")):
        try:
            tables[file.stem] = read_table(file)
        except InputError as error:
            if not leave_out:
                raise
            slips[file.stem] = str(error)
    if not tables:
        require_none(slips.values())
        raise InputError(f"{folder} has no tables/*.yaml: give the folder that holds the paper")
    digests = read_digests(folder)
    changed = {name: edited(table, digests, folder) for name, table in tables.items()}
    about = folder / "paper.yaml"
    return Paper(
        **(read_yaml(about, "paper") if about.exists() else {"title": "", "reference": ""}),
        tables=tables,
        pictures={file.stem: _picture(file) for file in sorted(folder.glob("figures/*.yaml"))},
        edited=slips | {name: sentence for name, sentence in changed.items() if sentence},
    )


def load_table(path: Path) -> Table:
    """Read a table and check it against itself.

    Raises:
        InputError: unreadable, of another form, a slip inside, named by its position, or other
            numbers than were read from the paper.
    """
    path = Path(path)
    table = read_table(path)
    folder = path.parent.parent
    if sentence := edited(table, read_digests(folder), folder):
        raise InputError(sentence)
    return table


def read_table(path: Path) -> Table:
    """A table as its file has it, edited by hand or not.

    Raises:
        InputError: unreadable, of another form, or a slip inside, named by its position.
    """
    content = read_yaml(path, "table")
    table = _TABLE.validate_python(content | {"id": content["table"]})
    for problem in problems(table, path.stem):
        raise InputError(f"{path}: {problem}")
    return table


def _picture(path: Path) -> Picture:
    content = read_yaml(path, "picture")
    return Picture(path.stem, content["number"], content["summary"], content["shows"])
