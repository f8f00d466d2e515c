"""A fingerprint of the code that makes a number, blind to comments and layout.

Two versions of the package have the same fingerprint when the modules that a job
executes parse to the same syntax trees, docstrings left out. Retraining for a
reformatted file would cost GPU-days; missing a changed formula would cost trust.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

# What these hold is either recorded value by value (readings, recipes) or cannot
# change a number (messages, records, file handling, the command line).
WITHOUT_EFFECT = frozenset(
    f"apnet.{name}"
    for name in (
        "errors",
        "files",
        "fingerprint",
        "config.readings",
        "config.recipes",
        "runtime.environment",
    )
)

TRAINING = "apnet.training.run"
EVALUATION = "apnet.evaluation.run"
ATTENTION_MAPS = "apnet.evaluation.attention_maps"
SYNTHESIS = "apnet.data.synthetic"
DATA = "apnet.data.check"
COMPLEXITY = "apnet.models.cost"


@cache
def code_fingerprint(entry: str) -> str:
    """Fingerprint of module `entry` and every apnet module that it imports, however deep.

    Args:
        entry: dotted name, such as :data:`TRAINING`.

    Returns:
        16 hexadecimal digits.
    """
    total = hashlib.sha256()
    for name in sorted(_closure(entry)):
        total.update(f"{name}={_syntax(_file(name))}\n".encode())
    return total.hexdigest()[:16]


def files_fingerprint(files: Iterable[Path]) -> str:
    """Fingerprint of the names and bytes of files, for code that costs nothing to run again.

    Returns:
        16 hexadecimal digits.
    """
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file.name}={hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:16]


def _closure(entry: str) -> set[str]:
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found or name in WITHOUT_EFFECT:
            continue
        found.add(name)
        waiting.extend(_imports(name))
    return found


@cache
def _imports(name: str) -> tuple[str, ...]:
    """The apnet modules that module `name` imports, in functions too."""
    imported = tuple(_imported(_tree(_file(name))))
    if name != "apnet.data.registry":
        return imported
    # It imports by name, which no statement shows: any dataset may be asked for.
    datasets = sorted(PACKAGE.glob("data/datasets/[!_]*.py"))
    return imported + tuple(f"apnet.data.datasets.{file.stem}" for file in datasets)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # In `from apnet.data import check`, `check` may be a module or a name in one.
            targets = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (target for target in targets if _is_module(target))


def _is_module(name: str) -> bool:
    return (name == "apnet" or name.startswith("apnet.")) and _file(name).exists()


def _file(name: str) -> Path:
    place = PACKAGE.joinpath(*name.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes(), str(file))


@cache
def _syntax(file: Path) -> str:
    return hashlib.sha256(_canonical(_tree(file)).encode()).hexdigest()


def _canonical(node: object) -> str:
    """A syntax tree as text, the same on every Python: empty fields and docstrings left out.

    :func:`ast.dump` will not do, its output changes between Python versions.
    """
    if isinstance(node, ast.AST):
        shown = (
            f"{field}={_canonical(value)}"
            for field, value in ast.iter_fields(node)
            if value is not None and value != [] and field not in ("type_comment", "kind")
        )
        return f"{type(node).__name__}({','.join(shown)})"
    if isinstance(node, list):
        return f"[{','.join(_canonical(item) for item in node if not _is_docstring(item))}]"
    return repr(node)


def _is_docstring(node: object) -> bool:
    """A string that stands alone as a statement: a docstring, also of an attribute."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
