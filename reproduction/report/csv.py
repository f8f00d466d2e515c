"""Judged cells as CSV: a line a cell and reading, percent at full precision."""

from collections.abc import Mapping

import pandas as pd

from workflow.lib.comparability import SYNTHETIC

COLUMNS = (
    "table",
    "row",
    "dataset",
    "metric",
    "reading",
    "reported",
    "mean",
    "sd",
    "seeds",
    "difference",
    "verdict",
    "comparable",
)


def render(content: Mapping[str, object]) -> str:
    """The cells as CSV; `seeds` is how many were run, empty fields are what does not exist."""
    lines = [
        cell | {"table": content["table"], "seeds": len(cell["seeds"]), "verdict": _verdict(cell)}
        for cell in content["cells"]
    ]
    return pd.DataFrame(lines, columns=COLUMNS).to_csv(index=False)


def _verdict(cell: Mapping[str, object]) -> str:
    if cell["verdict"] != "not comparable":
        return cell["verdict"]
    # Of synthetic data nothing else needs to be said.
    return f"not comparable ({SYNTHETIC if cell['synthetic'] else cell['verdict_detail']})"
