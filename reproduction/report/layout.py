"""From a judged table to a sheet, and from that to text in any format.

First the paper's table, reported and reproduced in each cell. Then one block a dataset
with its metrics side by side; with several series one block a dataset and metric, with
the series side by side. Rows and columns keep the paper's order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from reproduction.errors import one_of
from reproduction.judging.cells import JudgedTable
from reproduction.paper.tables import Column, Row, Table
from reproduction.report import alternatives, pairs, pairs_csv
from reproduction.report import csv as as_csv
from reproduction.report import html as as_html
from reproduction.report import latex as as_latex
from reproduction.report import markdown as as_markdown
from reproduction.report.document import (
    DIFFERENCE,
    REPORTED,
    REPRODUCED,
    VERDICT,
    Block,
    Group,
    Line,
    Overview,
    Part,
    Section,
    Sheet,
    View,
)
from reproduction.report.facts import Facts
from reproduction.report.summary import summary
from reproduction.report.tex import escape
from reproduction.report.views import Footnotes, Views

Links = tuple[tuple[str, str], ...]

_OURS = (REPRODUCED, DIFFERENCE, VERDICT)
_DESCRIPTIONS = ("publication", "backbone")


SHEETS: Mapping[str, Callable[[Sheet], str]] = {
    "md": as_markdown.render,
    "html": as_html.render,
    "tex": as_latex.render,
}
"""Formats that are made from the sheet."""

FORMATS = (*SHEETS, "csv")

PAIRS = "pairs.csv"
"""What a table has besides, in a file of its own: its rows compared with each other."""

_OF_CELLS = {"csv": as_csv.render, PAIRS: pairs_csv.render}


def render(
    judged: JudgedTable, table: Table, form: str = "md", command: str = "", links: Links = ()
) -> str:
    """A judged table as text.

    Args:
        form: one of :data:`FORMATS`, or :data:`PAIRS`.
        command: makes what the table lacks.
        links: (words, page) of the pages beside it.

    Raises:
        InputError: an unknown format.
    """
    if form in _OF_CELLS:
        return _OF_CELLS[form](judged)
    if form not in SHEETS:
        raise one_of("format", form, FORMATS)
    return SHEETS[form](replace(lay_out(judged, table, command), links=links))


def lay_out(judged: JudgedTable, table: Table, command: str = "") -> Sheet:
    """The sheet of a table.

    Args:
        command: makes what the table lacks.
    """
    facts, views = Facts(judged, table), Views(judged, table)
    overviews = tuple(_overview(table, views, series) for series in judged.series)
    return Sheet(
        table=table,
        synthetic=judged.synthetic,
        descriptions=tuple(
            name for name in _DESCRIPTIONS if any(getattr(row, name) for row in table.rows)
        ),
        top=summary([(table, judged)]),
        outcomes=tuple(facts.outcomes()),
        conditions=(*facts.conditions(), *pairs.noise(judged, table)),
        summary=facts.summary(),
        overviews=overviews,
        # Counted values have no statistics to show in detail.
        sections=() if table.exact else tuple(_sections(table, views, facts, judged.series)),
        key=tuple(facts.key()),
        legend=tuple(facts.legend()),
        footnotes=tuple(views.footnotes.legend()),
        series_name=judged.series_name,
        lacking=len(facts.missing),
        command=command,
        failures=tuple(facts.failures()),
        explanations=tuple(facts.explanations()),
        guide=judged.guide,
        reasons=tuple(facts.reasons()),
        annexes=(
            *judged.annexes,
            *alternatives.grids(judged, table),
            *pairs.grids(judged, table),
        ),
    )


def _overview(table: Table, views: Views, series: str) -> Overview:
    def of_row(row: Row) -> Iterator[View]:
        for column in table.columns:
            for metric in column.metrics:
                yield views.view(row, column.key, metric, series)

    def of_reference(label: str) -> Iterator[View]:
        for column in table.columns:
            for metric in column.metrics:
                yield views.reference(label, column.key, metric, series)

    groups = tuple(
        Group(_over(column), column.metrics, "" if table.exact else _place(index))
        for index, column in enumerate(table.columns)
    )
    parts = (
        replace(part, lines=tuple(_with_signs(line, views.footnotes) for line in part.lines))
        for part in _parts(table, of_row)
    )
    return Overview(series, groups, (*parts, *_references(views.references(), of_reference)))


def _with_signs(line: Line, footnotes: Footnotes) -> Line:
    """A row's remark and the footnotes to every reproduced cell stand once, beside its label."""
    remark = footnotes.signs([line.row.remark] if line.row.remark else [])
    signs = [view.reproduced.signs for view in line.views if not view.quoted]
    first = signs[0] if signs else ()
    shared = tuple(sign for sign in first if all(sign in others for others in signs))
    views = tuple(_without(view, shared) for view in line.views)
    return Line(line.row, views, remark + shared)


