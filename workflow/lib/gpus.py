"""GPUs for jobs on this machine: each device to one job at a time.

Snakemake counts GPUs but assigns none, so two jobs would both use the first. A job holds a
lock on a file for its device; its child processes inherit the lock, and the kernel frees
it when the last of them has ended, in whatever way.
"""

import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apnet.errors import InputError

VARIABLE = "CUDA_VISIBLE_DEVICES"
_PAUSE = 0.5
"""Seconds between two attempts to lock a free device."""


@dataclass(frozen=True)
class Held:
    """Devices that a job holds.

    Attributes:
        devices: their numbers or UUIDs; empty where there is no GPU, or none is wanted.
        descriptors: file descriptors of the locks, for child processes to inherit.
    """

    devices: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()

    def environment(self) -> dict[str, str]:
        """The environment variable that shows a job its devices alone."""
        return {VARIABLE: ",".join(self.devices)} if self.devices else {}


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
def hold(count: int, log: Callable[[str], None]) -> Iterator[Held]:
    """Hold `count` devices, once so many are free.

    Args:
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
    held = _wait(count, devices, log)
    try:
        yield held
    finally:
        for descriptor in held.descriptors:
            os.close(descriptor)


def _wait(count: int, devices: Sequence[str], log: Callable[[str], None]) -> Held:
    held = _take(count, devices)
    if held is None:
        log(f"waiting for a GPU: all of {', '.join(devices)} are taken")
    while held is None:
        time.sleep(_PAUSE)
        held = _take(count, devices)
    return held


def _take(count: int, devices: Sequence[str]) -> Held | None:
    """Lock `count` free devices; None, with nothing locked, if fewer are free."""
    locks: dict[str, int] = {}
    for device in devices:
        descriptor = os.open(_folder() / device.replace("/", "-"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        locks[device] = descriptor
        if len(locks) == count:
            return Held(tuple(locks), tuple(locks.values()))
    for descriptor in locks.values():
        os.close(descriptor)
    return None


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
