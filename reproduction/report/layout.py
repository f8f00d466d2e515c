"""From judged cells and the paper's table to a sheet: what stands where.

First the paper's table, reported and reproduced in each cell. Then one block a dataset
with its metrics side by side; with several readings one block a dataset and metric, with
the readings side by side. Rows and columns keep the paper's order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from apnet.errors import InputError
from reproduction.paper.tables import Column, Row, Table
from reproduction.report.document import Annex, Block, Group, Line, Overview, Part, Sheet, View
from reproduction.report.facts import Facts
from reproduction.report.footnotes import Footnotes, join, split
from reproduction.report.views import Views

SCHEMA = 1
REPORTED, REPRODUCED, DIFFERENCE, VERDICT = "reported", "reproduced", "Δ", "verdict"

_OURS = (REPRODUCED, DIFFERENCE, VERDICT)
_DESCRIPTIONS = ("publication", "backbone")

Json = Mapping[str, object]


def lay_out(content: Json, table: Table, command: str) -> Sheet:
    """The sheet of a table.

    Args:
        content: what :mod:`workflow.lib.judge` wrote.
        command: makes what the table lacks.

    Raises:
        InputError: the cells are of another table or version.
    """
    if content.get("schema") != SCHEMA or content.get("table") != table.id:
        raise InputError(
            f"the cells are not those of {table.id} in version {SCHEMA}: judge the table again"
        )
    facts = Facts(content, table)
    views = Views(content["cells"], len(content["seeds"]), table)
    overviews = tuple(_overview(table, views, reading) for reading in content["readings"])
    return Sheet(
        id=table.id,
        title=table.title,
        heading=table.heading,
        caption=table.caption,
        synthetic=any(cell["synthetic"] for cell in facts.made),
        descriptions=tuple(
            name for name in _DESCRIPTIONS if any(getattr(row, name) for row in table.rows)
        ),
        facts=tuple(facts.head()),
        overviews=overviews,
        # What is counted has no more to say than the paper's table shows.
        blocks=() if facts.exact else tuple(_blocks(table, views, facts, content["readings"])),
        key=tuple(facts.key()),
        legend=tuple(facts.legend()),
        footnotes=tuple(views.footnotes.legend()),
        lacking=len(facts.missing),
        command=command,
        failures=tuple(facts.failures()),
        explanations=tuple(facts.explanations()),
        reasons=tuple(facts.reasons()),
        annexes=tuple(_annex(item) for item in content.get("annexes", ())),
        notes=table.notes,
    )


def _annex(content: Json) -> Annex:
    rows = tuple(tuple(row) for row in content["rows"])
    return Annex(content["title"], tuple(content["text"]), tuple(content["head"]), rows)


def _overview(table: Table, views: Views, reading: str) -> Overview:
    def of_row(row: Row) -> Iterator[View]:
        for column in table.columns:
            for metric in column.metrics:
                yield views.view(row, column.key, metric, reading)

    groups = tuple(Group(_over(column), column.metrics) for column in table.columns)
    parts = (
        replace(part, lines=tuple(_with_signs(line, views.footnotes) for line in part.lines))
        for part in _parts(table, of_row)
    )
    return Overview(reading, groups, tuple(parts))


def _with_signs(line: Line, footnotes: Footnotes) -> Line:
    """A row's remark and the footnotes to every reproduced cell stand once, beside its label."""
    remark = split(footnotes.signs([line.row.remark] if line.row.remark else []))
    signs = [split(view.reproduced.signs) for view in line.views if not view.quoted]
    first = signs[0] if signs else []
    shared = [sign for sign in first if all(sign in others for others in signs)]
    views = tuple(_without(view, shared) for view in line.views)
    return Line(line.row, views, join([*remark, *shared]))


def _without(view: View, shared: Sequence[str]) -> View:
    left = join(sign for sign in split(view.reproduced.signs) if sign not in shared)
    return replace(view, reproduced=replace(view.reproduced, signs=left))


def _over(column: Column) -> str:
    """What stands above a column's metrics; nothing where it would say the same."""
    return "" if column.metrics == (column.label,) else column.label


def _blocks(table: Table, views: Views, facts: Facts, readings: list[str]) -> Iterator[Block]:
    for column in table.columns:
        about = facts.about(column.key)
        if len(readings) == 1:
            yield _by_metric(table, views, column, readings[0], about)
            continue
        for place, metric in enumerate(column.metrics):
            yield _by_reading(table, views, column, metric, readings, () if place else about)


def _by_metric(
    table: Table, views: Views, column: Column, reading: str, about: tuple[str, ...]
) -> Block:
    def of_row(row: Row) -> Iterator[View]:
        return (views.view(row, column.key, metric, reading) for metric in column.metrics)

    groups = tuple(Group(metric, (REPORTED, *_OURS)) for metric in column.metrics)
    return Block(column.label, "", about, groups, _own(_parts(table, of_row)))


def _by_reading(
    table: Table,
    views: Views,
    column: Column,
    metric: str,
    readings: list[str],
    about: tuple[str, ...],
) -> Block:
    def of_row(row: Row) -> Iterator[View]:
        return (views.view(row, column.key, metric, reading) for reading in readings)

    groups = (Group("", (REPORTED,)), *(Group(reading, _OURS) for reading in readings))
    return Block(column.label, metric, about, groups, _own(_parts(table, of_row)))


def _own(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The rows that are made here; of quoted ones there is no more than the overview shows."""
    kept = (
        replace(part, lines=tuple(line for line in part.lines if not _quoted(line)))
        for part in parts
    )
    return tuple(part for part in kept if part.lines)


def _quoted(line: Line) -> bool:
    return all(view.quoted for view in line.views)


def _parts(table: Table, of_row: Callable[[Row], Iterator[View]]) -> tuple[Part, ...]:
    several = len({row.group for row in table.rows}) > 1
    return tuple(
        Part(
            (group or "") if several else "",
            tuple(Line(row, tuple(of_row(row))) for row in rows),
        )
        for group, rows in groupby(table.rows, key=lambda row: row.group)
    )
