"""Each switch of the readings by itself: turned to its released value, or to its other one."""

from collections.abc import Iterator
from typing import NamedTuple

from apnet.config.readings import CHOICES, METHOD, RELEASED, WRITTEN, Switch


class Turn(NamedTuple):
    """A switch, as written and turned."""

    switch: str
    written: object
    other: object


def turns(*of_datasets: Switch) -> Iterator[Turn]:
    """Each switch of the method, then these of datasets; one of a single value is left out."""
    for name in METHOD:
        yield from _turns(
            name, getattr(WRITTEN, name), getattr(RELEASED, name), CHOICES.get(name, ())
        )
    for switch in of_datasets:
        yield from _turns(switch.name, switch.written, switch.released, switch.choices)


def _turns(name: str, written: object, released: object, choices: tuple) -> Iterator[Turn]:
    others = [value for value in choices if value != written] if released == written else [released]
    yield from (Turn(name, written, other) for other in others)
