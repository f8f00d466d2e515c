"""The one error, and the one warning, that a user is meant to read."""

import unicodedata
import warnings
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

_NEAR, _TELLING = 0.7, 3
"""How alike two spellings are, as difflib has it, and of how many letters a part is telling."""

_ALSO_CALLED = {"gpu": "cuda", "learningrate": "lr"}

_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Classes of characters by which Unicode turns the direction of writing."""


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
    return InputError(
        f"unknown {kind} {value!r}: choose one of {', '.join(known)}{did_you_mean(value, known)}"
    )


def did_you_mean(value: object, known: Iterable[str]) -> str:
    """The end of a sentence, such as ` (did you mean market1501?)`; empty where no name is near."""
    near = nearest(str(value), known)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The names that a wrong one may stand for, at most three.

    The name that differs in case and separators alone; else those that hold the word whole; else
    those that are spelled nearly so.
    """
    names = {_letters(name): name for name in known}
    typed = _letters(word)
    typed = _ALSO_CALLED.get(typed, typed)
    if typed in names:
        return [names[typed]]
    holding = [name for name in names if len(typed) >= _TELLING and typed in name]
    holding.sort(key=lambda name: name.index(typed))
    near = holding[:3] or get_close_matches(typed, names, cutoff=_NEAR)
    return [names[name] for name in near]


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
