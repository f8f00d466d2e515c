"""Processes that load: their errors as values, and their end with what uses them.

Torch sends an error of such a process by its type, and waits for ever if that cannot be sent.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from types import TracebackType

from torch.multiprocessing import _prctl_pr_set_pdeathsig
from torch.utils.data import DataLoader, Dataset

from apnet.errors import InputError
from apnet.runtime.memory import LOADING

_half_begun: list[TracebackType | None] = []
"""Loaders that could not begin, kept until Python ends: torch fails when it takes one down."""


@dataclass(frozen=True)
class Failure:
    """An error in another process: what it says, and where it happened."""

    said: str
    where: str

    def error(self) -> RuntimeError:
        """The same for this process."""
        error = RuntimeError(f"{LOADING} failed ({self.said})")
        error.add_note(self.where)
        return error


class Guarded(Dataset):
    """What another dataset gives, or the error as a value."""

    def __init__(self, inner: Dataset) -> None:
        self._inner = inner

    def __getitem__(self, key: object) -> object:
        try:
            return self._inner[key]
        except InputError as error:
            return error
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())
            return Failure(said, traceback.format_exc())


def begin(_worker: int) -> None:
    """Begin a process that loads.

    Ctrl-C, the scheduler's signals and a closed terminal's reach it too, and are left to the
    training, which finishes its step and saves its state. The process goes when that does.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # Killed outright, a training ends no process, and a process holds the lock on its folder.
    _prctl_pr_set_pdeathsig(signal.SIGKILL)
    if os.getppid() != multiprocessing.parent_process().pid:
        os._exit(1)
    # What a queue cannot send it drops, and the training would wait for it for ever.
    Queue._on_queue_feeder_error = staticmethod(_give_up)


def _give_up(_error: Exception, _unsent: object) -> None:
    os._exit(1)


def received(loader: DataLoader) -> Iterator:
    """What a loader gives, in its order; its processes end with this iterator.

    Raises:
        InputError: raised in one of them.
        RuntimeError: one of them failed, or was killed.
    """
    made, workers = _begun(loader)
    try:
        for item in made:
            if isinstance(item, InputError):
                raise item
            if isinstance(item, Failure):
                raise item.error()
            yield item
    except (OSError, EOFError) as error:
        if not workers:
            raise
        # One that is just being killed: it left what it made behind, and is not known as gone.
        raise RuntimeError(f"DataLoader worker does not answer ({error})") from error
    finally:
        # Torch does this when the last reference is gone, which the traceback of an error may
        # hold; Python would then end them by a signal that they ignore, and wait.
        try:
            if workers:
                made._shutdown_workers()
        finally:
            _kill(workers)


def _begun(loader: DataLoader) -> tuple[Iterator, list[BaseProcess]]:
    """A loader's iterator, and the processes that it began; none is left if it cannot begin."""
    others = multiprocessing.active_children()
    try:
        return iter(loader), _begun_since(others)
    except Exception as error:
        _kill(_begun_since(others))
        _half_begun.append(error.__traceback__)
        if isinstance(error, OSError):
            raise RuntimeError(f"{LOADING} could not be started ({error})") from error
        raise


def _begun_since(others: list[BaseProcess]) -> list[BaseProcess]:
    return [child for child in multiprocessing.active_children() if child not in others]


def _kill(workers: list[BaseProcess]) -> None:
    for worker in workers:
        worker.kill()
        worker.join()
