"""The one error, and the one warning, that a user is meant to read."""

import warnings
from typing import Any


class InputError(Exception):
    """Bad input. Its message is one sentence: what is wrong, where, what to do.

    The command line prints the message to stderr, without a traceback, and
    exits with status 2.
    """


class FormerName(FutureWarning):
    """A name that is taken for one release more. Its message is one sentence, as an error's."""


_usual = warnings.formatwarning


def show_plainly() -> None:
    """Have :class:`FormerName` on stderr as errors are there, without a line of code."""
    warnings.formatwarning = _plain


def _plain(message: Warning | str, category: type[Warning], *where: Any, **line: Any) -> str:
    if issubclass(category, FormerName):
        return f"apnet: {message}\n"
    return _usual(message, category, *where, **line)


def one_of(kind: str, value: object, known: tuple[str, ...]) -> InputError:
    """An :class:`InputError` for an unknown name that lists the known ones."""
    return InputError(f"unknown {kind} {value!r}: choose one of {', '.join(known)}")
