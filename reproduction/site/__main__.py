"""Write the site: every cell of a paper's tables, and what made it, down to its queries.

    python -m reproduction.site --paper paper --cells results/smoke/cells/table2.json …
        --facts results/smoke/facts.json --command "snakemake --cores 2 reports/site/index.html"
        --out reports/site

All pages are written whole, or none; docs/site.md shows them.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from jinja2 import Template

from reproduction.arguments import Parser
from reproduction.errors import require_none
from reproduction.files import replaced, user_path, write_text
from reproduction.judging.cells import NOT_COMPARABLE, QUOTED, Cell, JudgedTable
from reproduction.judging.entries import distinct
from reproduction.judging.judge import judge
from reproduction.judging.stored import read_sound
from reproduction.paper.loading import load_paper
from reproduction.paper.order import in_order
from reproduction.paper.tables import Paper, Table
from reproduction.report import html
from reproduction.report.index import HEADS, index
from reproduction.report.layout import lay_out
from reproduction.report.links import INDEX, beside
from reproduction.report.templating import template
from reproduction.report.views import Views
from reproduction.results.csvfile import read_results
from reproduction.site.cards import Card, cards
from reproduction.site.facts import Facts
from reproduction.site.queries import Catalogue
from reproduction.site.stored import read_facts

START, PAGES = "index.html", "pages"
"""The page to open, and the folder beside it that holds all others."""

Marks = Callable[[object], str]

SCRIPTS = Path(__file__).resolve().parent / "scripts"


@dataclass(frozen=True)
class Site:
    """What the pages share.

    Attributes:
        counts: (how many cells, how many of them are held against the paper).
        command: makes what is missing.
        home: the page that lists all reports, as seen from the first page; may be empty.
        unreadable: why tables that were judged cannot be read, by id.
    """

    paper: Paper
    judged: Mapping[str, JudgedTable]
    facts: Facts
    command: str
    home: str = ""
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @property
    def synthetic(self) -> bool:
        """Whether any number is of synthetic data."""
        return any(table.synthetic for table in self.judged.values())

    @property
    def tables(self) -> list[Table]:
        """Those that are judged, in the order of the paper."""
        return in_order(self.paper.tables[name] for name in self.judged)

    @property
    def made(self) -> list[Cell]:
        """All cells that are not quoted."""
        return [
            cell for table in self.judged.values() for cell in table.cells if cell.status != QUOTED
        ]

    @property
    def apart(self) -> int:
        """How many of them are not held against the paper."""
        return sum(cell.verdict == NOT_COMPARABLE for cell in self.made)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the site; returns the exit status."""
    parser = Parser(prog="python -m reproduction.site", description=__doc__.splitlines()[0])
    parser.add_argument("--paper", required=True, type=user_path, help="holds tables/*.yaml")
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--cells", nargs="+", type=user_path, help="judged cells, a file a table")
    given.add_argument("--results", type=user_path, help="a CSV, which is judged; one row a value")
    parser.add_argument("--facts", type=user_path, help="what made each result, as JSON")
    parser.add_argument("--command", default="", help="makes what is missing")
    parser.add_argument("--home", default="", help="lists all reports, as seen from index.html")
    parser.add_argument("--out", required=True, type=user_path, help="a folder for index.html")
    return parser.run(lambda given: write_site(_site(given), given.out), argv)


def _site(arguments: argparse.Namespace) -> Site:
    paper, unreadable = load_paper(arguments.paper, leave_out=True), {}
    if arguments.results:
        every = judge(paper, read_results(arguments.results)).tables
        judged = {name: table for name, table in every.items() if name not in paper.edited}
    else:
        judged, unreadable = read_sound(arguments.cells, paper)
    if not judged:
        require_none([*paper.edited.values(), *unreadable.values()])
    facts = read_facts(arguments.facts) if arguments.facts else Facts()
    return Site(paper, judged, facts, arguments.command, arguments.home, unreadable)


