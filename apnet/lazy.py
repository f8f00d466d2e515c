"""Names of a package (PEP 562), and classes by name, imported on first use."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def exports(package: str, home: Mapping[str, str]) -> tuple[Callable[[str], Any], list[str]]:
    """`__getattr__` and `__all__` of a package whose public names load torch.

    Args:
        package: its `__name__`.
        home: public name -> the module in the package that has it.
    """

    def getattribute(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home[name]}"), name)

    return getattribute, sorted(home)


def load(path: str) -> Any:
    """What `path`, such as `apnet.models.reid:ReID`, names: a module, a colon, a name in it."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def module_of(path: str) -> str:
    """The module of a path that :func:`load` takes."""
    return path.partition(":")[0]
