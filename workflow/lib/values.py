"""Types of the config's values: what files and command lines may give for them, and bounds.

Snakemake hands over the items of a list or mapping in `--config` as text, so `seeds=[0,1]` comes
as `["0", "1"]`, and `image_cache=null` as `"null"`. A ValueError says what was wanted instead.
"""

import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import AfterValidator, BeforeValidator

from apnet.data.reach import exists
from apnet.data.roots import NAME

NULL = frozenset({"null", "none", "~"})
"""Words for no value."""

_NUMBER = re.compile(r"[+-]?\d{1,400}(\.\d*)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_Any = TypeVar("_Any")


def number(value: object) -> int | float | None:
    """The finite number that a value is, a whole one as int; None if it is none."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value) if value.lstrip("+-").isdigit() else float(value)
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def plain(value: object) -> object:
    """A value of any type: texts that are numbers, `true`, `false` or `null` as those."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    found = number(value)
    if found is not None or not isinstance(value, str):
        return value if found is None else found
    if _is_null(value):
        return None
    try:
        word = yaml.safe_load(value)
    except yaml.YAMLError:
        return value
    return word if isinstance(word, bool) else value


def whole(least: int, most: int = 10**9) -> object:
    """The type of whole numbers in a range; 1.0 and "1" are 1."""

    def read(value: object) -> int:
        found = number(value)
        if not isinstance(found, int) or not least <= found <= most:
            raise ValueError(f"a whole number from {least} to {most:,}")
        return found

    return Annotated[int, BeforeValidator(read)]


def matching(pattern: str, wanted: str) -> object:
    """The type of texts that a pattern matches, which no word for null is."""

    def read(text: str) -> str:
        if _is_null(text) or not re.search(pattern, text):
            raise ValueError(wanted)
        return text

    return Annotated[str, AfterValidator(read)]


def _is_null(value: object) -> bool:
    return isinstance(value, str) and value.casefold() in NULL


def _null(value: object) -> object:
    return None if _is_null(value) else value


def _mapping(value: object) -> object:
    return {} if value is None or _is_null(value) else value


def _each_once(items: list) -> list:
    if not items or len({*items}) < len(items):
        raise ValueError("a list of one or more, each once")
    return items


def _seconds(value: object) -> int | float:
    found = number(value)
    if found is None or found < 0:
        raise ValueError("a number from 0")
    return found


def _positive(value: object) -> int | float:
    found = number(value)
    if found is None or found <= 0:
        raise ValueError("a number above 0")
    return found


def _path(value: object) -> str:
    """A path with `~` put in, and variables of the environment unless they are names of folders."""
    if not isinstance(value, str) or not value or "\0" in value or _is_null(value):
        raise ValueError("a path (a folder of that name is written ./NAME)")
    path = os.path.expanduser(value)  # noqa: PTH111 (an unknown user raises in Path)
    path = path if exists(Path(path)) else os.path.expandvars(path)
    for place in _left(path):
        if not exists(place):
            raise ValueError(f"a path: no user, no environment variable and no folder {place.name}")
    return path


def _left(path: str) -> Iterator[Path]:
    """The places on a path whose names still look like `~user` or `$VARIABLE`."""
    for place in (*reversed(Path(path).parents), Path(path)):
        is_user = path.startswith("~") and str(place) == place.name
        if is_user or re.search(r"\$[\w{]", place.name):
            yield place


Maybe = Annotated[_Any | None, BeforeValidator(_null)]
Pairs = Annotated[_Any, BeforeValidator(_mapping)]
"""A mapping, of which null is an empty one."""
Several = Annotated[list[_Any], AfterValidator(_each_once)]
Seconds = Annotated[int | float, BeforeValidator(_seconds)]
Positive = Annotated[int | float, BeforeValidator(_positive)]
Location = Annotated[str, BeforeValidator(_path)]
Name = matching(rf"^{NAME.pattern}\Z", "a name of small letters, digits and hyphens")
Text = matching(r"\S", "a text")
Words = matching(r"\S \S", "the reason, in two words or more")


def such_as(check: Callable[[_Any], _Any]) -> AfterValidator:
    """A check of a mapping whose values are of any type."""
    return AfterValidator(lambda given: check(plain(given)))
