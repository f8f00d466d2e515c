"""A line for each job that ends or fails, and the table of a dry run, from Snakemake's records."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import NamedTuple

from snakemake_interface_logger_plugins.common import LogEvent

from apnet.errors import InputError
from apnet.files import read_json
from apnet.records.paths import FAILED, RECORD, TEST
from workflow.lib.hints import reason

PATIENCE = 120
"""Seconds after which a job on this machine that still runs is named, with its log."""


class Job(NamedTuple):
    """A job that runs.

    Attributes:
        started: seconds of `time.monotonic`.
        reminder: says that it still runs; None elsewhere than on this machine.
    """

    name: str
    output: Sequence[str]
    log: str
    started: float
    reminder: Timer | None


class _Printer(ABC, logging.StreamHandler):
    """Prints what it makes of Snakemake's records about jobs."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record's text; a fault of ours ends no run."""
        try:
            self.tell(record, getattr(record, "event", None))
        except Exception:
            self.handleError(record)

    @abstractmethod
    def tell(self, record: logging.LogRecord, event: LogEvent | None) -> None:
        """Print what this record is about."""

    def _print(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


class Plan(_Printer):
    """Prints the table of a dry run.

    Args:
        plan: the table, with the rules in this order.
    """

    def __init__(self, plan: Callable[[Sequence[str]], str]) -> None:
        super().__init__()
        self._plan = plan
        self._printed = False

    def tell(self, record: logging.LogRecord, event: LogEvent | None) -> None:
        """Print it once: Snakemake counts its jobs first and last."""
        if event == LogEvent.RUN_INFO and not self._printed:
            self._print(self._plan([*record.stats]))
            self._printed = True


class Lines(_Printer):
    """Prints a line for each job that ends or fails.

    Args:
        about: what a job is about, by its wildcards.
        begin: is printed with the number of jobs; if empty, neither is.
    """

    def __init__(self, about: Callable[[Mapping[str, str]], str], begin: str) -> None:
        super().__init__()
        self._about, self._begin = about, begin
        self._began = time.monotonic()
        self._jobs: dict[int, Job] = {}
        self._finished: list[int] = []

    def tell(self, record: logging.LogRecord, event: LogEvent | None) -> None:
        """Keep what begins, and print what ends."""
        if event == LogEvent.RUN_INFO and self._begin:
            jobs = record.stats["total"]
            self._print(f"{jobs} {'job' if jobs == 1 else 'jobs'}; {self._begin}")
        elif event == LogEvent.JOB_INFO:
            self._start(record)
        elif event == LogEvent.JOB_FINISHED:
            self._finished.append(record.job_id)
        elif event == LogEvent.PROGRESS:
            self._progress(record.done, record.total)
        elif event == LogEvent.JOB_ERROR:
            self._fail(record)

    def _start(self, record: logging.LogRecord) -> None:
        name = f"{record.rule_name} {self._about(record.wildcards)}".rstrip()
        log = next(iter(record.log), "")
        reminder = None
        if record.local:
            said = f"still running: {name}{f' (log: {log})' if log else ''}"
            reminder = Timer(PATIENCE, self._say, [said])
            reminder.daemon = True
            reminder.start()
        self._jobs[record.jobid] = Job(name, record.output, log, time.monotonic(), reminder)

    def _progress(self, done: int, total: int) -> None:
        first = done - len(self._finished) + 1
        for number, jobid in enumerate(self._finished, first):
            if job := self._end(jobid):
                self._say(
                    f"{number:>{len(str(total))}} of {total}  {job.name}: {_since(job.started)}"
                    f"{_at(speed(job.output))}"
                )
        self._finished.clear()

    def _fail(self, record: logging.LogRecord) -> None:
        job = self._end(record.jobid)
        took = f" after {_since(job.started)}" if job else ""
        name = job.name if job else record.rule_name
        self._say(f"FAILED{took}  {name}: {_why(record.log)}")

    def _end(self, jobid: int) -> Job | None:
        job = self._jobs.pop(jobid, None)
        if job and job.reminder:
            job.reminder.cancel()
        return job

    def _say(self, text: str) -> None:
        """A line that begins with the time since the call."""
        with self.lock:
            self._print(f"{timedelta(seconds=int(time.monotonic() - self._began))!s:>8}  {text}")


def speed(output: Sequence[str]) -> float | None:
    """Images per second of a training or an evaluation, by its record; None of other jobs."""
    for file in map(Path, output):
        with suppress(InputError, KeyError, TypeError, ZeroDivisionError):
            if file.name == RECORD:
                return read_json(file)["images_per_second"]
            if file.parent.name == TEST and file.suffix == ".json":
                record = read_json(file)
                counts = record["counts"]
                return (counts["query"] + counts["gallery"]) / record["wall_seconds"]
    return None


def _at(rate: float | None) -> str:
    return f", {rate:,.{0 if rate >= 10 else 1}f} images/s" if rate else ""


def spelled(seconds: float) -> str:
    """A duration, such as `21 s`, `2 min 5 s` and `1 h 5 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _since(started: float) -> str:
    return spelled(time.monotonic() - started)


def _why(logs: Sequence[str]) -> str:
    """The sentence that a failed job left in its note, and where its log is."""
    for log in logs:
        with suppress(InputError):
            return reason(Path(log).with_suffix(FAILED))
    return f"no reason is recorded (log: {', '.join(logs)})" if logs else "no reason is recorded"
