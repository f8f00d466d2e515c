"""Names of a package (PEP 562), and classes by name, imported on first use."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from apnet.errors import InputError


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
    """What `path`, such as `apnet.models.reid:ReID`, names: a module, a colon, a name in it.

    Raises:
        InputError: the module cannot be imported, or lacks the name; users add files to registries.
    """
    module, _, name = path.partition(":")
    try:
        return getattr(import_module(module), name)
    except InputError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(
            f"{file_of(module)} gives no {name} ({reason}): mend the file or remove it"
        ) from error


def file_of(module: str) -> str:
    """The file of a module of ours, for messages."""
    return f"{module.replace('.', '/')}.py"


def module_of(path: str) -> str:
    """The module of a path that :func:`load` takes."""
    return path.partition(":")[0]
