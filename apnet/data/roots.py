"""Data roots: which one a dataset has, and where the dataset lies under it.

The command line names them DIR for every dataset, NAME=PATH for one.
"""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from apnet.data.folders import closed, list_folder
from apnet.data.reach import exists, is_folder
from apnet.data.source import Source
from apnet.errors import InputError

_REMEDY = "give the folder that holds the dataset folders"

NAME = re.compile(r"[a-z][a-z0-9-]*")
"""How a custom dataset may be called: its name is a folder of results."""


def root_of(dataset: str, words: Sequence[str]) -> Path:
    """The data root of a dataset.

    Args:
        words: DIR, at most once, and NAME=PATH; a DIR like `a=b` is written `./a=b`.

    Raises:
        InputError: none for that dataset, or two.
    """
    named, shared = [], []
    for word in words:
        name, equals, path = word.partition("=")
        if equals and (name == dataset or NAME.fullmatch(name)):
            named += [path] if name == dataset else []
        else:
            shared.append(word)
    roots = named or shared
    if not roots:
        raise InputError(
            f"no data root for {dataset}: give the folder that holds the dataset folders, "
            f"or {dataset}=PATH"
        )
    if len(roots) > 1:
        raise InputError(f"two data roots for {dataset}, {roots[0]} and {roots[1]}: give one")
    return Path(roots[0])


def find(source: Source, data_root: Path, sources: Iterable[Source]) -> Path:
    """The folder of a dataset.

    Args:
        data_root: the folder that holds dataset folders, or the dataset's own.
        sources: all datasets, since many have the same layout and only the name of
            their folder tells them apart.

    Raises:
        InputError: no data root, or nothing of that dataset in it.
    """
    _require_root(data_root)
    under = [data_root / folder for folder in _nested(source.folders)]
    for folder in (*under, data_root):
        if not _lacking(source, folder):
            if folder == data_root:
                _refuse_other(source, data_root, sources)
            return folder
    there = [folder for folder in under if is_folder(folder)]
    _refuse_closed([*there, data_root])
    _refuse_part(source, [*there, data_root])
    raise InputError(
        f"no {source.name} in the data root {data_root} (looked for {', '.join(source.folders)}, "
        f"and in the root itself for {', '.join(source.holds)}): {_REMEDY}"
    )


def _nested(folders: Sequence[str]) -> list[str]:
    """The folders, and then each in any other or itself: archives are unpacked into folders."""
    inside = (f"{outer}/{inner}" for outer in folders for inner in folders)
    return list(dict.fromkeys([*folders, *inside]))


def _require_root(data_root: Path) -> None:
    try:
        names = os.listdir(data_root)
    except OSError as error:
        raise InputError(
            f"cannot read the data root {data_root} ({error.strerror}): {_REMEDY}"
        ) from error
    if not names:
        raise InputError(f"the data root {data_root} is empty: {_REMEDY}")


def _lacking(source: Source, folder: Path) -> list[str]:
    """What a folder lacks of the form that it is nearest to."""
    forms = (source.holds, *source.or_holds)
    lacking = {form: [name for name in form if not exists(folder / name)] for form in forms}
    return lacking[min(forms, key=lambda form: len(lacking[form]) / len(form))]


def _refuse_closed(folders: list[Path]) -> None:
    """Refuse a folder that cannot be listed, so that what it lacks is unknown."""
    for folder in folders:
        list_folder(folder)
        if not os.access(folder, os.X_OK):
            raise closed(folder)


def _refuse_part(source: Source, folders: list[Path]) -> None:
    """Say what the most nearly complete of the folders lacks, if any holds a part."""
    best = min(folders, key=lambda folder: len(_lacking(source, folder)))
    lacking = _lacking(source, best)
    if best is not folders[-1] or len(lacking) < len(source.holds):
        raise InputError(
            f"{best} lacks {', '.join(lacking)}: unpack the whole of {source.name} there"
        )


def _refuse_other(source: Source, root: Path, sources: Iterable[Source]) -> None:
    """Refuse a folder that has another dataset's name."""
    name_of_root = root.resolve().name
    names = {other.name: {Path(folder).name for folder in other.folders} for other in sources}
    others = [name for name, folders in names.items() if name_of_root in folders]
    if others and source.name not in others:
        raise InputError(f"{root} is the folder of {others[0]}, not of {source.name}: {_REMEDY}")
