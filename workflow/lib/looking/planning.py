"""`snakemake plan`: what is missing for the tables, and what it costs before it is paid."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tabulate import tabulate

from apnet.errors import InputError
from apnet.files import write_text
from apnet.records.paths import Evaluation, Run
from workflow.lib import finished
from workflow.lib.looking.bill import Bill, disk, download
from workflow.lib.looking.estimate import Estimates
from workflow.lib.looking.estimated import Compared, compared
from workflow.lib.looking.needed import Needed, asked, made, title
from workflow.lib.looking.spans import Span, hours, lasting
from workflow.lib.looking.states import DAMAGED, UNREADABLE
from workflow.lib.looking.used import used
from workflow.lib.plan import Plan

FILE = "reports/plan.md"

_DEVICES = (1, 2, 4, 8)


def text(plan: Plan, targets: Sequence[str], devices: int) -> str:
    """The page.

    Args:
        targets: reports and evaluations that were asked for beside it, which alone count; none:
            all tables.
        devices: jobs that the call would run at once.
    """
    there = asked(plan, targets)
    estimates = Estimates(plan)
    bill = Bill(estimates, there.missing_runs, there.missing)
    runs, evaluations = there.every()
    wanted, lacks = counted(runs, evaluations), counted(there.missing_runs, there.missing)
    shown = ", ".join(map(title, there.of)) or "nothing"
    head = f"Scale {plan.scale}: {wanted} are needed for {shown}. Missing: {lacks}."
    parts = [
        head,
        _by_table(plan, there, bill, devices),
        *_cost(plan, there, bill, estimates, devices),
        *_compared(plan, there),
        *_missing(there, bill),
    ]
    return "\n\n".join(parts)


def write(folder: Path, page: str) -> str:
    """Write the page; the words that say where, or why not."""
    try:
        write_text(folder / FILE, f"# Plan\n\n{page}\n")
    except InputError as error:
        return f"Not written: {error}"
    return f"This is also in {FILE}."


def _by_table(plan: Plan, there: Needed, bill: Bill, devices: int) -> str:
    """Two tables of a line each: what is missing, and what that costs."""
    ready = made(plan, there.of)
    counts, costs = [], []
    for table in there.of:
        runs = there.runs(table)
        others = {run for other in ready if other != table for run in there.runs(other)}
        counts.append([title(table), *_counts(there, runs, there.of[table], runs & others)])
        costs.append([title(table), *_costs(plan, there, bill, runs, there.of[table], devices)])
    everything = there.every()
    counts.append([_ALL, *_counts(there, *everything, None)])
    costs.append([_ALL, *_costs(plan, there, bill, *everything, devices)])
    work = "GPU-hours" if plan.config["gpu"] else "hours of computing"
    heads = ["", "trainings", "finished", "shared", "missing", "evaluations missing"]
    shown = tabulate(counts, heads, tablefmt="github", disable_numparse=True)
    parts = [f"{shown}\n\nshared: finished, and in a table that was made already."]
    if there.missing:
        heads = ["costs", work, f"wall time on {_at_once(plan, devices)}", "disk", "download"]
        parts.append(tabulate(costs, heads, tablefmt="github", disable_numparse=True))
    return "\n\n".join(parts)


_ALL = "in all, each once"


def _counts(
    there: Needed, runs: set[Run], evaluations: Iterable[Evaluation], shared: set[Run] | None
) -> list[str]:
    missing = runs & there.missing_runs
    tested = [item for item in evaluations if item in there.missing]
    done = runs - missing
    counts = [len(runs), len(done), "" if shared is None else len(shared & done)]
    return [*map(str, (*counts, len(missing), len(tested)))]


def _costs(
    plan: Plan,
    there: Needed,
    bill: Bill,
    runs: set[Run],
    evaluations: Iterable[Evaluation],
    devices: int,
) -> list[str]:
    """Of what is missing of these."""
    missing = runs & there.missing_runs
    tested = {item for item in evaluations if item in there.missing}
    stays, passing = disk(plan, missing, devices)
    return [
        hours(bill.seconds(missing, tested)),
        lasting(bill.duration(devices, missing, tested)),
        f"{_bytes(stays)} + {_bytes(passing)}",
        _bytes(sum(download(plan, missing).values())),
    ]


def _at_once(plan: Plan, number: int) -> str:
    one, several = ("GPU", "GPUs") if plan.config["gpu"] else ("job at once", "jobs at once")
    return f"{number} {several if number > 1 else one}"


def _cost(
    plan: Plan, there: Needed, bill: Bill, estimates: Estimates, devices: int
) -> Iterator[str]:
    if there.missing:
        numbers = {number: _at_once(plan, number) for number in _DEVICES}
        numbers[devices] = f"{_at_once(plan, devices)}, as this call"
        rows = [[numbers[number], lasting(bill.duration(number))] for number in sorted(numbers)]
        yield tabulate(rows, ["on", "wall time"], tablefmt="github")
    yield "\n".join(f"- {line}" for line in _lines(plan, there, bill, estimates, devices))


def _lines(
    plan: Plan, there: Needed, bill: Bill, estimates: Estimates, devices: int
) -> Iterator[str]:
    stays, passing = disk(plan, there.missing_runs, devices)
    yield f"Disk: about {_bytes(stays)}, and {_bytes(passing)} more while trainings run (+)."
    fetched = download(plan, there.missing_runs)
    whose = f" of ImageNet weights ({', '.join(fetched)})" if fetched else ""
    yield f"Download: {_bytes(sum(fetched.values()))}{whose}."
    if plan.config["gpu"]:
        most = plan.config["max_gpu_hours"]
        of = f" of max_gpu_hours, {most:g}" if most else ""
        so_far = used(Path(plan.located(plan.results)))
        yield f"Used under this scale so far: {so_far:.2f} GPU-hours{of}."
    yield (
        f"Estimated for {estimates.machine or 'an unknown GPU'}. Brackets hold how low and how "
        "high it may be. A line with ? is a guess: no training like it was timed on such a "
        "machine."
    )
    yield "Left out: drawing and counting datasets, figures and reports, which take minutes."
    for dataset, names in there.absent.items():
        yield f"Not there yet, and in the bill: {dataset} ({', '.join(map(title, names))})."
    for run in sorted(there.every()[0]):
        if run.folder in plan.unreadable:
            yield f"{plan.results}/{run.record} {UNREADABLE}."
    for item in sorted(there.missing):
        if finished.damaged(plan, item.file):
            yield f"{plan.results}/{item.file} {DAMAGED}."
    for name in bill.unknown():
        yield f"Left out: {name}, whose images nobody has counted, or no such machine was timed."


def _compared(plan: Plan, there: Needed) -> Iterator[str]:
    """What was estimated beside what it took, of the jobs that have ended."""
    rows = []
    for table in there.of:
        if found := compared(plan, there.runs(table), there.of[table]):
            rows.append([title(table), *_beside(found)])
    if rows:
        rows.append([_ALL, *_beside(compared(plan, *there.every()))])
        headers = ["ended", "jobs", "estimated hours", "took", "took / estimated"]
        yield tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def _beside(found: Compared) -> list[str]:
    ratio = found.took / found.estimated.middle
    took = hours(Span(*[found.took] * 3))
    return [str(found.jobs), hours(found.estimated), took, f"{ratio:.2f}"]


def _missing(there: Needed, bill: Bill) -> Iterator[str]:
    """A line a model and training set."""

    def group(run: Run) -> tuple[str, str, str]:
        return run.reading, run.dataset, run.model

    rows = []
    for (reading, dataset, model), each in groupby(sorted(there.missing_runs), group):
        runs = [*each]
        item = bill.runs[runs[0]]
        seeds = ", ".join(str(run.seed) for run in runs)
        names = ", ".join(map(title, there.tables_of(runs[0])))
        each_takes = "unknown" if item is None else lasting(item.seconds)
        why = "" if item is None else f"{'? ' if item.guessed else ''}{item.why}"
        rows.append([f"{model} on {dataset}, {reading}", seeds, names, each_takes, why])
    if rows:
        headers = ["missing training", "seeds", "for", "each", "from"]
        yield tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def counted(runs: Collection[Run], evaluations: Collection[Evaluation]) -> str:
    """How many, such as `1 training and 2 evaluations`."""
    sizes = (("training", len(runs)), ("evaluation", len(evaluations)))
    return " and ".join(f"{size} {noun}{'' if size == 1 else 's'}" for noun, size in sizes)


def _bytes(number: float) -> str:
    return f"{number / 1e9:,.1f} GB" if number >= 1e9 else f"{number / 1e6:,.0f} MB"
