"""Slurm jobs of an earlier call in this folder, which go on when their Snakemake is killed."""

import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apnet.errors import InputError

if TYPE_CHECKING:
    from snakemake.workflow import Workflow

_RUN = re.compile(r"^SLURM run ID: (\S+)$", re.MULTILINE)
"""What the executor writes first into Snakemake's log, and gives its jobs as their name."""

_PAUSE = 20
"""Seconds between two questions to Slurm's controller."""


def sends_to_slurm(workflow: "Workflow") -> bool:
    """Whether this call is to submit jobs, and is no dry run."""
    return not workflow.local_exec and workflow.executor_plugin.cli_prefix == "slurm"


def let_earlier_jobs_end(log: Callable[[str], None]) -> None:
    """Wait for the jobs of calls that were killed, before anything is planned.

    Each works in the folder of a run, which a job of this call would delete or find locked.

    Args:
        log: called once with a line if it has to wait.

    Raises:
        InputError: Slurm does not answer.
    """
    if any(Path(".snakemake", "locks").glob("*")):
        return  # Snakemake refuses the folder, and says why.
    names = sorted(_runs(Path(".snakemake", "log").glob("*.log")))
    jobs = _queued(names)
    if jobs:
        log(
            f"Slurm jobs of an earlier call still work here, and this one waits until they end: "
            f"{' '.join(jobs)} (scancel ends them at once; trainings go on from their checkpoints)"
        )
    while jobs:
        time.sleep(_PAUSE)
        jobs = _queued(names)


def _runs(logs: Iterable[Path]) -> Iterator[str]:
    for file in logs:
        with file.open(errors="replace") as lines:
            if found := _RUN.search(lines.read(4096)):
                yield found[1]


def _queued(names: Sequence[str]) -> list[str]:
    """Numbers of the jobs of these names that wait or run."""
    if not names:
        return []
    command = ["squeue", "--noheader", "--format=%i", f"--name={','.join(names)}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise InputError(f"cannot call squeue, of Slurm: {error.strerror}") from error
    if done.returncode:
        raise InputError(f"squeue, of Slurm, ended with: {done.stderr.strip()}")
    return done.stdout.split()
