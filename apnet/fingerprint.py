"""A fingerprint of the code that makes a number: what can change it, and nothing else.

A job's numbers come from a numeric core, reached by following imports from a few modules,
and from its own backbone, method and dataset reader. Of these modules the top-level
statements count, by content: a file may be renamed or moved and a function may change
files. Comments, docstrings, layout and texts for people do not count. Retraining for a
reworded message would cost GPU-days; missing a changed formula would cost trust.
"""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from apnet.errors import InputError

RULE = "v2"
"""Version of the rule; it begins every fingerprint. One of an earlier rule equals none of today."""

PACKAGE = Path(__file__).resolve().parent

# What these hold is either recorded value by value (readings, recipes, settings), is named
# job by job (registries), or cannot change a number (errors, files, records, processes).
WITHOUT_EFFECT = (
    "apnet.config.attentions",
    "apnet.config.discrepancies",
    "apnet.config.methods",
    "apnet.config.readings",
    "apnet.config.recipes",
    "apnet.config.settings",
    "apnet.data.mat_elements",
    "apnet.data.pipeline.workers",
    "apnet.data.registry",
    "apnet.data.roots",
    "apnet.errors",
    "apnet.files",
    "apnet.fingerprint",
    "apnet.models.weight_files",
    "apnet.numeric_core",
    "apnet.records",
    "apnet.runtime.compute",
    "apnet.runtime.environment",
    "apnet.runtime.memory",
    "apnet.runtime.progress",
    "apnet.runtime.stopping",
    "apnet.training.checkpoint",
    "apnet.training.history",
)

_LOGGING = frozenset({"log", "print", "show_progress", "self.log", "warnings.warn"})
"""Functions whose calls are statements for people."""

_KEYWORDS = frozenset({"caveat", "discrepancy", "folders", "tolerance", "weights_url"})
"""Facts of a backbone or dataset, given by keyword, that change no number."""

_TYPING = ("collections.abc", "typing")

# With a blank and a word: separators, formats and einsum's letters have none.
_TEXT = re.compile(r"[A-Za-z]{2}.*\s|\s.*[A-Za-z]{2}", re.DOTALL)


found: dict[str, str] = {}
"""Fingerprints by what was asked for; a program may keep them, as long as no file changes."""


def of(*modules: str, without: tuple[str, ...] = (), facts: tuple[str, ...] = ()) -> str:
    """Fingerprint of modules and of every apnet module that they import, however deep.

    Args:
        modules: dotted names.
        without: modules that this kind of job imports and does not use.
        facts: texts that count as well, such as a line of a registry.

    Returns:
        The rule's version and 16 hexadecimal digits, such as `v2-0123456789abcdef`.
    """
    asked = repr((modules, without, facts))
    if asked not in found:
        files = map(_file, _closure(modules, without))
        statements = {digest for file in files for digest in _statements(file)} | {*facts}
        total = hashlib.sha256("".join(sorted(statements)).encode())
        found[asked] = f"{RULE}-{total.hexdigest()[:16]}"
    return found[asked]


def files(*modules: str, without: tuple[str, ...] = ()) -> list[Path]:
    """The files whose statements :func:`of` takes of these modules."""
    return sorted(map(_file, _closure(modules, without)))


def statements(source: bytes) -> dict[str, str]:
    """Digest -> name of each top-level statement of a file that counts.

    Raises:
        SyntaxError, ValueError: it is not Python.
    """
    counted = (node for node in ast.parse(source).body if not _is_passed_over(node))
    return {_digest(node): _name(node) for node in counted}


