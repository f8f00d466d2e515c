r"""Run a job's command: into its log, onto the terminal, and into a note when it fails.

    python -m workflow.lib.jobs [--gpus N [--gpu-share S]] [--max-gpu-hours H --of RESULTS] \
        [--quiet] --log LOG -- COMMAND …

The note, LOG with the suffix .failed.json, outlives the outputs that Snakemake
deletes, so a table can show the cell as failed and why. With --gpus the command is given
that many devices of this machine, which no other job has, or a share of each.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from apnet import ending
from apnet.errors import InputError
from apnet.files import write_json
from apnet.records.kept import VARIABLE
from apnet.records.paths import FAILED
from apnet.runtime.stopping import raise_when_stopped, stopping
from apnet.runtime.streams import outlive_readers
from reproduction import errors
from workflow.lib import gpus
from workflow.lib.looking.used import require_left

_PREFIX = "apnet: "
_PREFIXES = (_PREFIX, "reproduction: ")
_LOGS = (ending.LOG, errors.LOG)
_KEEP = {VARIABLE: "1"}
"""Snakemake deletes the results of a job that was killed once they were whole."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status (128 + n when signal n ended it)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", required=True, type=Path)
    parser.add_argument("--gpus", type=int, default=0)
    parser.add_argument("--gpu-share", type=float, default=1, choices=gpus.SHARES)
    parser.add_argument("--max-gpu-hours", type=float, help="of all jobs, by the records in --of")
    parser.add_argument("--of", type=Path, metavar="RESULTS")
    parser.add_argument("--quiet", action="store_true", help="into its log alone")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args(argv)
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    note = arguments.log.with_suffix(FAILED)
    try:
        arguments.log.parent.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)
        if arguments.max_gpu_hours is not None:
            require_left(arguments.of, arguments.max_gpu_hours)
        share = arguments.gpu_share
        with gpus.hold(arguments.gpus, share, lambda line: print(line, file=sys.stderr)) as held:
            status, last = _run(command, arguments.log, held, arguments.quiet)
    except InputError as error:
        status, last = 2, [f"{_PREFIX}{error}"]
        print(last[0], file=sys.stderr)
    except OSError as error:
        print(f"{_PREFIX}cannot write {arguments.log}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as error:
        # It was waiting for a GPU; once the command runs, it is given the signals.
        return ending.ended(error)
    if status:
        message = _sentence(last) or f"ended with status {status}"
        try:
            write_json(note, {"status": status, "message": message, "log": str(arguments.log)})
        except InputError as error:
            print(f"{_PREFIX}{error}", file=sys.stderr)
    return status


def _run(command: Sequence[str], log: Path, held: gpus.Held, quiet: bool) -> tuple[int, list[str]]:
    """Exit status and last lines of the command, its output in `log` and, unless quiet, stderr."""
    last: deque[str] = deque(maxlen=20)
    with (
        # Unbuffered: a line that could not be written is not tried again on closing.
        open(log, "wb", buffering=0, opener=_appending) as file,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **held.environment(), **dict.fromkeys(_LOGS, str(log)), **_KEEP},
            pass_fds=held.descriptors,
        ) as job,
    ):
        if held.devices:
            _log(file, f"on GPU {held}\n")
        # The job saves its state before it ends; this process waits for that.
        for number in stopping():
            signal.signal(number, lambda received, _frame: job.send_signal(received))
        for line in chain(job.stdout, _killed(job)):
            _log(file, line)
            if not quiet:
                sys.stderr.write(line)
            last.append(line.rstrip())
    return _status(job), list(last)


def _status(job: subprocess.Popen) -> int:
    number = job.wait()
    return number if number >= 0 else 128 - number


def _killed(job: subprocess.Popen) -> Iterator[str]:
    """A line on the signal that ended a job, which could say nothing itself."""
    status = _status(job)
    if job.returncode < 0:
        memory = " (when memory runs out, the system does that)" if status == 137 else ""
        what = signal.strsignal(-job.returncode)
        yield f"{_PREFIX}the job was ended from outside, {what}, status {status}{memory}\n"


def _appending(path: str, flags: int) -> int:
    """The job adds to its log too: what each writes goes to the end."""
    return os.open(path, flags | os.O_APPEND, 0o666)


def _log(file: BinaryIO, line: str) -> None:
    """Write to the log; a full disk does not end a job that may need no space."""
    with suppress(OSError):
        file.write(line.encode())


def _sentence(lines: Sequence[str]) -> str | None:
    """The last line that begins as our errors do, else the last that is not blank."""
    errors = [line.partition(": ")[2] for line in lines if line.startswith(_PREFIXES)]
    return next(iter(errors[::-1]), next((line for line in lines[::-1] if line.strip()), None))


if __name__ == "__main__":
    raise_when_stopped()
    outlive_readers()
    sys.exit(main())
