"""Data roots as the command line names them: DIR for every dataset, NAME=PATH for one."""

import re
from collections.abc import Sequence
from pathlib import Path

from apnet.errors import InputError

NAME = re.compile(r"[a-z][a-z0-9-]*")
"""How a custom dataset may be called: its name is a folder of results."""


def root_of(dataset: str, words: Sequence[str]) -> Path:
    """The data root of a dataset.

    Args:
        words: DIR, at most once, and NAME=PATH; a DIR like `a=b` is written `./a=b`.

    Raises:
        InputError: none for that dataset, or two.
    """
    own, shared = [], []
    for word in words:
        name, equals, path = word.partition("=")
        if equals and (name == dataset or NAME.fullmatch(name)):
            own += [path] if name == dataset else []
        else:
            shared.append(word)
    roots = own or shared
    if not roots:
        raise InputError(
            f"no data root for {dataset}: give the folder that holds the dataset folders, "
            f"or {dataset}=PATH"
        )
    if len(roots) > 1:
        raise InputError(f"two data roots for {dataset}, {roots[0]} and {roots[1]}: give one")
    return Path(roots[0])
