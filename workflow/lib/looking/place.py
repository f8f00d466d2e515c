"""Whether the folder, its disk, the memory shared by processes, and its locks let jobs run."""

import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from apnet.errors import InputError
from workflow.lib import process
from workflow.lib.locks import at_work
from workflow.lib.looking.bill import disk
from workflow.lib.looking.findings import Finding, bad, good, unsure
from workflow.lib.looking.machine import answer
from workflow.lib.looking.needed import asked
from workflow.lib.plan import Plan

FILES = 1024
"""Open files that Snakemake, its jobs and their loading processes may need at once."""

SLURM_SECONDS = 3

_AHEAD = 2
"""Batches that each loading process holds ready."""


def folder() -> Iterator[Finding]:
    """Whether this folder and the temporary one take files."""
    here = Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=here):
            yield good("folder", f"{here} can be written")
    except OSError as error:
        remedy = "work in a folder of your own, with --directory"
        yield bad("folder", f"{here} cannot be written ({error.strerror})", remedy)
    try:
        process.require_temporary_space()
    except InputError as error:
        words, _, remedy = str(error).partition(": ")
        yield bad("temporary folder", words, remedy)


def room(plan: Plan, devices: int) -> Iterator[Finding]:
    """Whether the disk has room for what is missing."""
    stays, passing = disk(plan, asked(plan, ()).missing_runs, devices)
    free = shutil.disk_usage(Path.cwd()).free
    words = f"{free / 1e9:,.1f} GB free, about {(stays + passing) / 1e9:,.1f} GB needed"
    if free < stays + passing:
        yield bad("disk", words, "make room, or move image_cache to another disk")
    else:
        yield good("disk", words)


def shared_memory(plan: Plan, devices: int) -> Iterator[Finding]:
    """Whether processes that load images can hand them over."""
    workers = plan.config["workers"]
    memory = Path("/dev/shm")
    if not workers or not memory.is_dir():
        yield unsure("shared memory", "not needed: no process loads images (workers: 0)")
        return
    recipe = max(
        (plan.settings(run).recipe for run in asked(plan, ()).every()[0]),
        key=lambda recipe: recipe.batch * recipe.height * recipe.width,
    )
    batch = 3 * recipe.batch * recipe.height * recipe.width
    wanted, free = devices * workers * _AHEAD * batch, shutil.disk_usage(memory).free
    words = f"{free / 1e6:,.0f} MB free in {memory}, up to {wanted / 1e6:,.0f} MB needed"
    if free < wanted:
        remedy = "raise its limit (of a container, --shm-size), or set workers to 0"
        yield bad("shared memory", words, remedy)
    else:
        yield good("shared memory", words)


def open_files() -> Iterator[Finding]:
    """Whether enough files may be open at once."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FILES:
        yield bad("open files", f"{most} at most", f"ulimit -n {FILES}, in the shell of the call")
    else:
        yield good("open files", "no limit" if most == resource.RLIM_INFINITY else f"up to {most}")


def slurm(cluster: bool) -> Iterator[Finding]:
    """Whether Slurm answers, where it is installed.

    Args:
        cluster: whether jobs would be sent to a cluster.
    """
    if shutil.which("sinfo") is None:
        yield unsure("Slurm", "not installed here")
        return
    said = answer(["sinfo", "--noheader", "--format", "%P"], SLURM_SECONDS)
    if said is not None:
        yield good("Slurm", f"reachable; partitions: {', '.join(said.split()) or 'none'}")
    elif cluster:
        remedy = "ask for the cluster's controller, or leave out the cluster's profile"
        yield bad("Slurm", f"sinfo gives no answer in {SLURM_SECONDS} s", remedy)
    else:
        yield unsure("Slurm", "installed, and does not answer; this call would not ask it")


def locks(unlock: str) -> Iterator[Finding]:
    """Whether a call that was killed left its lock on this folder.

    Args:
        unlock: the command that removes it.
    """
    left = [file for file in Path(".snakemake", "locks").glob("*") if file.is_file()]
    calls, jobs = at_work(Path.cwd())
    if left and calls:
        yield good("lock", f"held by Snakemake, process {calls[0]}, which runs in this folder")
    elif left:
        words = "left by a call that was killed"
        words += f"; its jobs still run (processes {', '.join(map(str, jobs))})" if jobs else ""
        yield bad("lock", words, f"once no job runs, on another machine either:  {unlock}")
    else:
        yield good("lock", "none on this folder")
