"""Slurm jobs that Snakemake's executor would lose: of killed calls, and those that make room."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from apnet.ending import ended
from apnet.errors import InputError
from workflow.lib.cli import refusing
from workflow.lib.process import require_folder

if TYPE_CHECKING:
    from snakemake.workflow import Workflow
    from snakemake_interface_executor_plugins.registry import Plugin

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


def lose_no_jobs(workflow: "Workflow", log: Callable[[str], None]) -> None:
    """Prepare a call for Slurm, once it is known to be none that only plans.

    Snakemake's own hook, onstart, comes after the plan, which would lack what those jobs finish.
    """
    execute = workflow.execute

    @wraps(execute)
    def execute_afterwards(executor_plugin: "Plugin", **settings: object) -> object:
        try:
            with refusing():
                require_folder()
                if not executor_plugin.common_settings.dryrun_exec:
                    let_earlier_jobs_end(log)
                if executor_plugin.name == "slurm":
                    retry_preempted()
        except KeyboardInterrupt as error:
            sys.exit(ended(error))
        return execute(executor_plugin=executor_plugin, **settings)

    workflow.execute = execute_afterwards


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
    except FileNotFoundError:
        return []  # The folder was brought here from a cluster.
    if done.returncode:
        raise InputError(
            f"Slurm jobs of an earlier call may still work here, and squeue ended with: "
            f"{done.stderr.strip()}; if none does, delete the logs of those calls, "
            f"in .snakemake/log"
        )
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
