"""Snakemake's own process: signals that stop it, output, temporary folder, limit on GPU jobs."""

import signal
import sys
import tempfile
from logging import Logger
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

from apnet.errors import InputError
from apnet.runtime import streams
from apnet.runtime.stopping import stopping
from workflow.lib.cli import refusing

if TYPE_CHECKING:
    from snakemake.workflow import Workflow

_NEEDED = 2**20
"""Bytes of temporary files; the scheduler's alone have a hundred kilobytes for the whole paper."""


def end_on_signals() -> None:
    """Have a closed terminal end Snakemake as SIGTERM does, and both give its locks back.

    On SIGTERM the scheduler, once there is one, lets the jobs that run end. They get the signal
    too, and save their state.
    """
    if current_thread() is main_thread():
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
        if signal.SIGHUP in stopping():
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def outlive_readers(logger: Logger) -> None:
    """Have Snakemake's output outlive its reader: its logger ends on a `tee` that has gone."""
    former = sys.stdout, sys.stderr
    streams.outlive_readers()
    for handler in logger.handlers:
        for stream, outliving in zip(former, (sys.stdout, sys.stderr), strict=True):
            if getattr(handler, "stream", None) is stream:
                handler.setStream(outliving)


def require_temporary_space() -> None:
    """Refuse a temporary folder that is full, on which the scheduler ends in a traceback.

    Raises:
        InputError: it does not take a file of a megabyte.
    """
    folder = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_NEEDED))
    except OSError as error:
        raise InputError(
            f"the temporary folder {folder} takes no file of a megabyte ({error.strerror}): make "
            f"room there, or set TMPDIR to another folder"
        ) from error


def require_folder() -> None:
    """Refuse a working directory in which Snakemake cannot keep its records.

    Raises:
        InputError: it cannot be written.
    """
    here, own = Path.cwd(), Path(".snakemake")
    try:
        with tempfile.TemporaryFile(dir=own if own.exists() else here):
            return
    except OSError as error:
        raise InputError(
            f"{here} cannot be written ({error.strerror}): work in a folder of your own, with "
            f"--directory"
        ) from error


def require_folder_to_unlock(workflow: "Workflow") -> None:
    """Have `snakemake --unlock` refuse such a folder in a sentence; it comes to no execution."""
    unlock = workflow.unlock

    def unlock_writable() -> None:
        with refusing():
            require_folder()
        unlock()

    workflow.unlock = unlock_writable


def let_jobs_share(workflow: "Workflow", share: float) -> None:
    """Start as many jobs at once as can share the devices of `--resources gpu=N`.

    N stays the number of devices, and a job asks for one of them, as it does on a cluster.
    """
    # The settings hold the same object, and commands that are printed repeat what they say.
    limits = workflow.global_resources.copy()
    devices = limits.get("gpu").value
    if devices is not None:
        limits["gpu"] = int(devices / share)
        workflow.global_resources = limits
