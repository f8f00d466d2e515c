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


def save(folder: Path, step: int, state: dict[str, object]) -> Path:
    """Write `state` as the checkpoint of `step` and remove all but the newest two.

    Raises:
        InputError: the folder cannot be written (full, read-only).
    """
    unnamed = folder / "unnamed.pt"
    with replaced(unnamed) as temporary:
        try:
            torch.save(state, temporary)
        except RuntimeError as error:
            # Not an OSError: torch has words of its own for a disk that is full.
            reason = str(error).splitlines()[0]
            raise InputError(
                f"cannot write a checkpoint to {folder} ({reason}): make room there"
            ) from error
    try:
        named = folder / f"step-{step:08d}-{sha256(unnamed)[:12]}.pt"
        unnamed.replace(named)
        for old in _newest_first(folder)[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write a checkpoint to {folder}: {error.strerror}") from error
    return named


def load_newest(folder: Path, say: Callable[[str], None]) -> dict[str, object] | None:
    """The newest checkpoint that is undamaged, on the CPU; None if there is none.

    Args:
        folder: where :func:`save` wrote.
        say: told of each damaged file that is passed over.
    """
    for file in _newest_first(folder):
        if _undamaged(file):
            return torch.load(file, map_location="cpu", weights_only=True)
        say(f"checkpoint {file} is damaged; trying the one before it")
    return None


def _undamaged(file: Path) -> bool:
    try:
        return sha256(file).startswith(_NAME.fullmatch(file.name)[2])
    except OSError:
        return False


def _newest_first(folder: Path) -> list[Path]:
    return sorted(
        (file for file in folder.glob("step-*.pt") if _NAME.fullmatch(file.name)), reverse=True
    )
