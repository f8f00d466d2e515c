"""Names that the shell offers while a command is typed."""

from collections.abc import Callable, Iterable

import click

from apnet.config.names import BACKBONES, PEERS, parse_model_name
from apnet.config.readings import READINGS
from apnet.config.recipes import RECIPES
from apnet.errors import InputError

_Complete = Callable[[click.Context, click.Parameter, str], list[str]]
_VARIANTS = (
    "",
    "-se",
    "-stacked-c3",
    "-stacked-s3",
    *(f"-apnet-{k}{n}" for k in "cs" for n in "123"),
)


def _offer(names: Callable[[], Iterable[str]]) -> _Complete:
    def complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        return [name for name in names() if name.startswith(begun)]

    return complete


def _models() -> list[str]:
    names = [f"{backbone}{variant}" for backbone in BACKBONES for variant in _VARIANTS]
    return [*(name for name in names if _exists(name)), *PEERS]


def _exists(name: str) -> bool:
    try:
        parse_model_name(name)
    except InputError:
        return False
    return True


def _datasets() -> tuple[str, ...]:
    from apnet.data import DATASETS

    return DATASETS


models = _offer(_models)
datasets = _offer(_datasets)
readings = _offer(lambda: READINGS)
recipes = _offer(lambda: RECIPES)
devices = _offer(lambda: ("auto", "cpu", "cuda"))
