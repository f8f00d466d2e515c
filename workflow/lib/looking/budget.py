"""What a call is about to run, estimated: kept to compare, and refused over `max_gpu_hours`."""

from collections.abc import Collection
from pathlib import Path

from apnet.errors import InputError
from apnet.records.paths import Evaluation, Run
from workflow.lib.looking.bill import Bill
from workflow.lib.looking.estimate import Estimates
from workflow.lib.looking.estimated import note
from workflow.lib.looking.planning import counted
from workflow.lib.looking.spans import HOUR, hours
from workflow.lib.looking.used import used
from workflow.lib.plan import Plan


def begin(plan: Plan, runs: Collection[Run], evaluations: Collection[Evaluation]) -> None:
    """Before the first job: keep what is estimated of these trainings and evaluations.

    Raises:
        InputError: with what the scale has used they may take more than `max_gpu_hours`.
    """
    if not runs and not evaluations:
        return
    bill = Bill(Estimates(plan), runs, evaluations)
    if plan.config["gpu"] and plan.config["max_gpu_hours"] is not None:
        _require(plan, bill, plan.config["max_gpu_hours"])
    note(plan, bill)


def _require(plan: Plan, bill: Bill, most: float) -> None:
    results = plan.located(plan.results)
    takes = bill.seconds(bill.runs, bill.evaluations)
    so_far = used(Path(results), {run.folder for run in bill.runs})
    if unknown := bill.unknown():
        raise InputError(
            f"max_gpu_hours is {most:g}, and nothing is known of how long {unknown[0]} takes: "
            f"name a GPU or images a second as rate, or set max_gpu_hours to null"
        )
    if so_far + takes.high / HOUR > most:
        raise InputError(
            f"max_gpu_hours is {most:g}: this call's {counted(bill.runs, bill.evaluations)} are "
            f"estimated at {hours(takes)} GPU-hours, and "
            f"{so_far:.2f} were used under {results}: raise it, or ask for fewer tables or seeds "
            f"(snakemake plan shows what each costs)"
        )
