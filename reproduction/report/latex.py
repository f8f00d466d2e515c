"""A sheet as a LaTeX table for a paper of two columns: each row reported, below it reproduced.

A metric is two columns of TeX. The number stands right-aligned in the first, so that decimal
points meet; deviation, watermark, footnotes and verdict follow it in the second.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reproduction.report.document import Figure, Group, Item, Line, Sheet, View
from reproduction.report.templating import template
from reproduction.report.tex import caption, comment, escape
from reproduction.report.text import SIGNS

_NARROW = 5
"""Metrics that fit one column of the page."""

_EASY = 9
"""Metrics that fit its width, with room between them if they are fewer."""


@dataclass(frozen=True)
class _Gaps:
    """Room between the columns of a table."""

    labels: str
    metrics: str
    groups: str


_ROOMY = _Gaps(labels="3.5pt", metrics="6pt", groups="12pt")
_CROWDED = _Gaps(labels="3pt", metrics="4pt", groups="9pt")

_VERDICTS = {sign: kind.replace(" ", "") for kind, sign in SIGNS.items()}
"""Names of the commands that print the signs."""


def render(sheet: Sheet) -> str:
    r"""The table as a file to `\input`; the commands that it defines end with it."""
    page = template("table.tex.j2", text=escape, comment=comment)
    groups, metrics = sheet.overviews[0].groups, _metrics(sheet)
    gaps = _ROOMY if metrics < _EASY else _CROWDED
    return page.render(
        sheet=sheet,
        columns="".join(_columns(groups, gaps)),
        gaps=gaps,
        caption=caption(sheet.table.caption, _names(sheet)),
        frame="table" if narrow(sheet) else "table*",
        short=(sheet.series_name, "Seeds", "Protocol"),
        # Another reading adds lines, and in the size of tables those of Table IV fill its page.
        size="footnotesize" if metrics <= _EASY or len(sheet.overviews) == 1 else "scriptsize",
        verdicts={name: escape(sign) for sign, name in _VERDICTS.items()},
        head="\n".join(_head(sheet, gaps)),
        body="\n\\midrule\n".join(_parts(sheet)),
    )


def narrow(sheet: Sheet) -> bool:
    """Whether the table fits one column of the page; its annexes take both."""
    return _metrics(sheet) <= _NARROW


def _metrics(sheet: Sheet) -> int:
    return sum(group.width for group in sheet.overviews[0].groups)


def _names(sheet: Sheet) -> Iterator[str]:
    """Of datasets, metrics and models, as the table and its summary write them."""
    words = (word.strip(",;.") for word in sheet.table.summary.split())
    yield from (word for word in words if word != word.lower())
    for group in sheet.overviews[0].groups:
        yield from (*group.label.split(), *group.columns)
    for part in sheet.overviews[0].parts:
        for line in part.lines:
            yield from line.row.label.partition("_")[0].split()


def _columns(groups: Iterable[Group], gaps: _Gaps) -> Iterator[str]:
    """The gaps belong to the metrics, so that a cell may span its two columns."""
    for group in groups:
        yield rf"@{{\hspace{{{gaps.groups}}}}}r@{{}}l"
        yield rf"@{{\hspace{{{gaps.metrics}}}}}r@{{}}l" * (group.width - 1)


def _head(sheet: Sheet, gaps: _Gaps) -> Iterator[str]:
    """Datasets, and below them their metrics; a metric alone where no dataset stands above it."""
    groups = sheet.overviews[0].groups
    heads = [sheet.table.heading, *(name.capitalize() for name in sheet.descriptions)]
    metrics = [_across(escape(metric)) for group in groups for metric in group.columns]
    if not any(group.label for group in groups):
        yield _row([*map(escape, heads), *metrics])
        return
    tall = [rf"\multirow{{2}}{{*}}{{{escape(head)}}}" for head in heads]
    yield _row([*tall, *(_over(group, _after(group, groups, gaps)) for group in groups)])
    yield "".join(_rules(groups, gaps, len(heads) + 1))
    yield _row([*[""] * len(heads), *metrics])


def _rules(groups: Sequence[Group], gaps: _Gaps, start: int) -> Iterator[str]:
    for group in groups:
        end = start + 2 * group.width - 1
        yield rf"\cmidrule(r{{{_after(group, groups, gaps)}}}){{{start}-{end}}}"
        start = end + 1


def _over(group: Group, gap: str) -> str:
    spec = rf"@{{}}c@{{\hspace{{{gap}}}}}"
    return rf"\multicolumn{{{2 * group.width}}}{{{spec}}}{{{escape(group.label)}}}"


def _after(group: Group, groups: Sequence[Group], gaps: _Gaps) -> str:
    return "0pt" if group is groups[-1] else gaps.groups


def _parts(sheet: Sheet) -> Iterator[str]:
    """The rows of each group, under each reading."""
    for parts in zip(*(overview.parts for overview in sheet.overviews), strict=True):
        lines = zip(*(part.lines for part in parts), strict=True)
        yield "\n".join(_spaced([*_lines(sheet, line)] for line in lines))


def _spaced(rows: Iterable[list[str]]) -> Iterator[str]:
    """Room around rows of several lines."""
    before = 0
    for lines in rows:
        if before and max(before, len(lines)) > 1:
            yield r"\addlinespace[2pt]"
        yield from lines
        before = len(lines)


def _lines(sheet: Sheet, readings: Sequence[Line]) -> Iterator[str]:
    """A row of the paper, reported, and below it under each reading; alone if it is quoted.

    Of a reference nothing is reported: under one reading its numbers stand beside its label.
    """
    first = readings[0]
    about = [escape(getattr(first.row, name) or "") for name in sheet.descriptions]
    if first.reference and len(readings) == 1:
        yield _row([_label(first), *about, *(_mean(view) for view in first.views)])
        return
    signs = _raised(first.signs) if first.quoted else ""
    yield _row([_label(first) + signs, *about, *(_reported(view.reported) for view in first.views)])
    for overview, line in zip(sheet.overviews, readings, strict=True):
        if not line.quoted:
            name = overview.series if len(readings) > 1 else "reproduced"
            yield from _reproduced(line, name, [""] * len(about))


def _reproduced(line: Line, name: str, about: Sequence[str]) -> Iterator[str]:
    """The means; in a crowded table deviations and second answers stand below them."""
    crowded = len(line.views) >= _EASY
    means = (_mean(view, crowded) for view in line.views)
    yield _row([rf"\quad\word{{{name}}}{_raised(line.signs)}", *about, *means])
    below = [_deviation(view) + _behind(view) for view in line.views]
    if crowded and any(below):
        yield _row(["", *about, *map(_across, below)])


def _label(line: Line) -> str:
    row = line.row
    # A bare * or [ at the start would be an argument of the \\ before it.
    marks = f"{{{escape(''.join(row.marks))}}}" if row.marks else ""
    citation = f" [{row.citation}]" if row.citation is not None else ""
    return f"{marks}{row.latex}{citation}"


def _reported(item: Item) -> str:
    if not item.figures:
        return _across(escape(item.word))
    return f"{_number(item.figures[0])} &"


def _mean(view: View, alone: bool = True) -> str:
    """Our number in a view; with its deviation and the second answer unless it stands alone."""
    item = view.reproduced
    seeds = [item.note.replace(" of ", "/")] if item.note else []
    marks = _raised([*seeds, *item.signs, *view.verdict.signs])
    if view.quoted:
        return " &"
    if not item.figures:
        return _across(rf"\word{{{escape(item.word)}}}{marks}")
    mean = item.figures[0]
    deviation, second = ("", "") if alone else (_deviation(view), _behind(view))
    behind = f"{_watermark(mean)}{deviation}{marks}{_sign(view.sign)}{second}"
    return f"{_linked(mean, view.card)} & {behind}"


def _sign(sign: str) -> str:
    return rf"\{_VERDICTS[sign]}" if sign else ""


def _behind(view: View) -> str:
    """What stands behind a verdict: the second answer, and other choices of the protocol."""
    return _sign(view.second) + "".join(rf"\other{_sign(sign)}" for sign, _ in view.others)


def _deviation(view: View) -> str:
    return "".join(
        rf"\sd{{{_number(figure)}{_watermark(figure)}}}" for figure in view.reproduced.figures[1:]
    )


def _raised(marks: Sequence[str]) -> str:
    """Signs of footnotes, and of how many seeds."""
    return rf"\textsuperscript{{{','.join(map(escape, marks))}}}" if marks else ""


def _linked(figure: Figure, card: str) -> str:
    r"""A number that leads to its card where a document defines `\tocard`."""
    page, _, place = card.partition("#")
    return rf"\tocard{{{page}}}{{{place}}}{{{_number(figure)}}}" if page else _number(figure)


def _number(figure: Figure) -> str:
    text = escape(figure.text)
    return rf"\textbf{{{text}}}" if figure.bold else text


def _watermark(figure: Figure) -> str:
    return r"\syn{}" if figure.synthetic else ""


def _across(text: str) -> str:
    """Text over the two columns of a metric, where its numbers begin."""
    return rf"\across{{{text}}}"


def _row(cells: Sequence[str]) -> str:
    return rf"{' & '.join(cells)} \\"
