"""Lists of what there is, for `apnet models` and its like: a name, and what it stands for."""

import ast
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill

_NARROWEST, _WIDEST = 40, 100
"""Columns of the text, and of a line."""


def show(
    entries: Sequence[Mapping[str, object]],
    words: Callable[[Mapping[str, object]], str],
    as_json: bool,
    note: str,
) -> None:
    """Print a list, for people or as JSON.

    Args:
        entries: each with a `name`.
        words: an entry -> the text beside its name.
        note: below the list for people.
    """
    if as_json:
        print(json.dumps(entries, indent=2))
        return
    indent = max(len(entry["name"]) for entry in entries) + 2
    width = max(indent + _NARROWEST, min(_WIDEST, get_terminal_size().columns))
    # A name is whole, so that it can be copied.
    wrap = partial(fill, width=width, break_on_hyphens=False, break_long_words=False)
    for entry in entries:
        name = entry["name"].ljust(indent)
        print(wrap(words(entry), initial_indent=name, subsequent_indent=" " * indent))
    print(f"\n{wrap(note)}")


def first_line(module: str) -> str:
    """What a module says of itself, without running it; empty if it says nothing."""
    text = Path(find_spec(module).origin).read_bytes()
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0].rstrip(".")


def texts_below(cls: type) -> dict[str, str]:
    """Field of a class -> the text below it in the source; absent where there is none."""
    (definition,) = ast.parse(inspect.getsource(cls)).body
    return {
        field.target.id: " ".join(ast.literal_eval(below.value).split())
        for field, below in pairwise(definition.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
    }
