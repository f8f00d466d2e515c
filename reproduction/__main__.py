"""The command line: `python -m reproduction render` for a paper, `table` for one judged table.

Each module of :mod:`reproduction.commands` is one more command.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from reproduction import commands as more
from reproduction.arguments import Parser
from reproduction.errors import InputError, require_none
from reproduction.files import user_path, write_text
from reproduction.judging.cells import Cells
from reproduction.judging.entries import check_names
from reproduction.judging.judge import judge
from reproduction.judging.stored import read_judged
from reproduction.paper.loading import load_paper, load_table, read_table
from reproduction.paper.order import in_order
from reproduction.paper.tables import Paper, Table
from reproduction.report.index import index, write_pages
from reproduction.report.layout import FORMATS, PAIRS, render
from reproduction.report.links import beside
from reproduction.results.csvfile import read_results


def main(argv: Sequence[str] | None = None) -> int:
    """Do what is asked; returns the exit status, 0, or 2 on bad input."""
    parser = Parser(prog="python -m reproduction", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="command")
    paper = commands.add_parser(
        "render", help="judge every table of a paper by a CSV of results, and render it"
    )
    paper.add_argument("--paper", required=True, type=user_path, help="holds tables/*.yaml")
    paper.add_argument("--results", required=True, type=user_path, help="a CSV, one row a value")
    paper.add_argument("--out", required=True, type=user_path, help="folder of the reports")
    paper.add_argument(
        "--ignore-unknown",
        action="store_true",
        help="leave out results with an experiment or a metric of no table, and say how many",
    )
    paper.set_defaults(work=_render)
    table = commands.add_parser("table", help="render a table that has been judged")
    table.add_argument("--cells", required=True, type=user_path, help="the judged cells, as JSON")
    table.add_argument("--table", required=True, type=user_path, help="the table, as YAML")
    table.add_argument("--command", required=True, help="makes what the table lacks")
    table.add_argument(
        "--pages",
        nargs="*",
        default=[],
        help="ids of all tables that have a page in this format, in order: it links to them",
    )
    table.add_argument("--out", required=True, type=user_path, help="its suffix names the format")
    table.set_defaults(work=_table)
    for module in iter_modules(more.__path__, f"{more.__name__}."):
        import_module(module.name).add(commands)
    return parser.run(lambda arguments: arguments.work(arguments), argv)


def _render(arguments: argparse.Namespace) -> None:
    paper = load_paper(arguments.paper, leave_out=True)
    cells = _judged(paper, arguments.results, arguments.ignore_unknown)
    names = [table.id for table in in_order(paper.tables.values()) if table.id not in paper.edited]
    files = {f"{name}.{form}": (name, form) for name in names for form in FORMATS}
    files |= {f"{name}.{PAIRS}": (name, PAIRS) for name in names if cells.tables[name].pairs}
    for file, (name, form) in files.items():
        links = beside(name, names, paper.tables.__getitem__)
        text = render(cells.tables[name], paper.tables[name], form, links=links)
        write_text(arguments.out / file, text)
    sound = {name: cells.tables[name] for name in names}
    write_pages(index(paper, sound, files, unreadable=paper.edited), arguments.out)
    require_none(paper.edited.values())


def _judged(paper: Paper, file: Path, ignore_unknown: bool) -> Cells:
    """A paper's cells by a CSV of results, which every error names."""
    results = read_results(file)
    # A table that was left out may have asked for any of them.
    if not ignore_unknown and paper.edited.keys() <= paper.tables.keys():
        check_names(paper, results, str(file))
    try:
        return judge(paper, results)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error


def _table(arguments: argparse.Namespace) -> None:
    table = load_table(arguments.table)
    judged = read_judged(arguments.cells, table.id)
    of_pairs = arguments.out.name.endswith(f".{PAIRS}")
    form = PAIRS if of_pairs else arguments.out.suffix.removeprefix(".")

    def another(name: str) -> Table:
        return read_table(arguments.table.with_name(f"{name}.yaml"))

    links = beside(table.id, arguments.pages, another)
    write_text(arguments.out, render(judged, table, form, arguments.command, links))


if __name__ == "__main__":
    sys.exit(main())
