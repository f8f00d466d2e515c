"""Several people's results in one tree: each run once, conflicts named, and all of it or nothing.

A tree is a results/<scale>. Of a tree are taken its runs, with their evaluations and attention
maps, and its checks of datasets; what is made from these, such as judged cells, is made anew.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path, PurePath

from apnet.errors import InputError
from apnet.files import read_json, sha256
from apnet.records.check import check_results, faults
from apnet.records.crates import results_in
from apnet.records.paths import CHECK, CHECKPOINTS, RANKS, RECORD, RUNS, Run, by_number

_SHOWN = 5
"""Conflicts that are named one by one."""

_CHECKS = CHECK.format(reading="*", dataset="*")

Files = Mapping[PurePath, Path]
"""Path under a tree -> the file."""


def merge_results(trees: Sequence[Path], into: Path) -> tuple[int, int]:
    """Put the results of some trees into another, as hard links or else as copies.

    Args:
        trees: folders, or archives (:mod:`apnet.records.crates`).
        into: made if it is absent; what is there stays as it is.

    Returns:
        How many files were added, and how many were there already.

    Raises:
        InputError: no results in a tree, a file that is no plain file of it, two with one place
            and different content, or results in which `apnet results check` finds an error.
    """
    with ExitStack() as opened:
        return _merged([opened.enter_context(results_in(tree)) for tree in trees], into)


def _merged(trees: Sequence[Path], into: Path) -> tuple[int, int]:
    found: dict[PurePath, Path] = dict(_files(into)) if into.exists() else {}
    there = {*found}
    conflicts: list[str] = []
    same = 0
    for tree in trees:
        files = _files(tree)
        if not any(place.name == RECORD for place in files):
            raise InputError(f"{tree} holds no runs, {RUNS}: give a folder such as results/<scale>")
        for place, file in files.items():
            other = found.setdefault(place, file)
            if other is file:
                continue
            same += 1
            if not _alike(other, file):
                conflicts.append(f"{other} and {file}")
    conflicts += _unfinished(into, {*found} - there)
    if conflicts:
        more = f", and {len(conflicts) - _SHOWN} more" if len(conflicts) > _SHOWN else ""
        raise InputError(
            f"nothing was merged, for these have one place and are not the same: "
            f"{'; '.join(conflicts[:_SHOWN])}{more}: keep one of each, and merge again"
        )
    new = {place: file for place, file in found.items() if place not in there}
    _place(found, new, into)
    return len(new), same


def _files(tree: Path) -> Files:
    """What is taken of a tree.

    Raises:
        InputError: what cannot be listed, a folder of no seed, or a file that is none of the tree.
    """
    if not tree.is_dir():
        raise InputError(f"no folder {tree}: name a folder of results")
    found: dict[PurePath, Path] = {}
    for record in sorted(tree.glob(RUNS), key=by_number):
        if Run.parse(record.parent) is None:
            raise InputError(f"{record.parent} is the folder of no seed: move it away")
        for file in sorted(_of_run(record.parent)):
            found[file.relative_to(tree)] = file
    found |= {file.relative_to(tree): file for file in sorted(tree.glob(_CHECKS))}
    for place in found:
        _check_plain(tree, place)
    return found


def _of_run(folder: Path) -> Iterator[Path]:
    """The files of a run, without what is half-written, of a machine, or never shared."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in (CHECKPOINTS, RANKS) and name[0] != "."
        )
        # A folder that is a link is not walked into: it is told of as a file that is none.
        links = [name for name in folders if Path(parent, name).is_symlink()]
        yield from (Path(parent, name) for name in [*names, *links] if name[0] != ".")


def _check_plain(tree: Path, place: PurePath) -> None:
    """Refuse what is no file of the tree itself."""
    _check_inside(tree, place)
    if not stat.S_ISREG((tree / place).stat().st_mode):
        raise InputError(f"{tree / place} is no plain file: move it away")


def _check_inside(tree: Path, place: PurePath) -> None:
    """Refuse a path with a link in it, which may lead out of the tree."""
    for path in [tree / place, *(tree / parent for parent in place.parents[:-1])]:
        if path.is_symlink():
            raise InputError(f"{path} is a link, which may lead out of {tree}: put a copy there")


def _alike(one: Path, other: Path) -> bool:
    """Whether two files hold the same; checks of a dataset may name different folders."""
    if one.name == PurePath(CHECK).name:
        contents = (read_json(one), read_json(other))
        data = [item.get("fingerprint") if isinstance(item, dict) else None for item in contents]
        return data[0] == data[1] is not None
    return one.samefile(other) or (
        one.stat().st_size == other.stat().st_size and sha256(one) == sha256(other)
    )


def _unfinished(into: Path, new: set[PurePath]) -> Iterator[str]:
    """Runs that would be put into the folder of one that is not finished."""
    for place in sorted(new):
        folder = into / place.parent
        if place.name == RECORD and folder.exists():
            yield f"the unfinished run {folder} and the finished one"


def _place(found: Files, new: Files, into: Path) -> None:
    """Check the whole tree beside its place, then give the new files theirs, or none."""
    placed: list[PurePath] = []
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{into.name}.", dir=into.parent) as temporary:
            whole = Path(temporary, into.name)
            for place, file in found.items():
                _link(file, whole / place)
            _check(whole, found, into)
            # Records last: what is not finished has none.
            for place in sorted(new, key=_is_record):
                _check_inside(into, place)
                placed.append(place)
                (into / place).parent.mkdir(parents=True, exist_ok=True)
                (whole / place).rename(into / place)
    except BaseException as error:
        for place in placed:
            (into / place).unlink(missing_ok=True)
            with suppress(OSError):  # others are in it
                for folder in place.parents:
                    (into / folder).rmdir()
        if isinstance(error, OSError):
            raise InputError(f"cannot write {into}: {error.strerror}") from error
        raise


def _is_record(place: PurePath) -> tuple[bool, PurePath]:
    return place.suffix == ".json", place


def _link(file: Path, to: Path) -> None:
    """A hard link; a copy where the file system has none."""
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        to.hardlink_to(file)
    except OSError:
        shutil.copy2(file, to)


def _check(whole: Path, found: Files, into: Path) -> None:
    """Refuse a tree in which `apnet results check` finds an error; weights may have stayed away."""
    errors = faults(check_results(whole)["findings"], weights=False)
    if errors:
        place = errors[0].file.relative_to(whole)
        record = found.get(place / RECORD)
        source = found.get(place) or (record.parent if record else into / place)
        first = f"{source}: {errors[0].message}".replace(f"{whole}", f"{into}")
        many = f"{len(errors)} errors, the first: " if len(errors) > 1 else ""
        raise InputError(f"nothing was merged, for it would not be valid: {many}{first}")
