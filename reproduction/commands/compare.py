"""`python -m reproduction compare A B`: two sets of results, cell by cell, as Markdown."""

import argparse

from reproduction.errors import InputError, require_none
from reproduction.files import print_text, user_path, write_text
from reproduction.judging.judge import judge_table
from reproduction.paper.loading import load_paper
from reproduction.sharing.compare import BEYOND, Pair, compare
from reproduction.sharing.page import render
from reproduction.sharing.sets import read_set

_SET = "a CSV of results, or a folder of judged tables such as results/<scale>/cells"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("compare", help=__doc__.partition(": ")[2].rstrip("."))
    parser.add_argument("a", type=user_path, metavar="A", help=_SET)
    parser.add_argument("b", type=user_path, metavar="B", help="likewise")
    parser.add_argument(
        "--paper",
        type=user_path,
        help="judges a CSV, and says what is better; without it a CSV's cells are its experiments",
    )
    parser.add_argument("--out", type=user_path, help="a Markdown file; else it is printed")
    parser.add_argument(
        "--fail-on",
        choices=("worse",),
        help="exit with 1 if a cell is worse by more than the noise, or its verdict came to be",
    )
    parser.set_defaults(work=_compare)


def _compare(arguments: argparse.Namespace) -> int:
    paper = load_paper(arguments.paper, leave_out=True) if arguments.paper else None
    if paper is None and arguments.fail_on:
        raise InputError("--fail-on worse needs --paper, which says what is better")
    if paper is None and arguments.a.is_dir() != arguments.b.is_dir():
        raise InputError(
            f"one of {arguments.a} and {arguments.b} is judged and the other is not: "
            f"give --paper, which judges it"
        )
    a, b = (read_set(source, paper, judge_table) for source in (arguments.a, arguments.b))
    pairs = compare(a, b)
    page = render(a, b, pairs)
    if arguments.out:
        write_text(arguments.out, page)
    else:
        print_text(page)
    require_none(dict.fromkeys([*a.refused, *b.refused]))
    return int(bool(arguments.fail_on) and any(map(_worse, pairs)))


def _worse(pair: Pair) -> bool:
    return pair.came_to_be_worse or (pair.kind == BEYOND and pair.word == "worse")
