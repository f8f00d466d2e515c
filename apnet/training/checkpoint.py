"""Checkpoints of a training under way: written whole, verified when read.

A file's name holds the step and the start of its SHA-256, so a file that was cut
short or damaged is recognised before torch sees it, and the one before is taken.
"""

import re
from collections.abc import Callable
from pathlib import Path

import torch

from apnet.errors import InputError
from apnet.files import replaced, sha256

KEPT = 2
"""The newest and the one before it, should the newest be damaged."""

_NAME = re.compile(r"step-(\d{8})-([0-9a-f]{12})\.pt")
_UNNAMED = "unnamed.pt"


def save(folder: Path, step: int, state: dict[str, object]) -> Path:
    """Write `state` as the checkpoint of `step` and remove all but the newest two.

    What a killed process left half-written goes too: the folder is one process's alone.

    Raises:
        InputError: the folder cannot be written (full, read-only).
    """
    unnamed = folder / _UNNAMED
    try:
        for left in _files(folder):
            # `replaced` writes under a name that begins with a dot.
            if left.name == _UNNAMED or left.name.startswith(f".{_UNNAMED}."):
                left.unlink(missing_ok=True)
        with replaced(unnamed) as temporary:
            _write(state, temporary, folder)
        named = folder / f"step-{step:08d}-{sha256(unnamed)[:12]}.pt"
        unnamed.replace(named)
        for old in _newest_first(folder)[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write a checkpoint to {folder}: {error.strerror}") from error
    return named


def load_newest(folder: Path, log: Callable[[str], None]) -> dict[str, object] | None:
    """The newest checkpoint that is undamaged, on the CPU; None if there is none.

    Args:
        folder: where :func:`save` wrote.
        log: gets a line for each damaged file that is skipped.

    Raises:
        InputError: the folder cannot be read.
    """
    files = _newest_first(folder)
    for file in files:
        if _undamaged(file):
            return torch.load(file, map_location="cpu", weights_only=True)
        last = file == files[-1]
        what = "none is left: starting from the beginning" if last else "trying the one before it"
        log(f"checkpoint {file} is damaged; {what}")
    return None


def _write(state: dict[str, object], file: Path, folder: Path) -> None:
    try:
        # With a file that torch opens itself, the reason of a failure is lost.
        with file.open("wb") as stream:
            torch.save(state, stream)
    except (OSError, RuntimeError) as error:
        # Torch closes its archive even then, and reports that error instead.
        system = next((e for e in (error, error.__context__) if isinstance(e, OSError)), None)
        reason = system.strerror if system else str(error).splitlines()[0]
        raise InputError(
            f"cannot write a checkpoint to {folder} ({reason}): make room there"
        ) from error


def _undamaged(file: Path) -> bool:
    try:
        return sha256(file).startswith(_NAME.fullmatch(file.name)[2])
    except OSError:
        return False


def _newest_first(folder: Path) -> list[Path]:
    return sorted((file for file in _files(folder) if _NAME.fullmatch(file.name)), reverse=True)


def _files(folder: Path) -> list[Path]:
    """What lies in the folder: nothing if it is absent, but not if it cannot be read."""
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(
            f"cannot read the checkpoints in {folder} ({error.strerror}): make it readable, or "
            f"delete it to train from the beginning"
        ) from error
