"""A line a table and figure of a paper: what came out, of which data, and where to read it."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from reproduction.files import write_text
from reproduction.judging.cells import QUOTED, JudgedTable
from reproduction.judging.stored import read_there
from reproduction.paper.order import in_order
from reproduction.paper.tables import Paper, Picture, Table
from reproduction.report import html, markdown
from reproduction.report import text as wording
from reproduction.report.document import Summary
from reproduction.report.links import INDEX
from reproduction.report.phrases import listed
from reproduction.report.summary import summary
from reproduction.report.templating import template

DOCUMENT = "paper"
"""Name of the document of all tables and figures."""

HEADS = ("what it holds", "outcome", "data", "open as")
"""Above the columns; nothing stands above the first, the titles."""

FORMATS = {"html": html.text, "md": markdown.escape}
"""Formats of the index, and how each shows a text."""

_PAGES = {
    "site/index": "Every number, walked back to its queries",
    "claims": "Every claim of the text, checked",
    "errata": "Errata, and what else to ask of the paper",
    "readings": "Written against released",
}
"""Pages beside those of the tables, by name; the first one opens the site."""

_LINKED = ("html", "md", "pdf", "tex", "csv", "svg", "png")
"""Formats of the reports, in the order in which they are offered."""


@dataclass(frozen=True)
class Line:
    """A table or a figure.

    Attributes:
        outcome: how its cells came out, a phrase a series.
        data: kinds of it; a dash where the results name none.
        links: (format, file) of the reports that exist.
        command: makes one, where none exists.
    """

    item: Table | Picture
    outcome: tuple[str, ...]
    data: str
    links: tuple[tuple[str, str], ...]
    command: str


@dataclass(frozen=True)
class Index:
    """The content of the index.

    Attributes:
        top: the summary of all judged tables; without rows where there is none.
        facts: (name, text) that all judged tables share.
        documents: (format, file) of all tables and figures in one.
        refused: sentences on tables that cannot be told by name, since their files cannot be read.
        pages: (title, links) of the pages beside those of the tables.
        guide: path of a page on how to read the reports; empty without one.
    """

    paper: Paper
    synthetic: bool
    top: Summary
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    refused: tuple[str, ...]
    documents: tuple[tuple[str, str], ...]
    pages: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    guide: str


def index(
    paper: Paper,
    judged: Mapping[str, JudgedTable],
    files: Collection[str],
    command: str = "",
    unreadable: Mapping[str, str] | None = None,
) -> Index:
    """The index of a paper's reports.

    Args:
        judged: tables by id; those of the paper that are not there have not been judged.
        files: the reports that exist, as seen from the folder of the index.
        command: makes a report whose name is put behind it.
        unreadable: why tables that were judged cannot be read or are refused, by id.
    """
    trained = [table for table in judged.values() if not paper.tables[table.table].exact]
    broken = unreadable or {}
    lines = (
        line(
            item,
            judged.get(item.id),
            files,
            "" if item.id in paper.edited else command,
            broken.get(item.id, ""),
        )
        for item in in_order([*paper.tables.values(), *paper.pictures.values()])
    )
    return Index(
        paper=paper,
        synthetic=any(table.synthetic for table in judged.values()),
        top=summary([(paper.tables[name], table) for name, table in judged.items()]),
        facts=tuple(shared(trained)),
        lines=tuple(lines),
        refused=tuple(broken[name] for name in sorted(broken.keys() - paper.tables.keys())),
        documents=tuple(_links(DOCUMENT, files)),
        pages=tuple(_pages(files)),
        guide=next((table.guide for table in judged.values()), ""),
    )


def line(
    item: Table | Picture,
    judged: JudgedTable | None,
    files: Collection[str],
    command: str = "",
    unreadable: str = "",
) -> Line:
    """The line of one table or figure; the arguments are those of :func:`index`."""
    links = tuple(_links(item.id, files))
    form, plain = "html", unreadable or "not made yet"
    if isinstance(item, Picture):
        form, plain = "svg", "images, without verdicts" if links else plain
    return Line(
        item=item,
        outcome=tuple(_outcomes(judged)) if judged else (plain,),
        data=(_data(judged) if judged else "") or "–",
        links=links,
        command="" if links or not command else f"{command}{item.id}.{form}",
    )


def stored(
    paper: Paper, cells: Path, reports: Iterable[str | Path], command: str, out: Path
) -> Index:
    """The index of reports on tables that were judged one by one.

    Args:
        cells: folder of the judged tables; what cannot be read there is named.
        reports: those that may exist.
        command: makes a report whose name is put behind it.
        out: the folder of the index.
    """
    judged, unreadable = read_there(cells, paper)
    there = (file for file in map(Path, reports) if file.exists())
    files = {Path(os.path.relpath(file, out)).as_posix() for file in there}
    return index(paper, judged, files, command, unreadable)


def write_pages(content: Index, out: Path) -> None:
    """Write an index into a folder."""
    for form in FORMATS:
        write_text(out / f"{INDEX}.{form}", render(content, form))


def render(content: Index, form: str) -> str:
    """The index as a page, in one of :data:`FORMATS`."""
    page = template(f"{INDEX}.{form}.j2", text=FORMATS[form])
    return page.render(index=content, grid=_grid, tally=markdown.tally, heads=HEADS)


def _grid(content: Index) -> str:
    """The lines as a pipe table."""
    escape = markdown.escape
    rows = [
        [
            escape(line.item.title),
            escape(line.item.summary),
            "; ".join(map(escape, line.outcome)),
            escape(line.data),
            " ".join(f"[{form}]({file})" for form, file in line.links) or "–",
        ]
        for line in content.lines
    ]
    return tabulate(rows, ["", *HEADS], tablefmt="pipe", disable_numparse=True)


def _links(name: str, files: Collection[str]) -> Iterator[tuple[str, str]]:
    return ((form, f"{name}.{form}") for form in _LINKED if f"{name}.{form}" in files)


def _pages(files: Collection[str]) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    for name, title in _PAGES.items():
        if links := tuple(_links(name, files)):
            yield title, links


def _outcomes(judged: JudgedTable) -> Iterator[str]:
    for series in judged.series:
        cells = [cell for cell in judged.cells if cell.series == series and cell.status != QUOTED]
        if cells:
            name = f"{series}: " if len(judged.series) > 1 else ""
            yield name + wording.outcome(cells)


def _data(judged: JudgedTable) -> str:
    kinds = [kind for item in judged.context for kind in item.texts.get("data_kind", ())]
    return listed([*dict.fromkeys(kinds)]) or dict(judged.facts).get("Data", "")


def shared(tables: Iterable[JudgedTable]) -> Iterator[tuple[str, str]]:
    """Facts of every one of the tables, and their series and seeds."""
    said = [
        {
            **dict(table.facts),
            table.series_name: listed([*filter(None, table.series)]),
            "Seeds": listed([*map(str, table.seeds)]),
        }
        for table in tables
    ]
    for name, text in (said[0] if said else {}).items():
        if text and all(facts.get(name) == text for facts in said):
            yield name, text
