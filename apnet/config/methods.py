"""Other methods, one file each in `apnet/models/baselines`, and how they are described there.

A method's file is an ordinary module with a network in it, which imports torch. Its description
is a literal, `METHOD = {…}`, that is read here without running the file:

    models: {name in model names: the backbone that it stands on}
    network: name of the class, an :class:`apnet.models.method.Method`
    recipe: name of the recipe that it is trained with; `channel` if absent
    settings: where its recipe, which then has the file's name, differs from `recipe`
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import apnet
from apnet.config.backbones import backbones
from apnet.errors import InputError, one_of

_FOLDER = "apnet.models.baselines"


@dataclass(frozen=True)
class MethodSpec:
    """A method, as its file describes it; see the module."""

    module: str
    models: Mapping[str, str]
    network: str
    recipe: str = "channel"
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Of the network, as :func:`apnet.lazy.load` takes it."""
        return f"{self.module}:{self.network}"

    @property
    def recipe_name(self) -> str:
        """The name of the recipe that it is trained with."""
        return self.module.rpartition(".")[2] if self.settings else self.recipe


@cache
def methods() -> Mapping[str, MethodSpec]:
    """Every method's model names, each with the method.

    Raises:
        InputError: a file whose `METHOD` is no such literal, or names an unknown backbone.
    """
    folder = Path(apnet.__file__).parent.joinpath(*_FOLDER.split(".")[1:])
    specs = [_read(file) for file in sorted(folder.glob("[a-z]*.py"))]
    return {name: spec for spec in specs for name in spec.models}


def _read(file: Path) -> MethodSpec:
    spec = _literal(file)
    for backbone in spec.models.values():
        if backbone not in backbones():
            raise one_of(f"backbone in METHOD of {file.name}", backbone, tuple(backbones()))
    return spec


def _literal(file: Path) -> MethodSpec:
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "METHOD":
            try:
                content = ast.literal_eval(node.value)
                return MethodSpec(f"{_FOLDER}.{file.stem}", **content)
            except (TypeError, ValueError) as error:
                raise InputError(
                    f"{file}: METHOD is to be a literal with models, network and, where needed, "
                    f"recipe and settings ({error})"
                ) from error
    raise InputError(f"{file} has no METHOD: list the models that it builds (docs/extending.md)")
