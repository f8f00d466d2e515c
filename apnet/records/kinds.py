"""Of what kind a value in JSON is, and where one is of another."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_DEEPEST = 100
"""Levels of nesting. No record has ten, and what walks deeper ones runs out of stack."""


@dataclass(frozen=True)
class Kind:
    """What a value has to be.

    Attributes:
        name: with its article, for a message.
        holds: whether a value is of this kind.
        closed: an object that has no keys but those that its form lists.
    """

    name: str
    holds: Callable[[object], bool]
    closed: bool = False


Form = Mapping[str, Kind]
"""Dotted key -> the kind of its value. An object stands before the keys inside it."""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


TEXT = Kind("a text", lambda value: isinstance(value, str))
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
COUNT = Kind("a whole number from 0", _is_count)
NUMBER = Kind("a number", _is_number)
# Not-a-number is below nothing: `faults` tells of it by itself.
AMOUNT = Kind("a number from 0", lambda value: _is_number(value) and not value < 0)
OBJECT = Kind("an object", lambda value: isinstance(value, dict))
COUNTS = Kind("an object of counts", OBJECT.holds, closed=True)


def one_of(*values: str) -> Kind:
    """One of some texts."""
    return Kind(f"one of {', '.join(values)}", lambda value: value in values)


def listed(kind: Kind, name: str, least: int = 0) -> Kind:
    """A list of `least` or more values of one kind."""
    return Kind(
        name,
        lambda value: (
            isinstance(value, list) and len(value) >= least and all(map(kind.holds, value))
        ),
    )


def nullable(kind: Kind) -> Kind:
    """A kind, or null; the key has to be there."""
    return Kind(f"{kind.name} or null", lambda value: value is None or kind.holds(value))


def each(kind: Kind, *keys: str) -> Form:
    """A form of keys of one kind."""
    return dict.fromkeys(keys, kind)


def inside(key: str, form: Form, kind: Kind = OBJECT) -> Form:
    """A form of the object `key` and of what lies inside it."""
    return {key: kind, **{f"{key}.{inner}": of for inner, of in form.items()}}


def parse(text: str | bytes) -> object:
    """The value that JSON holds.

    Raises:
        ValueError: it is not JSON, or nested deeper than any record.
    """
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if _is_deep(content, _DEEPEST):
        raise ValueError("nested too deeply")
    return content


def faults(content: dict, form: Form) -> Iterator[str]:
    """What is wrong with an object: numbers that are not finite, and what is not of its form."""
    for place in _unfinite(content):
        yield f"{place} is not a finite number"
    yield from misfits(content, form)


def misfits(content: dict, form: Form) -> Iterator[str]:
    """What an object does not hold as its form says."""
    # What lies in an object that is none, or null, is not told of beside it.
    passed: tuple[str, ...] = ()
    for key, kind in form.items():
        if key.startswith(passed):
            continue
        *outer, last = key.split(".")
        holder = content
        for part in outer:
            holder = holder[part]
        value = holder.get(last)
        if last not in holder:
            yield f"lacks {key}"
        elif not kind.holds(value):
            yield f"{key} is {value!r:.60}, not {kind.name}"
        elif kind.closed:
            unknown = [inner for inner in value if f"{key}.{inner}" not in form]
            yield from (f"{key} holds {inner!r:.60}, which is no count" for inner in unknown)
        if not isinstance(value, dict):
            passed += (f"{key}.",)


def _is_deep(content: object, left: int) -> bool:
    inner = ()
    if isinstance(content, dict):
        inner = content.values()
    elif isinstance(content, list):
        inner = content
    return left == 0 or any(_is_deep(value, left - 1) for value in inner)


def _unfinite(content: object, place: str = "") -> Iterator[str]:
    """Where numbers are not finite; Python reads NaN and Infinity, which are no JSON.

    A whole number that no floating-point number reaches is none either.
    """
    if _is_number(content):
        if not abs(content) <= sys.float_info.max:
            yield place
    elif isinstance(content, dict):
        for key, value in content.items():
            # Keys may hold line ends, and halves of characters, which cannot be printed.
            name = key if key.isascii() and key.isprintable() else f"{key!a:.60}"
            yield from _unfinite(value, f"{place}.{name}" if place else name)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _unfinite(value, f"{place}[{number}]")
