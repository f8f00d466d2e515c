"""`python -m reproduction export`: judged cells in formats that others' services read."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from reproduction.errors import InputError, one_of, plain, require_none
from reproduction.files import json_text, print_text, user_path, write_text
from reproduction.judging.cells import JudgedTable
from reproduction.judging.judge import judge_table
from reproduction.paper.loading import load_paper
from reproduction.paper.tables import Paper
from reproduction.sharing import every_eval_ever as eee
from reproduction.sharing import hub, paperbench
from reproduction.sharing.chosen import of_tables, results_among
from reproduction.sharing.sets import judged_tables

Files = Iterator[tuple[PurePosixPath, str]]
Tables = Sequence[JudgedTable]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("export", help=__doc__.partition(": ")[2].rstrip("."))
    parser.add_argument("results", type=user_path, help="a CSV, or a folder of judged tables")
    parser.add_argument("--format", required=True, choices=tuple(_FORMATS))
    parser.add_argument("--paper", required=True, type=user_path, help="holds tables/*.yaml")
    parser.add_argument("--out", required=True, type=user_path, help="folder of the files")
    naming = parser.add_argument_group("who and what is named")
    naming.add_argument("--authors", default="the authors", help="of the paper")
    naming.add_argument("--organization", default="reproduction", help="that ran the reproduction")
    naming.add_argument(
        "--library",
        nargs=2,
        default=("unknown", "unknown"),
        metavar=("NAME", "VERSION"),
        help="that evaluated the runs",
    )
    naming.add_argument(
        "--hub-dataset",
        nargs="+",
        type=_pair,
        default=[],
        metavar="COLUMN=OWNER/NAME",
        help="hf-eval-results: the benchmark on the Hub that a column's test set is",
    )
    naming.add_argument("--url", default="", help="hf-eval-results: where the results are shown")
    parser.set_defaults(work=_export)


def _export(arguments: argparse.Namespace) -> None:
    paper = load_paper(arguments.paper, leave_out=True)
    tables, left_out, refused = judged_tables(arguments.results, paper, judge_table)
    _say(left_out)
    files = dict(_FORMATS[arguments.format](arguments, paper, tables))
    if not files:
        require_none(
            [*refused, f"{arguments.results} holds nothing for --format {arguments.format}"]
        )
    for name, text in files.items():
        write_text(arguments.out / name, text)
    print_text(f"{len(files)} files in {arguments.out}\n")
    require_none(refused)


def _every_eval_ever(arguments: argparse.Namespace, paper: Paper, tables: Tables) -> Files:
    cells = [*of_tables(tables, paper)]
    library = tuple(arguments.library)
    source = eee.Source(paper, arguments.authors, arguments.organization, library, _now())
    ours, left_out = results_among(cells)
    _say(left_out)
    for file, record in (*eee.reported(cells, source), *eee.reproduced(ours, source)):
        yield file, json_text(record)


def _now() -> int:
    """Seconds since 1970: https://reproducible-builds.org/specs/source-date-epoch."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given and not (given.isascii() and given.isdigit()):
        raise InputError(
            f"SOURCE_DATE_EPOCH is {given!r}: give whole seconds since 1970, or unset it"
        )
    return int(given or time.time())


def _hf_eval_results(arguments: argparse.Namespace, paper: Paper, tables: Tables) -> Files:
    datasets = dict(arguments.hub_dataset)
    if not datasets:
        raise InputError("--format hf-eval-results needs --hub-dataset COLUMN=OWNER/NAME")
    known = {column.key: None for table in paper.tables.values() for column in table.columns}
    for name in datasets:
        if name not in known:
            raise one_of("column in --hub-dataset", name, known)
    cells, left_out = results_among(of_tables(tables, paper))
    others = sum(item.column.key not in datasets for item in cells)
    _say(left_out)
    _say(f"{others} cells left out: no --hub-dataset names theirs" if others else "")
    source = {"url": arguments.url, "name": f"Reproduction of {paper.title}"}
    yield from hub.eval_results(cells, datasets, source if arguments.url else {})


def _paperbench(_: argparse.Namespace, paper: Paper, tables: Tables) -> Files:
    root = paperbench.rubric(paper)
    yield PurePosixPath("rubric.json"), json_text(root)
    for series in dict.fromkeys(one for judged in tables for one in judged.series):
        name = f"graded-{eee.slug(series)}.json" if series else "graded.json"
        yield PurePosixPath(name), json_text(paperbench.graded(root, tables, series))


_FORMATS: Mapping[str, Callable[[argparse.Namespace, Paper, Tables], Files]] = {
    "every-eval-ever": _every_eval_ever,
    "hf-eval-results": _hf_eval_results,
    "paperbench": _paperbench,
}


def _pair(text: str) -> tuple[str, str]:
    column, equals, dataset = text.rpartition("=")
    if not equals or dataset.count("/") != 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not COLUMN=OWNER/NAME")
    return column, dataset


def _say(text: str) -> None:
    if text:
        print(f"reproduction: {plain(text)}", file=sys.stderr)
