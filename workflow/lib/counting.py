"""What a table of costs or counts says of its counting, checked before anything is counted."""

from collections.abc import Mapping

from apnet.config.names import parse_model_name
from apnet.data import DATASETS
from apnet.errors import InputError, one_of
from reproduction.paper.tables import COST, COUNT, Table
from reproduction.paper.yamlfiles import check_form
from workflow.lib.forms import SCHEMAS


def check_counting(table: Table, source: str) -> None:
    """Refuse a slip in `counting`, `annex` or `beside`; `source` is where the table is from.

    Raises:
        InputError: as far as it needs no results to see.
    """
    if not table.exact:
        return
    if table.annex is None:
        raise InputError(f"{source}: a table of kind {table.kind} needs an annex: add it")
    check_form(table.counting, f"{table.kind}s-counting", f"{source}: counting", SCHEMAS)
    {COST: _check_costs, COUNT: _check_counts}[table.kind](table, source)


def _check_costs(table: Table, source: str) -> None:
    for column in table.columns:
        for metric in column.metrics:
            if metric not in table.counting:
                raise InputError(f"{source}: counting has no {metric!r}: add it there")
    for row in table.rows:
        if isinstance(row.experiment, Mapping):
            raise InputError(f"{source}: row {row.id}: a cost is of one experiment: name one")
    for model in table.beside:
        try:
            parse_model_name(model)
        except InputError as error:
            raise InputError(f"{source}: beside: {error}") from error


def _check_counts(table: Table, source: str) -> None:
    for cell in table.cells():
        how, name = table.counting["rows"].get(cell.row.id), f"{cell.key}/{cell.metric}"
        if how is None or name not in table.counting["cells"] | how:
            lacking = cell.row.id if how is None else name
            raise InputError(f"{source}: counting has no {lacking!r}: add it there")
        if how["dataset"] not in DATASETS:
            raise one_of(f"dataset in {source}: counting", how["dataset"], DATASETS)
