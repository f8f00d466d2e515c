"""The one error that a user is meant to read, and how a command ends on this and on others."""

import os
import signal
import sys
import tempfile
import traceback
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path

LOG = "REPRODUCTION_LOG"
"""Environment variable: the file that gets tracebacks; else one in the temporary folder."""

SHOWN = "REPRODUCTION_TRACEBACKS"
"""Environment variable: when it is set, every error shows its traceback on stderr."""

_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Classes of characters by which Unicode turns the direction of writing."""


class InputError(Exception):
    """Bad input. Its message is one sentence: what is wrong, where, what to do."""


def plain(text: str) -> str:
    """A text as one line that a terminal only shows, whoever named the file that it is about.

    What would command the terminal, end the line, turn the direction of writing, or is half a
    character stands as its code.
    """
    if text.isprintable():
        return text
    return "".join(
        letter.encode("unicode_escape").decode() if _acts(letter) else letter for letter in text
    )


def _acts(letter: str) -> bool:
    turns = unicodedata.bidirectional(letter) in _TURNING
    return turns or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")


def one_of(kind: str, value: object, known: Iterable[str]) -> InputError:
    """An :class:`InputError` for an unknown name that lists the known ones, the nearest apart."""
    known = tuple(known)
    near = get_close_matches(str(value), known, n=1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return InputError(f"unknown {kind} {value!r}: choose one of {', '.join(known)}{meant}")


def require_none(refused: Iterable[str]) -> None:
    """After the rest was given: end as bad input does, and name what was refused.

    Raises:
        InputError: anything was; of all the sentences given.
    """
    if refused := [*refused]:
        raise InputError("; ".join(refused))


def run_main(work: Callable[[], int | None]) -> int:
    """Do the work; say each warning in one sentence, and what ended it.

    Returns:
        The exit status: that of the work, 0 if it has none; 2 on bad input; 130 on Ctrl-C; 1 on
        an error that nobody foresaw.
    """
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            return work() or 0
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get(SHOWN):
            traceback.print_exception(error)
        status, sentence = _ending(error)
        print(f"reproduction: {plain(sentence)}", file=sys.stderr)
        return status


def _warn(message: Warning | str, *_: object) -> None:
    print(f"reproduction: {plain(str(message))}", file=sys.stderr)


def _ending(error: BaseException) -> tuple[int, str]:
    """Exit status and sentence; the traceback of an error that nobody foresaw goes into a log."""
    if isinstance(error, InputError):
        return 2, str(error)
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT, "stopped"
    said = " ".join(f"an error that was not foreseen, {type(error).__name__}: {error}".split())
    try:
        log = os.environ.get(LOG) or tempfile.mkstemp(prefix="reproduction-", suffix=".log")[1]
        with Path(log).open("a", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        traceback.print_exception(error)
        return 1, f"{said}: please report it"
    return 1, f"{said}: please report it with its traceback in {log}"
