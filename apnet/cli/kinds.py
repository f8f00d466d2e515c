"""What values of options are: paths and our names, which the shell completes."""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from apnet.config.backbones import backbones
from apnet.config.names import model_names
from apnet.config.readings import READINGS
from apnet.config.recipes import recipes
from apnet.errors import InputError, nearest, one_of


class Name(click.ParamType):
    """A name; the code that looks it up refuses an unknown one.

    Args:
        names: those that the shell offers.
    """

    name = "name"

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self._names = names

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin like this."""
        with suppress(InputError):
            return [CompletionItem(name) for name in self._names() if name.startswith(incomplete)]
        return []


_DEVICES = ("auto", "cpu", "cuda")


class Device(Name):
    """A device as torch calls it, with its number or without."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name; torch refuses the unknown ones that are near to none of the usual.

        Raises:
            InputError: one that was meant for another.
        """
        kind = value.partition(":")[0]
        if kind not in _DEVICES and nearest(kind, _DEVICES):
            raise one_of("device", kind, _DEVICES)
        return value


class Count(click.ParamType):
    """A whole number.

    Args:
        least: the least that is taken.
    """

    name = "integer"

    def __init__(self, least: int) -> None:
        self._least = least

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The number.

        Raises:
            InputError: it is none, or too small.
        """
        try:
            number = int(value)
        except ValueError:
            number = self._least - 1
        if number < self._least:
            raise InputError(
                f"{param.opts[0]} wants a whole number from {self._least}, not {value}"
            )
        return number


def _datasets() -> Iterable[str]:
    from apnet.data import DATASETS

    return DATASETS


class Location(click.Path):
    """A path, with `~` as the home folder: no shell does that after the = of `--out=~/run`.

    Args:
        name: what the shell completes: `file` or `folder`.
    """

    def __init__(self, name: str) -> None:
        super().__init__(readable=False, path_type=Path)
        self.name = name

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path."""
        return super().convert(os.path.expanduser(value), param, ctx)  # noqa: PTH111


class DataRoot(click.ParamType):
    """A folder that holds datasets, or NAME=PATH, with `~` as in :class:`Location`."""

    name = "root"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The same with the home folder in place."""
        from apnet.data.roots import NAME

        name, path = re.fullmatch(rf"({NAME.pattern}=)?(.*)", value, re.DOTALL).groups("")
        return name + os.path.expanduser(path)  # noqa: PTH111


def image_size(text: str) -> tuple[int, int]:
    """Height and width of HEIGHTxWIDTH.

    Raises:
        InputError: another form.
    """
    words = text.split("x")
    if len(words) != 2 or not all(word.isdecimal() and int(word) for word in words):
        raise InputError(f"--input wants HEIGHTxWIDTH in pixels, such as 224x224, not {text!r}")
    return int(words[0]), int(words[1])


MODEL = Name(model_names)
BACKBONE = Name(backbones)
DATASET = Name(_datasets)
READING = Name(lambda: READINGS)
RECIPE = Name(recipes)
RULES = Name(lambda: ("thop-0.0.31", "thop", "torch"))
DEVICE = Device(lambda: _DEVICES)
FILE, FOLDER, ROOT = Location("file"), Location("folder"), DataRoot()
