"""GPUs for jobs on this machine: each device to one job at a time.

Snakemake counts GPUs and names none, so two jobs would both take the first. A job holds a
lock on a file for its device; the lock is inherited by what it runs, and the kernel frees
it when the last of them has ended, however that was.
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
"""Seconds between two looks for a device that is free."""


@dataclass(frozen=True)
class Held:
    """Devices that a job holds.

    Attributes:
        devices: their numbers or UUIDs; none where there is no GPU, or none is wanted.
        descriptors: of the locks, for the process that is to hold them too.
    """

    devices: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()

    def environment(self) -> dict[str, str]:
        """What the job is told of its devices."""
        return {VARIABLE: ",".join(self.devices)} if self.devices else {}


def visible() -> list[str]:
    """The devices that jobs may use: those that the user names, else all of this machine."""
    named = os.environ.get(VARIABLE)
    if named is None:
        return [str(number) for number in range(_count())]
    devices = [name.strip() for name in named.split(",")]
    # As CUDA has it, the first that is none hides those after it.
    ends = (number for number, name in enumerate(devices) if name in ("", "-1", "NoDevFiles"))
    return devices[: next(ends, len(devices))]


@contextmanager
def hold(count: int, say: Callable[[str], None]) -> Iterator[Held]:
    """Hold `count` devices, once so many are free.

    Args:
        say: told once when there is a wait.

    Raises:
        InputError: more than there are.
    """
    devices = visible() if count else []
    if not devices:
        yield Held()
        return
    if count > len(devices):
        raise InputError(f"a job wants {count} GPUs, and {len(devices)} can be used: lower `gpu`")
    held = _wait(count, devices, say)
    try:
        yield held
    finally:
        for descriptor in held.descriptors:
            os.close(descriptor)


def _wait(count: int, devices: Sequence[str], say: Callable[[str], None]) -> Held:
    waits = False
    while (held := _take(count, devices)) is None:
        if not waits:
            say(f"waiting for a GPU: all of {', '.join(devices)} are taken")
            waits = True
        time.sleep(_PAUSE)
    return held


def _take(count: int, devices: Sequence[str]) -> Held | None:
    """So many free devices; None, and none of them, if fewer are free."""
    found: dict[str, int] = {}
    for device in devices:
        descriptor = os.open(_folder() / device.replace("/", "-"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        found[device] = descriptor
        if len(found) == count:
            return Held(tuple(found), tuple(found.values()))
    for descriptor in found.values():
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
    """How many GPUs the driver lists; torch would need seconds to say so."""
    try:
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True)
    except OSError:
        return 0
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    return sum(line.startswith("GPU ") for line in lines)
