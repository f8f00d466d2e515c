"""A sheet as one HTML file that needs nothing beside it, on a phone, in the dark and on paper."""

import re
from collections.abc import Mapping
from functools import partial

from markupsafe import Markup, escape

from reproduction.report.document import WATERMARK, Figure, Item, Line, Sheet, View
from reproduction.report.templating import template
from reproduction.report.text import KEY, SIGNS

_KINDS = {sign: kind for kind, sign in SIGNS.items()}

KINDS = {sign: kind.replace(" ", "-") for sign, kind in _KINDS.items()}
"""Sign of a verdict -> a class for its colour."""

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
        kinds=KINDS,
    )


def text(words: str) -> Markup:
    """Text as HTML shows it as it is, indices lowered."""
    return Markup(_INDEX.sub(r"<sub>\1</sub>", str(escape(words))))


def figure(number: Figure) -> Markup:
    """A number, with its watermark."""
    shown = escape(number.text)
    if number.synthetic:
        shown += Markup('<span class="mark">{}</span>').format(WATERMARK)
    return Markup("<b>{}</b>").format(shown) if number.bold else shown


def marks(notes: Mapping[str, str], item: Item | Line) -> Markup:
    """The signs of an item or a line, raised, each a link to its note; empty without any."""
    one = Markup('<a href="#note-{}" aria-label="{}">{}</a>')
    numbers = {sign: number for number, sign in enumerate(notes, 1)}
    links = (one.format(numbers[sign], f"note: {notes[sign]}", sign) for sign in item.signs)
    signs = Markup(",").join(links)
    return Markup("<sup>{}</sup>").format(signs) if signs else Markup()


def sign(view: View, linked: bool) -> Markup:
    """The signs of a verdict and of the second answer, with the words for them.

    Args:
        linked: to the cell's details.
    """
    if not view.sign:
        return Markup()
    one = Markup('<span class="sign {}" role="img" aria-label="{}">{}</span>')
    kinds = ((sign, _KINDS[sign]) for sign in (view.sign, view.second) if sign)
    shown = Markup().join(one.format(_class(kind), KEY[kind], sign) for sign, kind in kinds)
    for sign, name in view.others:
        found = _KINDS[sign]
        other = one.format(_class(found), f"{name}: {KEY[found]}", sign)
        shown += Markup(' <span class="other">({})</span>').format(other)
    return Markup('<a href="#{}">{}</a>').format(view.place, shown) if linked else shown


def kind(view: View) -> str:
    """A class for its colour."""
    shown = _KINDS.get(view.sign) or view.reproduced.word or view.verdict.verdict
    return _class(shown)


def _class(kind: str) -> str:
    return kind.replace(" ", "-")
