"""A sheet as one HTML file that needs nothing beside it, on a phone, in the dark and on paper."""

import re
from collections.abc import Mapping
from functools import partial

from markupsafe import Markup, escape

from reproduction.report.document import WATERMARK, Figure, Item, Line, Sheet, View
from reproduction.report.templating import template
from reproduction.report.text import KEY, SIGNS

_KINDS = {sign: kind for kind, sign in SIGNS.items()}

_INDEX = re.compile(r"(?<=\w)_(\d+)\b")
"""As in `APNet-C_2`."""


def render(sheet: Sheet) -> str:
    """The report as HTML."""
    page = template(
        "table.html.j2", text=text, figure=figure, marks=partial(marks, dict(sheet.footnotes))
    )
    return page.render(
        sheet=sheet,
        sign=sign,
        kind=kind,
        details=details,
        kinds={sign: kind.replace(" ", "-") for sign, kind in _KINDS.items()},
    )


def text(words: str) -> Markup:
    """Text as HTML shows it as it is, indices lowered."""
    return Markup(_INDEX.sub(r"<sub>\1</sub>", str(escape(words))))


def figure(number: Figure) -> Markup:
    """A number, with its watermark."""
    shown = escape(number.text)
    if number.synthetic:
        shown += Markup('<span class="mark" title="synthetic data">{}</span>').format(WATERMARK)
    return Markup("<b>{}</b>").format(shown) if number.bold else shown


def marks(notes: Mapping[str, str], item: Item | Line) -> Markup:
    """The signs of an item or a line, raised; empty without any.

    They are no links: inside a frame a link within the page may leave it.
    """
    one = Markup('<abbr title="{}">{}</abbr>')
    signs = Markup(",").join(one.format(notes[sign], sign) for sign in item.signs)
    return Markup("<sup>{}</sup>").format(signs) if signs else Markup()


def sign(view: View) -> Markup:
    """The sign of a verdict, with the word for it."""
    if not view.sign:
        return Markup()
    word = KEY[_KINDS[view.sign]]
    return Markup('<span class="sign" role="img" aria-label="{}" title="{}">{}</span>').format(
        word, word, view.sign
    )


def kind(view: View) -> str:
    """A class for its colour."""
    shown = _KINDS.get(view.sign) or view.reproduced.word or view.verdict.verdict
    return shown.replace(" ", "-")


def details(view: View) -> str:
    """The details of a cell, which a browser shows when one hovers over it."""
    items = {
        "reported": view.reported,
        "reproduced": view.reproduced,
        "Δ": view.difference,
        "": view.verdict,
    }
    return ", ".join(
        f"{name} {_plain(item)}".strip() for name, item in items.items() if _plain(item)
    )


def _plain(item: Item) -> str:
    figures = (number.text + (WATERMARK if number.synthetic else "") for number in item.figures)
    note = f" ({item.note})" if item.note else ""
    return (" ± ".join(figures) or item.word) + note
