"""When memory runs out: told from other errors, and what a user can do about it.

Errors are told apart by what they say: torch has a type of its own for a GPU's memory alone,
and hands on what happened in another process as text.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from apnet.errors import InputError

SHARE = "APNET_GPU_SHARE"
"""The variable with the share of its GPU that a job has beside others; without it, all."""

LOADING = "a process that loads images"

_KINDS = (
    (
        r"CUDA (error: )?out of memory|CU(BLAS|DNN)_STATUS_ALLOC_FAILED|OutOfMemoryError",
        "the GPU's memory ran out",
        "end other programs that use it",
    ),
    (
        r"shared memory|/torch_\d|could not be started .*Errno 28",
        "the shared memory of the processes that load images ran out",
        "raise its limit (of a container, --shm-size), or load with --workers 0",
    ),
    (
        r"MemoryError|[Cc]an(no|')t allocate memory|bad_alloc|not enough memory",
        "memory ran out",
        "free some, or lower --workers",
    ),
    (
        r"DataLoader worker",
        f"{LOADING} was killed (when memory runs out, the system does that)",
        "free some, or lower --workers (0 needs no such process)",
    ),
    (
        rf"{LOADING} .*Errno",
        f"{LOADING} failed",
        "mend what the system says, or load with --workers 0",
    ),
)
"""What an error says; what happened; what to do about it."""


def gpu_share() -> float:
    """What this job has of its GPU, above 0 to 1."""
    return float(os.environ.get(SHARE, "1"))


def room(free: int, total: int) -> int:
    """What this job may take of a GPU's memory, as sizes in bytes: the free part of its share.

    Jobs that begin together all see the whole device free.
    """
    return min(free, int(total * gpu_share()))


def shortage(error: Exception, circumstances: str = "") -> str | None:
    """One sentence on memory, or processes, that ran out; None if another error it is.

    Args:
        circumstances: stand behind what happened.
    """
    said = " ".join(f"{type(error).__name__}: {error}".split())
    for pattern, happened, remedy in _KINDS:
        if re.search(pattern, said):
            why = re.search(r"\[Errno \d+\] [^)]*", said)
            return f"{happened}{f' ({why[0]})' if why else ''}{circumstances}: {remedy}"
    return None


@contextmanager
def enough_memory(batch: int, workers: int, then: str) -> Iterator[None]:
    """Explain within what runs out of memory.

    Args:
        batch: images at once.
        workers: processes that load.
        then: what else can be done, and what the same command does.

    Raises:
        InputError: memory, or a process that loads, was not enough.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        sentence = shortage(error, f" with a batch of {batch} images and --workers {workers}")
        if sentence is None:
            raise
        raise InputError(f"{sentence}; {then}") from error
