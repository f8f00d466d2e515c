"""GPUs for jobs on this machine: each device to one job at a time, or to a few by parts.

Snakemake counts GPUs but assigns none, so two jobs would both use the first. A device has
`PARTS` parts, each a file; a job holds locks on as many as its share is. Its child processes
inherit the locks, and the kernel frees them when the last of them has ended, in whatever way.
"""

import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from apnet.errors import InputError
from apnet.runtime.memory import SHARE

VARIABLE = "CUDA_VISIBLE_DEVICES"
PARTS = 8
SHARES = (1, 0.5, 0.25, 0.125)
"""What a job may have of a device: whole numbers of its parts, which fill it in any mixture."""

_PAUSE = 0.5
"""Seconds between two attempts to lock a free device."""


@dataclass(frozen=True)
class Held:
    """Devices that a job holds.

    Attributes:
        devices: their numbers or UUIDs; empty where there is no GPU, or none is wanted.
        descriptors: file descriptors of the locks, for child processes to inherit.
        share: of each device.
    """

    devices: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()
    share: float = 1

    def environment(self) -> dict[str, str]:
        """The variables that show a job its devices alone, and its share of each."""
        if not self.devices:
            return {}
        return {VARIABLE: ",".join(self.devices), SHARE: str(self.share)}

    def __str__(self) -> str:
        return ", ".join(self.devices) + (f", {self.share} of it" if self.share < 1 else "")


def visible() -> list[str]:
    """The devices that jobs may use: those that the user lists, else all of this machine."""
    named = os.environ.get(VARIABLE)
    if named is None:
        return [str(number) for number in range(_count())]
    devices = [name.strip() for name in named.split(",")]
    # As in CUDA, an invalid entry hides all that follow it.
    ends = (number for number, name in enumerate(devices) if name in ("", "-1", "NoDevFiles"))
    return devices[: next(ends, len(devices))]


@contextmanager
def hold(count: int, share: float, log: Callable[[str], None]) -> Iterator[Held]:
    """Hold a share of `count` devices, once so many have as much free.

    Args:
        share: one of `SHARES`.
        log: called once with a line if it has to wait.

    Raises:
        InputError: more than there are.
    """
    devices = visible() if count else []
    if not devices:
        yield Held()
        return
    if count > len(devices):
        raise InputError(f"a job wants {count} GPUs, and {len(devices)} can be used: lower `gpu`")
    held = _wait(count, share, devices, log)
    try:
        yield held
    finally:
        for descriptor in held.descriptors:
            os.close(descriptor)


def _wait(count: int, share: float, devices: Sequence[str], log: Callable[[str], None]) -> Held:
    held = _take(count, share, devices)
    if held is None:
        what = "a GPU" if share == 1 else f"{share} of a GPU"
        log(f"waiting for {what}: all of {', '.join(devices)} are taken")
    while held is None:
        time.sleep(_PAUSE)
        held = _take(count, share, devices)
    return held


def _take(count: int, share: float, devices: Sequence[str]) -> Held | None:
    """Lock a share of `count` devices; None, with nothing locked, if fewer have so much free.

    Those with the most free parts come first, so that jobs are spread before they are packed.
    """
    parts = int(PARTS * share)
    with _alone():
        free = {device: _lock_free(device) for device in devices}
        enough = [device for device in devices if len(free[device]) >= parts]
        chosen = sorted(enough, key=lambda device: -len(free[device]))[:count]
        kept = [part for device in chosen for part in free[device][:parts]]
        if len(chosen) < count:
            chosen, kept = [], []
        for descriptor in {*chain(*free.values())} - {*kept}:
            os.close(descriptor)
    return Held(tuple(chosen), tuple(kept), share) if chosen else None


@contextmanager
def _alone() -> Iterator[None]:
    """One job after another: none meets what another locks only to look."""
    descriptor = _open("taking")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock_free(device: str) -> list[int]:
    """Locks on all parts of a device that are free."""
    free = []
    for part in range(PARTS):
        descriptor = _open(f"{device.replace('/', '-')}.{part}")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            free.append(descriptor)
    return free


def _open(name: str) -> int:
    return os.open(_folder() / name, os.O_RDWR | os.O_CREAT, 0o600)


def _folder() -> Path:
    folder = Path(tempfile.gettempdir(), f"apnet-gpus-{os.getuid()}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make {folder} for locks on GPUs: {error.strerror}") from error
    return folder


def _count() -> int:
    """How many GPUs the driver lists; importing torch to ask would take seconds."""
    try:
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    except OSError:
        return 0
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    return sum(line.startswith("GPU ") for line in lines)
