"""Other methods, one file each in `apnet/models/baselines`, and how they are described there.

A method's file is an ordinary module with a network in it, which imports torch. Its description
is a literal, `METHOD = {…}`, that is read here without running the file:

    models: {name in model names: the backbone that it stands on}
    network: name of the class, an :class:`apnet.models.method.Method`
    recipe: name of the recipe that it is trained with; `channel` if absent
    settings: where its recipe, which then has the file's name, differs from `recipe`
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from symtable import Symbol, symtable

from apnet.config.backbones import backbones
from apnet.errors import InputError, one_of
from apnet.lazy import file_of

_FOLDER = "apnet.models.baselines"
_PAGE = "docs/extending.md"


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
    """The model names of every method whose file is sound, each with the method.

    Raises:
        InputError: two files have a method of the same name.
    """
    known: dict[str, MethodSpec] = {}
    for spec in _read_all()[0]:
        for name in spec.models:
            if name in known:
                raise InputError(
                    f"{file_of(known[name].module)} and {file_of(spec.module)} both have a model "
                    f"{name!r}: give one another name"
                )
            known[name] = spec
    return known


def unknown(message: str) -> InputError:
    """Why a name is not known: a file that cannot be read may have it, else `message`."""
    return InputError(next(iter(_read_all()[1]), message))


@cache
def _read_all() -> tuple[list[MethodSpec], list[str]]:
    """The methods, and what is wrong with files that describe none."""
    specs, broken = [], []
    known = tuple(backbones())
    for folder in import_module(_FOLDER).__path__:
        for file in sorted(Path(folder).glob("[a-z]*.py")):
            try:
                specs.append(_read(file, known))
            except InputError as error:
                broken.append(str(error))
    return specs, broken


def _read(file: Path, known: Sequence[str]) -> MethodSpec:
    try:
        text = file.read_bytes()
        content = _literal(ast.parse(text, file.name))
        defined = symtable(text, str(file), "exec")
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{file} cannot be read ({error}): mend it or remove it") from error
    if content is None:
        raise InputError(f"{file} has no METHOD: list the models that it builds ({_PAGE})")
    try:
        spec = MethodSpec(f"{_FOLDER}.{file.stem}", **ast.literal_eval(content))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{file}: METHOD is to be a literal with models, network and, where needed, "
            f"recipe and settings ({error})"
        ) from error
    if not (_is_dict(spec.models) and _is_dict(spec.settings) and isinstance(spec.recipe, str)):
        raise InputError(
            f"{file}: METHOD wants a dictionary for models and for settings, and a name for "
            f"recipe ({_PAGE})"
        )
    for name, backbone in spec.models.items():
        if not re.fullmatch("[a-z0-9_-]+", name):
            raise InputError(
                f"{file}: a model is not called {name!r}: take small letters, digits, _ and -"
            )
        if backbone not in known:
            raise one_of(f"backbone in METHOD of {file.name}", backbone, known)
    if spec.network not in [s.get_name() for s in defined.get_symbols() if _is_bound(s)]:
        raise InputError(f"{file}: METHOD has the network {spec.network!r}, no class of the file")
    return spec


def _literal(tree: ast.Module) -> ast.expr | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "METHOD":
            return node.value
    return None


def _is_dict(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _is_bound(symbol: Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported()
