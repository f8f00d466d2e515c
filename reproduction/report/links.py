"""Links from a report to those beside it, to the index of all, and to the cards of the site."""

import re
from collections.abc import Callable, Sequence

from reproduction.paper.tables import Table

INDEX = "index"
"""Name of the page that lists all tables and figures."""


def beside(
    name: str, pages: Sequence[str], table: Callable[[str], Table]
) -> tuple[tuple[str, str], ...]:
    """(words, page) of the page before, of the index, and of the page after.

    Args:
        name: id of the table that the page shows.
        pages: ids of the tables that have a page, in order; where it is not
            among them, it has no links.
        table: a table by its id.
    """
    if name not in pages:
        return ()
    place = pages.index(name)
    return (
        *((f"← {table(page).title}", page) for page in pages[:place][-1:]),
        ("All tables and figures", INDEX),
        *((f"{table(page).title} →", page) for page in pages[place + 1 :][:1]),
    )


def card(table: str, row: str, key: str) -> str:
    """Name of the page of the site on a row's cells in a column.

    Ids hold no underscore, and keys no full stop.
    """
    return f"{table}_{row}_{key.replace('->', '.')}"


def place(metric: str, series: str) -> str:
    """Where on that page a metric under one series stands."""
    return ".".join(
        re.sub(r"[^\w-]", "-", name, flags=re.ASCII) for name in (metric, series) if name
    )
