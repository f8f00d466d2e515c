"""Estimates as they were before the jobs ran, kept to be set beside what the jobs took."""

from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path
from typing import NamedTuple

from apnet.errors import InputError
from apnet.files import read_json, write_json
from apnet.records.paths import Evaluation, Run
from workflow.lib.lines import spelled
from workflow.lib.looking.bill import Bill
from workflow.lib.looking.spans import Span, lasting, total
from workflow.lib.plan import Plan

NAME = "estimates.json"


class Compared(NamedTuple):
    """Jobs that were estimated and have ended.

    Attributes:
        estimated: seconds, together.
        took: seconds, by their records.
    """

    jobs: int
    estimated: Span
    took: float


def note(plan: Plan, bill: Bill) -> None:
    """Keep the estimates of jobs that are about to run, in place of earlier ones of the same."""
    made = {run.record: item for run, item in bill.runs.items()}
    made |= {one.file: item for one, item in bill.evaluations.items()}
    kept = {name: [*item.seconds] for name, item in made.items() if item is not None}
    if kept:
        write_json(_logs(plan) / NAME, noted(_logs(plan)) | kept)


def compared(plan: Plan, runs: Iterable[Run], evaluations: Iterable[Evaluation]) -> Compared | None:
    """What was estimated of these and what they took; None if none was estimated and has ended."""
    names = [*(run.record for run in runs), *(one.file for one in evaluations)]
    return beside(noted(_logs(plan)), Path(plan.located(plan.results)), names)


def beside(estimates: Mapping[str, Span], scale: Path, names: Iterable[str]) -> Compared | None:
    """The same of records under results/<scale> that are named.

    Args:
        estimates: as :func:`noted` reads them.
    """
    took = {name: _took(scale / name) for name in names if name in estimates}
    ended = {name: seconds for name, seconds in took.items() if seconds is not None}
    if not ended:
        return None
    return Compared(len(ended), total(estimates[name] for name in ended), sum(ended.values()))


def sentence(found: Compared | None) -> str:
    """What jobs were estimated at and took; empty of none."""
    if found is None:
        return ""
    jobs = f"{found.jobs} {'job' if found.jobs == 1 else 'jobs'}"
    took, estimated = spelled(found.took), lasting(found.estimated)
    return f"Trainings and evaluations, {jobs}: took {took} of computing, estimated {estimated}"


def _took(record: Path) -> float | None:
    try:
        return float(read_json(record)["wall_seconds"])
    except (InputError, KeyError, TypeError, ValueError):
        return None


def _logs(plan: Plan) -> Path:
    return Path(plan.located(f"logs/{plan.scale}"))


def noted(logs: Path) -> dict[str, Span]:
    """Name of a record -> what was estimated, in seconds; nothing of a file that cannot be read."""
    try:
        found = {name: Span(*map(float, ends)) for name, ends in read_json(logs / NAME).items()}
        return {name: span for name, span in found.items() if all(0 < end < inf for end in span)}
    except (AttributeError, InputError, TypeError, ValueError):
        return {}
