"""Slurm jobs that Snakemake's executor would lose: of killed calls, and those that make room."""

import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from apnet.errors import InputError

if TYPE_CHECKING:
    from snakemake.workflow import Workflow

_RUN = re.compile(r"^SLURM run ID: (\S+)$", re.MULTILINE)
"""What the executor writes first into Snakemake's log, and gives its jobs as their name."""

_PAUSE = 20
"""Seconds between two questions to Slurm's controller."""


_ENDED = {
    "BOOT_FAIL",
    "CANCELLED",
    "COMPLETED",
    "DEADLINE",
    "FAILED",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "PREEMPTED",
    "REVOKED",
    "TIMEOUT",
}
"""States in which a job stays."""


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
    command = ["squeue", "--noheader", "--states=all", "--format=%i %T"]
    command.append(f"--name={','.join(names)}")
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise InputError(f"cannot call squeue, of Slurm: {error.strerror}") from error
    if done.returncode:
        raise InputError(f"squeue, of Slurm, ended with: {done.stderr.strip()}")
    jobs = map(str.split, done.stdout.splitlines())
    return [number for number, state in jobs if state not in _ENDED]


def retry_preempted() -> None:
    """Let a job be retried that was cancelled to make room: the executor waits for it for ever.

    It takes PREEMPTED for a job that Slurm will start again. Of such a job squeue says PENDING.
    """
    import snakemake_executor_plugin_slurm as executor

    query = executor.query_job_status

    @wraps(query)
    async def states(command: str, *others: object) -> tuple[dict[str, str] | None, float | None]:
        found, seconds = await query(command, *others)
        if found and command.startswith("squeue"):
            found = {
                job: "CANCELLED" if state == "PREEMPTED" else state for job, state in found.items()
            }
        return found, seconds

    executor.query_job_status = states
