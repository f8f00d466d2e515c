"""Judged tables as text, in each format."""

from collections.abc import Callable, Mapping

from reproduction.errors import one_of
from reproduction.judging.judged import JudgedTable
from reproduction.paper.tables import Table
from reproduction.report import csv as as_csv
from reproduction.report import html as as_html
from reproduction.report import latex as as_latex
from reproduction.report import markdown as as_markdown
from reproduction.report.document import Sheet
from reproduction.report.layout import lay_out

SHEETS: Mapping[str, Callable[[Sheet], str]] = {
    "md": as_markdown.render,
    "html": as_html.render,
    "tex": as_latex.render,
}
"""Formats that are made from the sheet; CSV is made from the cells."""

FORMATS = (*SHEETS, "csv")


def render(judged: JudgedTable, table: Table, form: str = "md", command: str = "") -> str:
    """A judged table as text.

    Args:
        form: one of :data:`FORMATS`.
        command: makes what the table lacks.

    Raises:
        InputError: an unknown format.
    """
    if form not in FORMATS:
        raise one_of("format", form, FORMATS)
    return as_csv.render(judged) if form == "csv" else SHEETS[form](lay_out(judged, table, command))
