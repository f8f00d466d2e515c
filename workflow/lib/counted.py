"""The models whose costs stand in the report on Table III."""

from collections.abc import Mapping

from reproduction.paper.tables import Experiment, Table

TABLE = "table3"

BESIDE = {
    "resnet50-apnet-s1": "APNet-S_1",
    "resnet50-apnet-s2": "APNet-S_2",
    "resnet50-apnet-s3": "APNet-S_3",
    "pyramid-resnet50": "Pyramid ReID on ResNet-50",
}
"""What the paper's table leaves out, and a reader of its text asks for: model -> label."""


def models_of_rows(table: Table, experiments: Mapping[str, Experiment]) -> dict[str, str]:
    """Row -> model, for the rows that are not quoted."""
    return {row.id: experiments[row.experiment].model for row in table.rows if row.experiment}


def counted_models(table: Table, experiments: Mapping[str, Experiment]) -> list[str]:
    """The models of the rows, then those that the table leaves out."""
    return [*models_of_rows(table, experiments).values(), *BESIDE]
