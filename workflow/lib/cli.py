"""What the workflow's own commands share: their options, and how bad input ends."""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from apnet.ending import ended
from apnet.errors import InputError
from reproduction.arguments import Parser
from reproduction.errors import InputError as PaperError
from reproduction.files import user_path

ERRORS = (InputError, PaperError)


def _pair(text: str) -> tuple[str, str]:
    name, words = text.split("=", 1)
    return name, words


_FILE = {"required": True, "type": user_path}
_SEVERAL = {"required": True, "nargs": "+"}

OPTIONS = {
    "table": _FILE,
    "experiments": _FILE,
    "cells": _FILE,
    "judged": _FILE | {"nargs": "+", "help": "cells, a file a table"},
    "results": _FILE | {"help": "the folder of all scales"},
    "scale": {"required": True},
    "readings": _SEVERAL,
    "seeds": _SEVERAL | {"type": int},
    "failed-logs": {"type": user_path, "help": "the scale's folder of logs"},
    "data-root": {"type": user_path, "help": "asked which datasets are absent, where results are"},
    "tolerance": {
        "nargs": "+",
        "default": [],
        "metavar": "[NAME=]E",
        "help": "e in percent points, of DATASET/METRIC, a METRIC, a DATASET, or all datasets",
    },
    "accepted": {
        "nargs": "+",
        "type": _pair,
        "default": [],
        "metavar": "DATASET=WORDS",
        "help": "why counts that are not the published ones will do",
    },
    "costs": _FILE | {"help": "<reading>/<model>.json in it"},
    "parameters": _FILE | {"nargs": "+", "help": "a file a model"},
    "maps": _FILE | {"nargs": "+", "help": "a file a reading"},
    "evaluations": _FILE | {"nargs": "+", "help": "of the same runs, in the order of the maps"},
    "dataset": {"required": True, "help": "whose queries are shown"},
    "title": {"required": True},
    "data": _FILE | {"help": "from apnet data check --out"},
    "words": {"default": "", "help": "of the config, why other counts will do"},
    "reports": {"nargs": "*", "default": [], "type": user_path, "help": "linked if they exist"},
    "command": {"required": True, "help": "makes a report whose name is put behind it"},
    "effects": _FILE | {"nargs": "+", "help": "from apnet switch-effects --out, a file a model"},
    "commands": {"nargs": "*", "type": _pair, "default": [], "metavar": "SWITCH=COMMAND"},
    "pages": _FILE | {"nargs": "+", "help": "a suffix names a format"},
    "config": {"required": True, "help": "as JSON, resolved"},
    "pictures": {"nargs": "*", "default": [], "type": user_path, "help": "without people"},
    "out": _FILE,
}
"""Options by name, each of one meaning in every command."""


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Give a command some of :data:`OPTIONS`."""
    for name in names:
        parser.add_argument(f"--{name}", **OPTIONS[name])


def run_command(
    about: str, work: Callable[[argparse.Namespace], None], argv: Sequence[str] | None, *names: str
) -> int:
    """Read a command's options and do its work; returns the exit status, as :func:`run` does.

    Args:
        about: the docstring of its module.
        names: of its options.
    """
    module = sys.modules[work.__module__].__spec__.name  # also of what `python -m` runs
    parser = Parser(prog=f"python -m {module}", description=about.splitlines()[0])
    add_options(parser, *names)
    return run(parser, work, argv)


def run(
    parser: Parser, work: Callable[[argparse.Namespace], None], argv: Sequence[str] | None
) -> int:
    """Parse a command line and do the work.

    Returns:
        The exit status, 0, or that of :func:`apnet.ending.ended`.
    """
    try:
        work(parser.parse_args(argv))
    except (Exception, KeyboardInterrupt) as error:
        return ended(error, ERRORS)
    return 0


@contextmanager
def refusing() -> Iterator[None]:
    """Turn an error into one sentence and an exit status, also in an input function.

    So is a package that this Python lacks, as when Snakemake was installed without the project.
    Snakemake catches any Exception of an input function, prints its traceback and exits
    with 1; SystemExit is none.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        lock = Path(__file__).resolve().parents[2] / "requirements.lock"
        install = shlex.join([sys.executable, "-m", "pip", "install", "-r", str(lock)])
        lacks = f"Snakemake's Python has no {error.name}: run {install}"
        sys.exit(ended(InputError(lacks)))
    except Exception as error:
        sys.exit(ended(error, ERRORS))
