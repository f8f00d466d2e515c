"""The config as a call gives it: refused where Snakemake would quietly take something else."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import yaml
from snakemake.common import configfile

from apnet.errors import InputError
from reproduction.paper.yamlfiles import parse_yaml

_MANUAL = "(config/README.md)"

_ALONE = {
    ("--config", "-C"): "--config seeds=[0,1] gpu=0",
    ("--configfile", "--configfiles"): "--configfile config/paper.yaml mine.yaml",
}
"""Options that replace an earlier one of their kind, and how several values are given."""


def check_files(paths: Iterable[Path]) -> None:
    """Refuse files of which Snakemake took something else than they say.

    Raises:
        InputError: a key that is given twice, a number such as 010 or 1:30, or Python to be run.
    """
    for path in paths:
        try:
            json.loads(path.read_bytes(), object_pairs_hook=partial(_once, path))
        except ValueError:
            if "__use_yte__" in parse_yaml(path):
                # Before the Snakefile is read, so that nothing here can prevent it.
                own = configfile._load_configfile.__module__ == configfile.__name__
                ran = "; it ran, since this call's profile lacks the reader of profiles/default"
                raise InputError(
                    f"{path} asks for Python in it to be run (__use_yte__){ran * own}: write the "
                    f"values themselves {_MANUAL}"
                ) from None


def _once(path: Path, pairs: list[tuple[str, object]]) -> dict[str, object]:
    counts = Counter(key for key, _ in pairs)
    for key, number in counts.items():
        if number > 1:
            raise InputError(f"{path}: the key {key!r} is given twice: give it once {_MANUAL}")
    return dict(pairs)


def check_options(argv: Sequence[str], values: Iterable[str]) -> None:
    """Refuse a command line of Snakemake of which it takes a part.

    Args:
        values: what follows `--config`, such as `seeds=[0,1]`.

    Raises:
        InputError: `--config` or `--configfile` a second time, or a key twice in a value.
    """
    words = argv[: argv.index("--")] if "--" in argv else argv
    counts = Counter(word.partition("=")[0] for word in words)
    for names, right in _ALONE.items():
        if sum(counts[name] for name in names) > 1:
            raise InputError(
                f"{names[0]} is given twice, of which Snakemake takes the last one alone: put all "
                f"behind one, as in {right}"
            )
    for word in values:
        name, _, value = word.partition("=")
        if key := _twice(value):
            raise InputError(f"--config {name}: the key {key!r} is given twice: give it once")


def _twice(value: str) -> str | None:
    """A key that a mapping of a YAML text has twice."""
    try:
        nodes = [yaml.compose(value, yaml.BaseLoader)]
    except (RecursionError, yaml.YAMLError):
        return None  # Snakemake takes it as a text
    for node in nodes:  # the list grows; an alias is the node that it stands for
        parts = []
        if isinstance(node, yaml.MappingNode):
            counts = Counter(key.value for key, _ in node.value if key.id == "scalar")
            if key := next((key for key, number in counts.items() if number > 1), None):
                return key
            parts = [part for _, part in node.value]
        elif isinstance(node, yaml.SequenceNode):
            parts = node.value
        nodes += [part for part in parts if part not in nodes]
    return None
