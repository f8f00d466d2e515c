"""What a dry run would do, as a table: which jobs, how many, why, and the first of them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tabulate import tabulate

from apnet.records.paths import by_number

if TYPE_CHECKING:
    from snakemake.dag import DAG
    from snakemake.jobs import Job
    from snakemake.workflow import Workflow

SHOWN, WIDTH = 3, 60
"""How many jobs a row names at most, and in how many characters if it is more than one."""


class Planned(NamedTuple):
    """A job that would run: its rule, why it would, and what it is about."""

    rule: str
    why: str
    about: str


def about(wildcards: Mapping[str, str], readings: Sequence[str]) -> str:
    """What a job is about, by its wildcards, in the order of its path.

    Args:
        readings: of the config; the only one is not named.
    """
    left_out = {
        "reading": [wildcards.get("reading")] == [*readings],
        "test_set": wildcards.get("test_set") == wildcards.get("dataset"),
    }
    before = {"seed": "seed ", "test_set": "on ", "suffix": "as "}
    return " ".join(
        f"{before.get(key, '')}{value}" for key, value in wildcards.items() if not left_out.get(key)
    )


def plan(workflow: "Workflow", readings: Sequence[str], order: Sequence[str]) -> str:
    """The table of the jobs that this call would run.

    Args:
        order: of the rules.
    """
    dag = workflow.dag
    jobs = (
        Planned(job.rule.name, " and ".join(why(dag, job)), about(job.wildcards_dict, readings))
        for job in dag.needrun_jobs()
    )
    return table(jobs, order)


def why(dag: "DAG", job: "Job") -> list[str]:
    """The reasons why a job would run."""
    reason = dag.reason(job)
    reasons = {
        "forced": reason.forced,
        "missing output": reason.missing_output,
        "incomplete output": reason.incomplete_output,
        **_params(job, reason.params_changed),
        "rule changed": reason.code_changed,
        "other inputs": reason.input_changed,
        "updated input": reason.updated_input - reason.updated_input_run,
        "environment changed": reason.software_stack_changed,
    }
    return [words for words, holds in reasons.items() if holds] or ["input is made anew"]


def _params(job: "Job", changed: object) -> dict[str, bool]:
    """Whether settings or the code changed: both are params, and Snakemake keeps only values."""
    if not changed:
        return {}
    code = {repr(job.params.get("code"))} & changed.only_new
    return {
        "settings changed": len(changed.only_new) > len(code) or len(changed.only_old) > len(code),
        "code changed": bool(code),
    }


def table(jobs: Iterable[Planned], order: Sequence[str]) -> str:
    """A row for each rule and reason.

    Args:
        order: of the rules.
    """
    place = {rule: number for number, rule in enumerate(order)}
    ordered = sorted(
        jobs,
        key=lambda job: (place.get(job.rule, len(place)), *job[:2], by_number(job.about)),
    )
    rows = [[*key, [*each]] for key, each in groupby(ordered, lambda job: job[:2])]
    shown = [[rule, len(each), words, _first(each)] for rule, words, each in rows]
    return tabulate(
        [*shown, ["total", len(ordered)]],
        headers=["job", "count", "why", "of"],
        disable_numparse=[3],
    )


def _first(jobs: Sequence[Planned]) -> str:
    names = [job.about for job in jobs if job.about]
    fits = [count for count in range(1, SHOWN + 1) if len(", ".join(names[:count])) <= WIDTH]
    shown = names[: max(fits, default=1)]
    return ", ".join([*shown, *(["…"] if len(names) > len(shown) else [])])
