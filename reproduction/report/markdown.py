"""A sheet as Markdown that reads well unrendered too."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from tabulate import tabulate

from reproduction.errors import plain
from reproduction.judging.cells import Grid
from reproduction.report.document import (
    REPORTED,
    REPRODUCED,
    VERDICT,
    WATERMARK,
    Block,
    Figure,
    Item,
    Line,
    Overview,
    Part,
    Reason,
    Sheet,
    Summary,
    View,
)
from reproduction.report.templating import template

_SPECIAL = re.compile(r"[\\`*\[\]<>|#~$]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])")
"""An underscore inside a word means nothing to Markdown."""

_BREAK = re.compile(r"\s*\n\s*")


def render(sheet: Sheet) -> str:
    """The report as GitHub-flavoured Markdown."""
    page = template("table.md.j2", text=escape)
    return page.render(
        sheet=sheet,
        grid=partial(grid, heading=escape(sheet.table.heading)),
        overview=partial(overview_grid, sheet=sheet),
        reasons=reasons_grid,
        annexed=annex_grid,
        tally=tally,
    )


def escape(text: str) -> str:
    """Text that Markdown shows as it is, in a line of a table too."""
    return _SPECIAL.sub(lambda match: f"\\{match.group()}", plain(_BREAK.sub(" ", text)))


def overview_grid(overview: Overview, sheet: Sheet) -> str:
    """The paper's table as a pipe table, reported / reproduced in each cell."""
    described = [name.capitalize() for name in sheet.descriptions]
    head = [
        f"{escape(group.label)} {escape(metric)}".strip()
        for group in overview.groups
        for metric in group.columns
    ]

    def texts(line: Line) -> list[str]:
        about = [escape(getattr(line.row, name) or "") for name in sheet.descriptions]
        return [*about, *(_pair(view) for view in line.views)]

    columns = [*described, *head]
    rows = _rows(overview.parts, texts, len(columns))
    return _pipes([escape(sheet.table.heading), *columns], rows, ["left"] * len(columns))


def annex_grid(annex: Grid) -> str:
    """An annex as a pipe table."""
    return _grid(annex, ["left", *["right"] * (len(annex.head) - 2)])


def words_grid(words: Grid) -> str:
    """A grid of words as a pipe table."""
    return _grid(words, ["left"] * (len(words.head) - 1))


def reasons_grid(reasons: Iterable[Reason]) -> str:
    """The numbers behind the verdicts as a pipe table."""
    rows = [
        [escape(reason.cell), f"{reason.sign} {reason.verdict}", *map(escape, reason.numbers)]
        for reason in reasons
    ]
    return _pipes(["cell", *map(escape, Reason.HEAD)], rows, ["left", *["right"] * 7])


def tally(top: Summary) -> str:
    """The small table of a summary as a pipe table."""
    skip = 0 if top.head[0] else 1
    rows = [[*map(escape, row[skip:])] for row in top.rows]
    return tabulate(rows, top.head[skip:], tablefmt="pipe", disable_numparse=True)


def grid(block: Block, heading: str) -> str:
    """A block as a pipe table."""
    columns = [(group.label, column) for group in block.groups for column in group.columns]
    head = [
        f"{escape(group)} {column}".strip() if column in (REPORTED, REPRODUCED) else column
        for group, column in columns
    ]
    rows = _rows(block.parts, lambda line: [_item(item) for item in block.items(line)], len(head))
    align = ["left" if column == VERDICT else "right" for _, column in columns]
    return _pipes([heading, *head], rows, align)


def _grid(content: Grid, align: list[str]) -> str:
    head, *rows = [[escape(text) for text in row] for row in (content.head, *content.rows)]
    return _pipes(head, rows, align)


def _pipes(head: list[str], rows: Iterable[list[str]], align: list[str]) -> str:
    return tabulate(rows, head, tablefmt="pipe", colalign=["left", *align], disable_numparse=True)


def _rows(
    parts: Iterable[Part], texts: Callable[[Line], list[str]], width: int
) -> Iterator[list[str]]:
    for part in parts:
        if part.label:
            yield [f"*{escape(part.label)}*", *[""] * width]
        for line in part.lines:
            yield [_label(line), *texts(line)]


def _label(line: Line) -> str:
    row = line.row
    citation = f" [{row.citation}]" if row.citation is not None else ""
    return escape("".join(row.marks) + row.label + citation) + ",".join(line.signs)


def _pair(view: View) -> str:
    if view.quoted:
        return _item(view.reported)
    ours = replace(view.mean, signs=view.mean.signs + view.verdict.signs)
    others = (f"({sign})" for sign, _ in view.others)
    shown = " ".join(filter(None, [_item(ours), view.sign, view.second, *others]))
    return shown if view.reported == Item() else f"{_item(view.reported)} / {shown}"


def _item(item: Item) -> str:
    note = f" ({item.note})" if item.note else ""
    shown = " ± ".join(_figure(figure) for figure in item.figures) or escape(item.word)
    return f"{shown}{','.join(item.signs)}{note}"


def _figure(figure: Figure) -> str:
    text = figure.text + (WATERMARK if figure.synthetic else "")
    return f"**{text}**" if figure.bold else text
