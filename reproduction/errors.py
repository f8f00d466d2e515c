"""The one error that a user is meant to read."""

import sys
from collections.abc import Callable, Iterable


class InputError(Exception):
    """Bad input. Its message is one sentence: what is wrong, where, what to do."""


def one_of(kind: str, value: object, known: Iterable[str]) -> InputError:
    """An :class:`InputError` for an unknown name that lists the known ones."""
    return InputError(f"unknown {kind} {value!r}: choose one of {', '.join(known)}")


def run_main(work: Callable[[], None]) -> int:
    """Do the work; returns the exit status, 0, or 2 after one sentence on bad input."""
    try:
        work()
    except InputError as error:
        print(f"reproduction: {error}", file=sys.stderr)
        return 2
    return 0
