"""`snakemake status`: what is done, runs, waits and failed, from files alone, also as a page."""

import html
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from apnet.errors import InputError
from apnet.files import write_text
from reproduction.report.templating import template
from workflow.lib.locks import at_work
from workflow.lib.looking import states
from workflow.lib.looking.needed import asked, title
from workflow.lib.looking.states import FAILED, RUNNING, STATES, STOPPED, State
from workflow.lib.plan import Plan

FILE = "reports/status.html"

REFRESH = 30
"""Seconds after which a browser reads the page again."""


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Part(NamedTuple):
    """A table of the page."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def parts(plan: Plan, targets: Sequence[str]) -> Iterator[Part]:
    """What there is to say.

    Args:
        targets: reports and evaluations that alone count; none: all tables.
    """
    there = asked(plan, targets)
    runs, evaluations = states.trainings(plan, there), states.evaluations(plan, there)
    for state in (RUNNING, FAILED, STOPPED):
        named = [*_named(runs, state), *_named(evaluations, state)]
        if named:
            yield Part(state.capitalize(), ["what", "how far, or why"], named)
    kinds = (("Trainings", there.runs, runs), ("Evaluations", there.of.get, evaluations))
    for kind, of, sort in kinds:
        shown = [state for state in STATES if state != STOPPED or kind == "Trainings"]
        rows = [
            [title(table), *_counts([sort[item] for item in of(table)], shown)]
            for table in there.of
        ]
        rows.append(["in all, each once", *_counts(sort.values(), shown)])
        yield Part(kind, ["", *shown], rows)


def _counts(items: Collection[State], shown: Sequence[str]) -> list[int]:
    return [sum(item.state == state for item in items) for state in shown]


def _named(items: Mapping[object, State], state: str) -> list[list[str]]:
    return [[item.name, item.words] for item in items.values() if item.state == state]


def heading(plan: Plan) -> str:
    """The scale, the time, and whether Snakemake works in this folder."""
    calls, _ = at_work(Path.cwd())
    works = f"Snakemake runs in this folder (process {calls[0]})" if calls else "no Snakemake runs"
    where = "" if calls else " in this folder on this machine"
    return f"Scale {plan.scale}, {time.strftime('%Y-%m-%d %H:%M:%S')}; {works}{where}."


def text(head: str, content: Sequence[Part]) -> str:
    """For a terminal."""
    shown = (
        f"{part.title}\n{tabulate(part.rows, part.heads, disable_numparse=True)}"
        for part in content
    )
    return "\n\n".join([head, *shown])


def page(head: str, content: Sequence[Part]) -> str:
    """For a browser, which reads it again by itself."""
    style = template("table.css").render()
    tables_ = "\n".join(
        f"<h2>{html.escape(part.title)}</h2>\n<div class='scroll index'>"
        f"{tabulate(part.rows, part.heads, tablefmt='html', disable_numparse=True)}</div>"
        for part in content
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{REFRESH}">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Status</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<main>
<h1>Status</h1>
<p class="caption">{html.escape(head)}</p>
{tables_}
</main>
</body>
</html>
"""


def write(folder: Path, content: str) -> str:
    """Write the page; the words that say where, or why not."""
    try:
        write_text(folder / FILE, content)
    except InputError as error:
        return f"Not written: {error}"
    return f"This is also in {FILE}, which a browser reads again every {REFRESH} s."
