"""Read a paper: a folder with tables/*.yaml, and figures/*.yaml and paper.yaml if it has them.

paper/README.md explains the format.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from reproduction.errors import InputError, require_none
from reproduction.paper.checks import problems
from reproduction.paper.digests import FILE, edited
from reproduction.paper.tables import Paper, Picture, Table
from reproduction.paper.yamlfiles import read_if_there, read_yaml

T = TypeVar("T")

_TABLE = TypeAdapter(Table)


def load_paper(folder: Path, leave_out: bool = False) -> Paper:
    """All of a paper; a table that was edited by hand is in it, and named.

    Args:
        leave_out: a table or a figure with a slip in its file is left out and named, unless every
            table has one.

    Raises:
        InputError: no tables in the folder, or a slip in a file, named by its position.
    """
    folder = Path(folder)
    slips: dict[str, str] = {}
    tables, pictures = (
        dict(_sound(folder.glob(f"{kind}/*.yaml"), read, slips if leave_out else None))
        for kind, read in (("tables", read_table), ("figures", _picture))
    )
    if not tables:
        require_none(slips.values())
        raise InputError(f"{folder} has no tables/*.yaml: give the folder that holds the paper")
    digests = _digests(folder)
    changed = {name: edited(table, digests, folder) for name, table in tables.items()}
    return Paper(
        **read_if_there(folder / "paper.yaml", "paper", {"title": "", "reference": ""}),
        tables=tables,
        pictures=pictures,
        edited=slips | {name: sentence for name, sentence in changed.items() if sentence},
    )


def _sound(
    files: Iterable[Path], read: Callable[[Path], T], slips: dict[str, str] | None
) -> Iterator[tuple[str, T]]:
    """Name and content of each file; those with a slip go into `slips`, if it is given."""
    for file in sorted(files):
        try:
            yield file.stem, read(file)
        except InputError as error:
            if slips is None:
                raise
            slips[file.stem] = str(error)


def load_table(path: Path) -> Table:
    """Read a table and check it against itself.

    Raises:
        InputError: unreadable, of another form, a slip inside, named by its position, or other
            numbers than were read from the paper.
    """
    path = Path(path)
    table = read_table(path)
    folder = path.parent.parent
    if sentence := edited(table, _digests(folder), folder):
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


def _digests(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """The digests of a paper's tables, by row; none where nothing has written them."""
    return read_if_there(folder / FILE, "digests", {})