def files_fingerprint(files: Iterable[Path]) -> str:
    """Fingerprint of the names and bytes of files, for code that costs nothing to run again.

    Args:
        files: what Python compiles of them and keeps among them does not count, nor what is at
            the path of one and is no file.

    Returns:
        16 hexadecimal digits.
    """
    total = hashlib.sha256()
    for file in sorted(file for file in files if file.suffix != ".pyc" and file.is_file()):
        total.update(f"{file.name}={hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:16]


def _closure(modules: Iterable[str], without: Iterable[str]) -> set[str]:
    seen = set(without)
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in seen and not _without_effect(name):
            seen.add(name)
            waiting.extend(_imports(name))
    return seen - set(without)


@cache
def _without_effect(name: str) -> bool:
    # A package's own file only hands names on: modules import from where a name is defined.
    return _file(name).name == "__init__.py" or f"{name}.".startswith(
        tuple(f"{module}." for module in WITHOUT_EFFECT)
    )


@cache
def _imports(name: str) -> tuple[str, ...]:
    """The apnet modules that module `name` imports, in functions too."""
    imported = (node for node in _within(_tree(_file(name)).body) if _is_import(node))
    return tuple(module for node in imported for module in _modules(node))


def _within(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """These statements and those inside them; an expression holds none."""
    for statement in statements:
        yield statement
        for block in ("body", "handlers", "orelse", "finalbody", "cases"):
            yield from _within(getattr(statement, block, ()))


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        # In `from apnet.data import check`, `check` may be a module or a name in one.
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    yield from (name for name in names if is_module(name))


def _is_import(node: object) -> bool:
    return isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and bool(node.module))


@cache
def is_module(name: str) -> bool:
    """Whether this is the dotted name of a module of apnet."""
    return (name == "apnet" or name.startswith("apnet.")) and _file(name).exists()


@cache
def _file(name: str) -> Path:
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _tree(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes(), str(file))
    except (SyntaxError, ValueError) as error:
        place = file.relative_to(PACKAGE.parent)
        raise InputError(f"{place} is not Python ({error}): mend the file or remove it") from error


@cache
def _statements(file: Path) -> tuple[str, ...]:
    """A digest of each top-level statement that counts."""
    counted = (node for node in _tree(file).body if not _is_passed_over(node))
    return tuple(map(_digest, counted))


def _digest(node: ast.stmt) -> str:
    return hashlib.sha256(_canonical(node).encode()).hexdigest()


def _name(node: ast.stmt) -> str:
    """What a statement defines, else how it begins."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return getattr(node, "name", None) or ", ".join(names) or ast.unparse(node).splitlines()[0]


def _canonical(node: object) -> str:
    """A syntax tree as text, the same on every Python: empty fields left out.

    :func:`ast.dump` will not do, its output changes between Python versions.
    """
    if isinstance(node, list):
        return f"[{','.join([_canonical(item) for item in node if not _is_passed_over(item)])}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Raise):
        return "Raise()"
    if _is_import(node) and any(_modules(node)):
        # Where it is imported from does not count, but what another name stands for does.
        return ",".join(f"{alias.name}={alias.asname}" for alias in node.names if alias.asname)
    if _is_text(node):
        return "Text()"
    fields = [(field, getattr(node, field, None)) for field in node._fields]
    shown = [
        f"{field}={_canonical(value)}"
        for field, value in fields
        if value is not None and value != [] and field not in ("type_comment", "kind")
    ]
    return f"{type(node).__name__}({','.join(shown)})"


def _is_passed_over(node: object) -> bool:
    """Docstrings, also of attributes; calls that log; imports of types; keywords of no effect.

    What is imported from apnet counts where it stands.
    """
    if isinstance(node, ast.Expr):
        return _is_docstring(node.value) or _is_logging(node.value)
    if isinstance(node, ast.ImportFrom) and node.module in _TYPING:
        return True
    if isinstance(node, ast.keyword):
        return node.arg in _KEYWORDS
    return _is_import(node) and any(_modules(node)) and not any(a.asname for a in node.names)


def _is_docstring(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_logging(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in _LOGGING


def _is_text(node: object) -> bool:
    """A text for people has words with blanks between; names, keys and modes have none."""
    if isinstance(node, ast.JoinedStr):
        return any(_is_text(part) for part in node.values)
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and bool(_TEXT.search(text))
