"""Check what a paper's text says: `python -m reproduction.claims check`, or `errata`."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reproduction.claims.claims import load_claims, load_errata
from reproduction.claims.sources import Reported, Reproduced
from reproduction.errors import InputError, run_main
from reproduction.files import user_path, write_text
from reproduction.judging.cells import JudgedTable
from reproduction.judging.stored import read_judged
from reproduction.paper.loading import load_paper
from reproduction.paper.order import in_order
from reproduction.paper.tables import Paper
from reproduction.report.claims import ClaimsPage, ErrataPage, claims_page, errata_page, render


def main(argv: Sequence[str] | None = None) -> int:
    """Do what is asked; returns the exit status, 0, or 2 on bad input.

    A claim that cannot be read is named on stderr and on the page, and the rest is checked.
    """
    parser = argparse.ArgumentParser(prog="python -m reproduction.claims", description=__doc__)
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help="each claim, by the paper's tables and by runs")
    check.add_argument("--cells", required=True, type=user_path, help="folder of judged tables")
    check.add_argument("--series", nargs="*", default=[], help="of runs, such as our readings")
    check.add_argument(
        "--command", required=True, help="makes a report whose name is put behind it"
    )
    check.set_defaults(work=_check)
    errata = commands.add_parser("errata", help="what the paper's own tables contradict, and more")
    errata.set_defaults(work=_errata)
    for command in (check, errata):
        command.add_argument("--paper", required=True, type=user_path, help="holds claims.yaml")
        command.add_argument(
            "--out", required=True, nargs="+", type=user_path, help="a suffix names a format"
        )
    arguments = parser.parse_args(argv)
    return run_main(lambda: _write(arguments.work(arguments), arguments.out))


def _write(page: ClaimsPage | ErrataPage, files: Sequence[Path]) -> None:
    for file in files:
        write_text(file, render(page, file.suffix.removeprefix(".")))
    for sentence in page.refused:
        print(f"reproduction: {sentence}", file=sys.stderr)


def _check(arguments: argparse.Namespace) -> ClaimsPage:
    paper = load_paper(arguments.paper)
    judged, unreadable = _judged(paper, arguments.cells)
    sources = [Reported(paper), *(Reproduced(paper, judged, one) for one in arguments.series)]
    lacking = tuple(_lacking(paper, judged, unreadable, arguments.command))
    return claims_page(paper, load_claims(arguments.paper), sources, judged.values(), lacking)


def _errata(arguments: argparse.Namespace) -> ErrataPage:
    paper = load_paper(arguments.paper)
    return errata_page(paper, load_claims(arguments.paper), load_errata(arguments.paper))


def _judged(paper: Paper, cells: Path) -> tuple[dict[str, JudgedTable], dict[str, str]]:
    """The tables that have been judged, and why others that are there cannot be read."""
    judged, unreadable = {}, {}
    for name in paper.tables:
        file = cells / f"{name}.json"
        try:
            if file.exists():
                judged[name] = read_judged(file, name)
        except InputError as error:
            unreadable[name] = str(error)
    return judged, unreadable


def _lacking(
    paper: Paper, judged: Mapping[str, JudgedTable], unreadable: Mapping[str, str], command: str
) -> Iterator[tuple[str, str]]:
    """(words, command) of each table that has open cells, or has not been judged."""
    for table in in_order(paper.tables.values()):
        cells = judged[table.id].cells if table.id in judged else ()
        missing = {item.file for cell in cells for item in cell.missing}
        words = f"{table.title} waits for {len(missing)} results"
        if table.id not in judged:
            words = unreadable.get(table.id, f"{table.title} is not made yet")
        if missing or not cells:
            yield words, f"{command}{table.id}.html"


if __name__ == "__main__":
    sys.exit(main())
