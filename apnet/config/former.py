"""Names of switches and recipe settings in the release before this one: taken for one more."""

import warnings
from collections.abc import Mapping

from apnet.errors import FormerName, InputError

SWITCHES = {"places": "stages"}
"""Former name -> today's."""

SETTINGS = {"epoch": "epoch_unit"}
"""The same of recipe settings."""


def current(
    kind: str, given: Mapping[str, object], renamed: Mapping[str, str], where: str = ""
) -> dict[str, object]:
    """What somebody gave, under today's names, with a warning for each former one.

    Args:
        kind: what is named, such as "switch".
        renamed: former name -> today's.
        where: begins what is said, such as "METHOD of a file: ".

    Raises:
        InputError: a value under both of its names.
    """
    for old in renamed.keys() & given.keys():
        new = renamed[old]
        said = f"{where}the {kind} {old} is called {new} now: "
        if new in given:
            raise InputError(f"{said}give {new} alone")
        warnings.warn(f"{said}the next release refuses the old name", FormerName, stacklevel=3)
    return recorded(given, renamed)


def recorded(given: Mapping[str, object], renamed: Mapping[str, str]) -> dict[str, object]:
    """What a record holds, under today's names; nobody can be asked to write it anew."""
    return {renamed.get(key, key): value for key, value in given.items()}
