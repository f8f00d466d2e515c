"""YAML that people write, read strictly: a slip is one sentence with its position."""

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from reproduction.errors import InputError
from reproduction.files import read_text

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

SCHEMAS = Path(__file__).resolve().parent / "schemas"


# The C one reads all tables in a tenth of the time; not every build of PyYAML has it.
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
    """Refuses a key given twice, of which YAML would silently keep the last, and too much of all.

    A few lines of lists of aliases of lists stand for more than any memory holds.
    """

    def construct_document(self, node: yaml.Node) -> Any:
        if _values(node, {}) > _MOST_VALUES:
            raise yaml.constructor.ConstructorError(
                problem=f"its aliases stand for over {_MOST_VALUES:,} values",
                problem_mark=node.start_mark,
            )
        return super().construct_document(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key_node, deep=True) for key_node, _ in node.value]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key!r} is given twice",
                    problem_mark=node.value[index][0].start_mark,
                )
        return super().construct_mapping(node, deep)


_MOST_VALUES = 10**6
"""A paper's largest file has 10,000."""


def _values(node: yaml.Node, known: dict[int, float]) -> float:
    """How many values a node stands for, aliases written out; infinite if it holds itself."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = math.inf
        pairs = isinstance(node, yaml.MappingNode)
        parts = chain.from_iterable(node.value) if pairs else node.value
        known[id(node)] = 1 + sum(_values(part, known) for part in parts)
    return known[id(node)]


_PLAIN = r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+|\.inf|\.nan)(e[-+]?\d+)?"


def _number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    """A number in plain decimals: YAML 1.1 takes 1:30 for 90, 1_0 for 10 and 010 for 8."""
    integer = node.tag.endswith(":int")
    number = loader.construct_yaml_int(node) if integer else loader.construct_yaml_float(node)
    if not re.fullmatch(_PLAIN, node.value, re.IGNORECASE):
        problem = f"{node.value} would be read as {number}: write it in decimals, or quote it"
        raise yaml.constructor.ConstructorError(problem=problem, problem_mark=node.start_mark)
    return number


for _kind in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _number)


def read_yaml(path: Path, schema: str, schemas: Path = SCHEMAS) -> Any:
    """The content of a YAML file that keeps to a schema.

    Args:
        schema: name of a file in `schemas`, up to `.schema.yaml`.

    Raises:
        InputError: absent, not UTF-8, not YAML, or another form than the schema's.
    """
    content = parse_yaml(Path(path), _load_once)
    check_form(content, schema, str(path), schemas)
    return content


def read_if_there(path: Path, schema: str, otherwise: Any) -> Any:
    """As :func:`read_yaml`; `otherwise` where there is no such file, nor a link that leads nowhere.

    Raises:
        InputError: as :func:`read_yaml` has it.
    """
    there = path.is_symlink() or path.exists()
    return read_yaml(path, schema) if there else otherwise


sound: set[str] = set()
"""Digests of content, each with its schema, that keeps to it; a program may keep them."""


def check_form(
    content: Any, schema: str, source: str, schemas: Path = SCHEMAS, advice: str = ""
) -> None:
    """Refuse content that does not keep to a schema.

    Args:
        schema: name of a file in `schemas`, up to `.schema.yaml`.
        source: where the content is from.
        advice: what to do, if that is more than to correct it.

    Raises:
        InputError: which part is wrong, by its position.
    """
    form = (schemas / f"{schema}.schema.yaml").read_text(encoding="utf-8")
    digest = sha256(repr((form, content)).encode(errors="surrogatepass")).hexdigest()
    if digest in sound:
        return
    # Slow to import, and not needed where all content is known.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(yaml.load(form, _Loader)).iter_errors(content))
    if error is not None:
        end = f": {advice}" if advice else ""
        raise InputError(f"{source}: {_path(error, content)}{_message(error)}{end}")
    sound.add(digest)


def _load(text: str) -> Any:
    return yaml.load(text, _Loader)


parsed: dict[str, str] = {}
"""By the digest of a text, what it holds, as JSON; a program may keep it."""


def _load_once(text: str) -> Any:
    """What a text holds, known from before, unless JSON cannot hold it: a number as a key."""
    digest = sha256(text.encode()).hexdigest()
    if digest in parsed:
        return json.loads(parsed[digest])
    content = _load(text)
    with suppress(RecursionError, TypeError, ValueError):
        written = json.dumps(content, allow_nan=False)
        if json.loads(written) == content:
            parsed[digest] = written
    return content


def parse_yaml(path: Path, load: Callable[[str], Any] = _load) -> Any:
    """The content of a YAML file of any form.

    Raises:
        InputError: absent, a pipe or a device, not UTF-8, or not YAML.
    """
    try:
        return load(read_text(path))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise InputError(f"{path}: {line}not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {str(error).splitlines()[0]}") from error
    # PyYAML lets through what its own readers of tagged values raise: `!!bool x`, `2001-99-99`.
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        what = type(error).__name__
        raise InputError(f"{path}: not valid YAML: a value that is none ({what})") from error


def _path(error: "ValidationError", content: Any) -> str:
    """`rows.apn-0.cells: `, naming list items by their id or key where they have one."""
    words: list[str] = []
    for part in error.absolute_path:
        content = content[part]
        name = content.get("id", content.get("key")) if isinstance(content, dict) else None
        words.append(name if isinstance(part, int) and isinstance(name, str) else str(part))
    return f"{'.'.join(words)}: " if words else ""


def _message(error: "ValidationError") -> str:
    """What is wrong; it begins with the value, which may be a whole table."""
    longest = 200
    return error.message if len(error.message) <= longest else f"… {error.message[-longest:]}"
