"""What the scripts' command lines share: options, and how bad input ends."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apnet.errors import InputError
from reproduction.errors import InputError as PaperError


@contextmanager
def refusing() -> Iterator[None]:
    """Turn an InputError into one sentence and exit status 2, also in an input function.

    Snakemake catches any Exception of an input function, prints its traceback and exits
    with 1; SystemExit is none.
    """
    try:
        yield
    except (InputError, PaperError) as error:
        print(f"apnet: {error}", file=sys.stderr)
        sys.exit(2)


def run_main(work: Callable[[], None]) -> int:
    """Do the work; returns the exit status, 0, or 2 after one sentence on bad input."""
    try:
        work()
    except (InputError, PaperError) as error:
        print(f"apnet: {error}", file=sys.stderr)
        return 2
    return 0


def add_accepted(parser: argparse.ArgumentParser) -> None:
    """The option `--accepted`, which :func:`accepted_words` reads."""
    parser.add_argument(
        "--accepted",
        nargs="+",
        default=[],
        metavar="DATASET=WORDS",
        help="why counts that are not the published ones will do",
    )


def accepted_words(arguments: argparse.Namespace) -> dict[str, str]:
    """The words by dataset."""
    return dict(item.split("=", 1) for item in arguments.accepted)
