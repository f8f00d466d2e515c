"""The paper, and which of its tables are made how. Adding a table is adding its YAML.

Loads neither pandas nor matplotlib, since every call of Snakemake reads it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from apnet.errors import InputError
from reproduction.claims.loading import load_claims, load_errata
from reproduction.errors import InputError as PaperError
from reproduction.paper.loading import Paper, load_paper
from reproduction.paper.tables import ACCURACY, COST, COUNT
from reproduction.paper.yamlfiles import read_yaml
from workflow.lib.experiments import check_table, load_experiments
from workflow.lib.forms import SCHEMAS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "paper"
EXPERIMENTS = ROOT / "workflow" / "experiments.yaml"


@cache
def paper() -> Paper:
    """The paper of this checkout; in `edited` is named what cannot be made.

    That is a table or a figure, and what one page alone is made from.

    Raises:
        InputError: a slip in another of its files, or in every table.
    """
    read, experiments = load_paper(FOLDER, leave_out=True), load_experiments(EXPERIMENTS)
    refused = dict(read.edited)
    for name, table in read.tables.items():
        try:
            check_table(table, experiments, f"{name}.yaml")
        except (InputError, PaperError) as error:
            refused.setdefault(name, str(error))
    if not read.tables.keys() - refused.keys():
        raise PaperError("; ".join(refused.values()))
    for file, reader in (("claims", load_claims), ("errata", load_errata), ("setup", load_setup)):
        try:
            reader(FOLDER)
        except PaperError as error:
            refused[f"{file}.yaml"] = str(error)
    return replace(read, edited=refused)


def load_setup(folder: Path) -> Mapping[str, Mapping[str, object]]:
    """What a paper says of how it trained and tested, by group and by name.

    Raises:
        InputError: no such file, or another form than the schema's.
    """
    return read_yaml(folder / "setup.yaml", "setup", SCHEMAS)


REPORTED = sorted(paper().tables.keys() - paper().edited.keys())
"""What has a report as a table: each of the paper, but one that was edited by hand."""

TABLES = tuple(name for name in paper().of_kind(ACCURACY) if name in REPORTED)
"""What holds accuracies, and is judged by runs; the values of a figure are judged as a table."""

COSTS, COUNTS = (
    [name for name in paper().of_kind(kind) if name in REPORTED] for kind in (COST, COUNT)
)
"""What is counted, of models and of datasets."""

PRINTED = [name for name in REPORTED if paper().tables[name].form == "table"]
"""Those of them that are tables in the paper."""

CURVES = [name for name in REPORTED if paper().tables[name].curve]
"""Those that are drawn over their rows."""

SHEETS = list(paper().pictures)
"""Figures that show images."""

FIGURES = [*CURVES, *SHEETS]
"""What has a report as a figure."""


def require_sound(name: str, asked: str) -> None:
    """Refuse what is asked of a table that was edited by hand.

    Raises:
        InputError: it was.
    """
    if name in paper().edited:
        raise InputError(f"{asked} is refused: {paper().edited[name]}")


def counted_datasets() -> list[str]:
    """The datasets whose images the tables count."""
    rows = [row for name in COUNTS for row in paper().tables[name].counting["rows"].values()]
    return list(dict.fromkeys(row["dataset"] for row in rows))
