"""The paper, and which of its tables are made how. Adding a table is adding its YAML.

Loads neither pandas nor matplotlib, since every call of Snakemake reads it.
"""

from functools import cache
from pathlib import Path

from reproduction.paper.loading import Paper, load_paper
from reproduction.paper.tables import ACCURACY, COST, COUNT
from workflow.lib.counting import check_counting

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "paper"
EXPERIMENTS = ROOT / "workflow" / "experiments.yaml"


@cache
def paper() -> Paper:
    """The paper of this checkout.

    Raises:
        InputError: a slip in one of its files.
    """
    read = load_paper(FOLDER)
    for name, table in read.tables.items():
        check_counting(table, f"{name}.yaml")
    return read


TABLES = tuple(paper().of_kind(ACCURACY))
"""What holds accuracies, and is judged by runs; the values of a figure are judged as a table."""

COSTS, COUNTS = paper().of_kind(COST), paper().of_kind(COUNT)
"""What is counted, of models and of datasets."""

REPORTED = sorted(paper().tables)
"""What has a report as a table."""

PRINTED = [name for name in REPORTED if paper().tables[name].form == "table"]
"""Those of them that are tables in the paper."""

CURVES = [name for name in REPORTED if paper().tables[name].curve]
"""Those that are drawn over their rows."""

SHEETS = list(paper().pictures)
"""Figures that show images."""

FIGURES = [*CURVES, *SHEETS]
"""What has a report as a figure."""


def counted_datasets() -> list[str]:
    """The datasets whose images the tables count."""
    rows = [row for name in COUNTS for row in paper().tables[name].counting["rows"].values()]
    return list(dict.fromkeys(row["dataset"] for row in rows))
