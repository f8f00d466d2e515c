"""The Jinja2 templates, of reports and of the site."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

FOLDERS = [Path(__file__).resolve().parents[1] / part / "templates" for part in ("report", "site")]

_TEX = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}
"""Jinja's own brackets have a meaning in TeX."""


def template(name: str, **filters: Callable[..., str]) -> Template:
    """A template by its file name, with filters of its format. HTML is escaped by itself."""
    brackets = _TEX if ".tex" in name else {}
    environment = Environment(
        **brackets,
        loader=FileSystemLoader(FOLDERS),
        autoescape=".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= filters
    return environment.get_template(name)
