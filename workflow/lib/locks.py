"""Snakemake's lock on a folder: whose it is, and how to remove one that was left behind.

A call that is killed outright leaves its lock, and does not say in it which process it was.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path


def explain_locks(logger: logging.Logger, command: Callable[[], str]) -> None:
    """Let Snakemake say of a lock what is to be done, in place of its own words.

    Args:
        command: gives the command that removes the lock.
    """

    def explain(record: logging.LogRecord) -> bool:
        if getattr(record, "exception", None) == "LockException":
            record.msg = f"apnet: {sentence(command(), list(_processes(Path.cwd())))}"
        return True

    logger.addFilter(explain)


def sentence(command: str, processes: Sequence[tuple[int, Sequence[str]]]) -> str:
    """What to do about a lock.

    Args:
        processes: number and command line of those that work in the folder.
    """
    calls, jobs = _sorted(processes)
    if calls:
        return (
            f"Snakemake runs in this folder already (process {calls[0]}) and is making what this "
            f"call wants: wait until it ends, or stop it with  kill -INT {calls[0]}"
        )
    left = ", ".join(map(str, jobs))
    first = f"Its jobs still run (processes {left}): let them end first. " if left else ""
    return (
        f"this folder was locked by a call of Snakemake that was killed. {first}If none runs in "
        f"it on another machine either, but for jobs of Slurm, which the next call waits for, "
        f"remove the lock with  {command}  and give the same command again: what is finished is "
        f"kept"
    )


def at_work(folder: Path) -> tuple[list[int], list[int]]:
    """Processes that work in a folder: calls of Snakemake, and jobs."""
    return _sorted(list(_processes(folder)))


def _sorted(processes: Sequence[tuple[int, Sequence[str]]]) -> tuple[list[int], list[int]]:
    calls = [number for number, words in processes if _is_snakemake(words)]
    return calls, [number for number, words in processes if _is_job(words)]


def _processes(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """Those that work in a folder, but for this one and what called it."""
    import psutil

    own = psutil.Process()
    passed_over = {own.pid, *(parent.pid for parent in own.parents())}
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words, place = process.info["cmdline"], process.info["cwd"]
        if words and place and process.pid not in passed_over and Path(place) == folder:
            yield process.pid, words


def _is_snakemake(words: Sequence[str]) -> bool:
    """A call that a person gave: an executor calls Snakemake again for each of its jobs."""
    if "--target-jobs" in words:
        return False
    first = [Path(word).name for word in words[:2]]
    return "snakemake" in first or list(words[1:3]) == ["-m", "snakemake"]


def _is_job(words: Sequence[str]) -> bool:
    return list(words[1:3]) == ["-m", "apnet"]
