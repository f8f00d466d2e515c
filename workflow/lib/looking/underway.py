"""How far a training is, by its files alone: its lock, its history, its checkpoints."""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from apnet.records import paths

_LOCK = ".lock"
_STEP = re.compile(r"step-(\d{8})-")

_LAST = 3
"""Epochs whose time the next ones are expected to take."""

QUIET = 300.0
"""Seconds without a sign after which a training of another machine is taken to have stopped."""


@dataclass(frozen=True)
class Underway:
    """A training that has begun and not ended.

    Attributes:
        locked: whether a process of this machine trains.
        quiet: seconds since it wrote something.
        epoch: the last whole one; 0 in the first.
        seconds: an epoch takes; None in the first.
        step: of the newest checkpoint; None without one.
    """

    locked: bool
    quiet: float
    epoch: int
    seconds: float | None
    images_per_second: float | None
    step: int | None

    @property
    def running(self) -> bool:
        """Whether it runs; of another machine's, whether it seems to."""
        return self.locked or self.quiet < max(QUIET, 2 * (self.seconds or 0.0))

    def left(self, epochs: int) -> float | None:
        """Seconds that are left of so many epochs, if that can be told."""
        if self.seconds is None:
            return None
        whole = (epochs - self.epoch) * self.seconds
        return max(0.0, whole - min(self.quiet, self.seconds) * self.running)


def underway(folder: Path, locked: frozenset[tuple[int, int]]) -> Underway | None:
    """What the files of a run's folder say; None if no training of it is under way.

    Args:
        locked: the files that are locked (:func:`locked_files`).
    """
    held = _key(folder / _LOCK) in locked
    lines = list(_epochs(folder / paths.HISTORY))
    # Once a training has ended its history stays, and its checkpoints are gone.
    saved = list(folder.glob(f"{paths.CHECKPOINTS}/*/step-*.pt"))
    if lines:
        saved = [file for file in saved if file.parent.name == lines[-1].get("training")]
    if not held and not saved:
        return None
    signs = [*saved, folder / paths.HISTORY, folder / _LOCK]
    newest = max(filter(None, map(_written, signs)), default=0.0)
    last = lines[-1] if lines else {}
    steps = [int(match[1]) for file in saved if (match := _STEP.match(file.name))]
    return Underway(
        locked=held,
        quiet=max(0.0, time.time() - newest),
        epoch=int(last.get("epoch", 0)),
        seconds=median(float(line["seconds"]) for line in lines[-_LAST:]) if lines else None,
        images_per_second=last.get("images_per_second"),
        step=max(steps, default=None),
    )


def locked_files() -> frozenset[tuple[int, int]]:
    """Device and inode of the files that processes of this machine have locked.

    The system lists them. To try the locks would keep a training from starting meanwhile.
    """
    found = set()
    with suppress(OSError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            if place := re.search(r" FLOCK .* ([0-9a-f]+):([0-9a-f]+):(\d+) ", f"{line} "):
                device = os.makedev(int(place[1], 16), int(place[2], 16))
                found.add((device, int(place[3])))
    return frozenset(found)


def _key(file: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        status = file.stat()
        return status.st_dev, status.st_ino
    return None


def _written(file: Path) -> float | None:
    with suppress(OSError):
        return file.stat().st_mtime
    return None


def _epochs(history: Path) -> Iterator[dict[str, object]]:
    """The whole lines of a history that has them; one that is being written may be cut."""
    with suppress(OSError, UnicodeDecodeError):
        for line in history.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, KeyError, TypeError):
                content = json.loads(line)
                float(content["seconds"]), int(content["epoch"]), content.get("training")
                yield content