def _without(view: View, shared: Sequence[str]) -> View:
    left = tuple(sign for sign in view.reproduced.signs if sign not in shared)
    return replace(view, reproduced=replace(view.reproduced, signs=left))


def _over(column: Column) -> str:
    """What stands above a column's metrics; nothing where it would repeat them."""
    return "" if column.metrics == (column.label,) else column.label


def _place(index: int) -> str:
    """The name, within the report, of a column's section."""
    return f"details-{index}"


def _sections(table: Table, views: Views, facts: Facts, series: Sequence[str]) -> Iterator[Section]:
    for index, column in enumerate(table.columns):
        if len(series) == 1:
            blocks = (_by_metric(table, views, column, series[0]),)
        else:
            made = (_by_series(table, views, column, one, series) for one in column.metrics)
            blocks = tuple(made)
        yield Section(column.label, _place(index), facts.about(column.key), blocks)


def _by_metric(table: Table, views: Views, column: Column, series: str) -> Block:
    def of_row(row: Row) -> Iterator[View]:
        return (views.view(row, column.key, metric, series) for metric in column.metrics)

    def of_reference(label: str) -> Iterator[View]:
        return (views.reference(label, column.key, metric, series) for metric in column.metrics)

    groups = tuple(Group(metric, (REPORTED, *_OURS)) for metric in column.metrics)
    parts = _reproduced(_parts(table, of_row))
    below = _references(views.references(column.key), of_reference)
    return Block(column.label, "", groups, (*parts, *below))


def _by_series(
    table: Table, views: Views, column: Column, metric: str, series: Sequence[str]
) -> Block:
    def of_row(row: Row) -> Iterator[View]:
        return (views.view(row, column.key, metric, one) for one in series)

    def of_reference(label: str) -> Iterator[View]:
        return (views.reference(label, column.key, metric, one) for one in series)

    groups = (Group("", (REPORTED,)), *(Group(one, _OURS) for one in series))
    parts = _reproduced(_parts(table, of_row))
    below = _references(views.references(column.key), of_reference)
    return Block(column.label, metric, groups, (*parts, *below))


def _reproduced(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Without the quoted rows, of which the overview shows everything."""
    kept = (
        replace(part, lines=tuple(line for line in part.lines if not line.quoted)) for part in parts
    )
    return tuple(part for part in kept if part.lines)


def _references(labels: Iterable[str], of: Callable[[str], Iterator[View]]) -> Iterator[Part]:
    """The rows below the paper's: what its numbers have to beat."""
    lines = tuple(Line(_row(label), tuple(of(label)), reference=True) for label in labels)
    if lines:
        yield Part("for reference", lines)


def _row(label: str) -> Row:
    """A row that the paper does not have."""
    return Row(label, label, escape(label), None, None, None, {}, frozenset())


def _parts(table: Table, of_row: Callable[[Row], Iterator[View]]) -> tuple[Part, ...]:
    several = len({row.group for row in table.rows}) > 1
    return tuple(
        Part(
            (group or "") if several else "",
            tuple(Line(row, tuple(of_row(row))) for row in rows),
        )
        for group, rows in groupby(table.rows, key=lambda row: row.group)
    )
