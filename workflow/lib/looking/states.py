"""Where each training and evaluation of a config stands, by files alone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apnet.errors import InputError
from apnet.records import paths
from apnet.records.paths import Evaluation, Run
from workflow.lib import finished
from workflow.lib.hints import reason
from workflow.lib.lines import spelled
from workflow.lib.looking.needed import Needed
from workflow.lib.looking.underway import QUIET, Underway, locked_files, underway
from workflow.lib.plan import Plan

DONE, RUNNING, STOPPED, FAILED, WAITING = STATES = (
    *("done", "running", "stopped", "failed", "waiting"),
)
"""Finished; at work; begun, and goes on from its checkpoint; ended with an error; not begun."""


UNREADABLE = "cannot be read, and so is not made again: move it away, and it is"
"""Of the record of a training: it may be an imported one."""


DAMAGED = "cannot be read: delete it, and it is made again"
"""Of the record of an evaluation."""


@dataclass(frozen=True)
class State:
    """A training or an evaluation.

    Attributes:
        name: what it is of.
        words: how far it is, or why it failed.
    """

    state: str
    name: str
    words: str = ""


def trainings(plan: Plan, there: Needed) -> dict[Run, State]:
    """Of every training that the tables need."""
    locked = locked_files()
    runs, _ = there.every()
    return {run: training(plan, run, run in there.missing_runs, locked) for run in sorted(runs)}


def training(plan: Plan, run: Run, missing: bool, locked: frozenset[tuple[int, int]]) -> State:
    """Of one.

    Args:
        missing: whether it is not finished.
        locked: the files that are locked.
    """
    name = f"{run.model} on {run.dataset}, {run.reading}, seed {run.seed}"
    found = underway(Path(plan.located(f"{plan.results}/{run.folder}")), locked)
    if found and found.locked:
        return State(RUNNING, name, _far(found, plan.settings(run).recipe.epochs))
    if run.folder in plan.unreadable:
        return State(FAILED, name, f"{plan.results}/{run.record} {UNREADABLE}")
    if not missing:
        return State(DONE, name)
    if why := _failure(plan, paths.TRAIN_LOG.format(**vars(run))):
        saved = f"; saved at step {found.step}" if found and found.step else ""
        return State(FAILED, name, why + saved)
    if found is None:
        return State(WAITING, name)
    epochs = plan.settings(run).recipe.epochs
    if found.running:
        words = f"{_far(found, epochs)}; no process of this machine: on another, or just stopped"
        return State(RUNNING, name, words)
    return State(STOPPED, name, _far(found, epochs))


def evaluations(plan: Plan, there: Needed) -> dict[Evaluation, State]:
    """Of every evaluation that the tables need."""
    _, wanted = there.every()
    return {item: evaluation(plan, item, item in there.missing) for item in sorted(wanted)}


def evaluation(plan: Plan, item: Evaluation, missing: bool) -> State:
    """Of one.

    Args:
        missing: whether it is not finished.
    """
    run = item.run
    name = f"{run.model} of {run.dataset} on {item.test_set}, {run.reading}, seed {run.seed}"
    if not missing:
        return State(DONE, name)
    if finished.damaged(plan, item.file):
        return State(FAILED, name, f"{plan.results}/{item.file} {DAMAGED}")
    log = paths.EVALUATE_LOG.format(**vars(run), test_set=item.test_set)
    if why := _failure(plan, log):
        return State(FAILED, name, why)
    record, file = plan.located(f"{plan.results}/{item.file}"), _log(plan, log)
    # An evaluation holds no lock; its log begins with it, and its record ends it.
    if file.exists() and not Path(record).exists():
        age = time.time() - file.stat().st_mtime
        if age < QUIET:
            return State(RUNNING, name, f"its log is {spelled(age)} old")
    return State(WAITING, name)


def _far(found: Underway, epochs: int) -> str:
    """`epoch 12 of 160, 1,210 images/s, 3 h 2 min left; wrote 12 s ago`."""
    return ", ".join(_parts(found, epochs)) + f"; wrote {spelled(found.quiet)} ago"


def _parts(found: Underway, epochs: int) -> Iterator[str]:
    yield f"epoch {found.epoch} of {epochs}" if found.epoch else f"in the first of {epochs} epochs"
    if found.step is not None and not found.running:
        yield f"saved at step {found.step}"
    if found.images_per_second:
        yield f"{found.images_per_second:,.0f} images/s"
    left = found.left(epochs)
    if left is not None:
        yield f"{spelled(left)} left"


def _failure(plan: Plan, log: str) -> str | None:
    note = _log(plan, log).with_suffix(paths.FAILED)
    try:
        return reason(note) if note.exists() else None
    except (InputError, KeyError, TypeError):
        return f"its note {note} cannot be read"


def _log(plan: Plan, log: str) -> Path:
    return Path(plan.located(f"logs/{plan.scale}/{log}"))