def write_site(site: Site, out: Path) -> None:
    """Write every page, or none.

    Args:
        out: the folder; `pages` in it is replaced.
    """
    pages = out / PAGES
    catalogue = Catalogue(pages)
    texts = dict(_texts(site, catalogue))
    with replaced(pages) as folder:
        folder.mkdir()
        for name, text in texts.items():
            write_text(folder / name, text)
        shutil.rmtree(pages, ignore_errors=True)
    write_text(out / START, _index(site, catalogue))


def _texts(site: Site, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """(name, text) of every file in the folder of pages.

    Args:
        catalogue: an empty one, which is filled.
    """
    made = {table.id: _cards(site, table) for table in site.tables}
    for card in (card for some in made.values() for card in some):
        title = f"{card.title} ({card.table.title})"
        for series in card.series:
            runs = [(run.name, run.file, run.known) for run in series.runs]
            catalogue.add(card.page, title, series.name, runs)
    for name, some in made.items():
        yield f"{name}.html", _table(site, name)
        for before, card, after in zip([None, *some[:-1]], some, [*some[1:], None], strict=True):
            around = {"before": before, "after": after, "catalogue": catalogue}
            yield f"{card.page}.html", _page(site, "card.html.j2", card=card, **around)
    everything = [card for some in made.values() for card in some]
    yield "cells.html", _page(site, "cells-all.html.j2", cards=everything)
    yield "queries.html", _page(site, "queries.html.j2", some=catalogue.entries)
    yield "catalogue.js", catalogue.listing()
    for name, text in catalogue.scripts.items():
        yield f"{name}.js", text
    yield "style.css", template("style.css.j2").render()
    for script in sorted(SCRIPTS.glob("*.js")):
        yield script.name, script.read_text(encoding="utf-8")


def _cards(site: Site, table: Table) -> list[Card]:
    judged = site.judged[table.id]
    return cards(judged, table, site.facts, Views(judged, table).view)


def _table(site: Site, name: str) -> str:
    sheet = lay_out(site.judged[name], site.paper.tables[name])
    # The cards show what the sections of a report do, which its heads lead to.
    overviews = [
        replace(item, groups=tuple(replace(group, place="") for group in item.groups))
        for item in sheet.overviews
    ]
    sheet = replace(sheet, overviews=tuple(overviews))
    names = [table.id for table in site.tables]
    links = [
        link for link in beside(name, names, site.paper.tables.__getitem__) if link[1] != INDEX
    ]
    marks = partial(html.marks, dict(sheet.footnotes))
    content = {"sheet": sheet, "links": links, "kinds": html.KINDS}
    return _rendered(_template("table-page.html.j2", marks), site, "", content)


def _index(site: Site, catalogue: Catalogue) -> str:
    pages = [f"{name}.html" for name in site.judged]
    content = index(site.paper, site.judged, pages, unreadable=site.unreadable)
    missing = {item.file for cell in site.made for item in cell.missing}
    tables = [*site.paper.edited.values(), *site.unreadable.values()]
    told = (text for run in site.facts.results.values() for text in run.problems)
    return _page(
        site,
        "site-index.html.j2",
        root=f"{PAGES}/",
        index=content,
        heads=HEADS[:-1],
        problems=distinct([*tables, *told, *catalogue.problems.values()]),
        lacking=len(missing),
    )


def _page(site: Site, name: str, root: str = "", **content: object) -> str:
    """A page.

    Args:
        root: the way from it to the folder of pages.
    """
    return _rendered(_template(name), site, root, content)


@cache
def _template(name: str, marks: Marks = lambda item: "") -> Template:
    """A template, compiled once.

    Args:
        marks: shows the footnotes of an item.
    """
    return template(name, text=html.text, figure=html.figure, marks=marks)


def _rendered(page: Template, site: Site, root: str, content: Mapping[str, object]) -> str:
    return page.render(site=site, root=root, kind=html.kind, sign=html.sign, **content)


if __name__ == "__main__":
    sys.exit(main())
