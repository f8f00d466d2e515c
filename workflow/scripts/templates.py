"""The Jinja2 templates of workflow/templates."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

FOLDER = Path(__file__).resolve().parent.parent / "templates"


def template(name: str, **filters: Callable[..., str]) -> Template:
    """A template by its file name, with filters of its format. HTML is escaped by itself."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= filters
    return environment.get_template(name)
