"""A page of grids of words, as Markdown and as HTML: for what is neither a table nor a figure."""

from dataclasses import dataclass

from reproduction.judging.cells import Grid
from reproduction.report import html, markdown
from reproduction.report.templating import template

FORMATS = ("md", "html")


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        text: paragraphs below the title.
        synthetic: whether any number is of synthetic data.
        grids: one below the other.
        commands: (what it makes, command), below the grids.
        guide: path of a page on how to read this one. The index of all reports lies beside it.
    """

    title: str
    text: tuple[str, ...]
    synthetic: bool
    grids: tuple[Grid, ...]
    commands: tuple[tuple[str, str], ...] = ()
    guide: str = ""


def render(page: Page, form: str) -> str:
    """The page in one of :data:`FORMATS`."""
    if form == "md":
        return template("words.md.j2", text=markdown.escape, grid=markdown.words_grid).render(
            page=page
        )
    return template("words.html.j2", text=html.text).render(page=page)
