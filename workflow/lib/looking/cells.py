"""Which evaluations make a cell of a table."""

from apnet.errors import InputError, one_of
from apnet.records.paths import Evaluation, Run
from workflow.lib.catalogue import TABLES, require_sound
from workflow.lib.plan import Plan


def evaluations_of(plan: Plan, name: str) -> list[Evaluation]:
    """The evaluations that make a cell, `TABLE/ROW/COLUMN`: one a reading and seed.

    Raises:
        InputError: no such table, row or column, or a cell that is quoted.
    """
    words = name.split("/")
    if len(words) != 3:
        raise InputError(
            f"cell {name!r} is not TABLE/ROW/COLUMN, such as table2/apnet-c2/market1501"
        )
    table_name, row_name, key = words
    require_sound(table_name, name)
    if table_name not in TABLES:
        raise one_of("table", table_name, TABLES)
    table = plan.tables[table_name]
    columns = {column.key: column for column in table.columns}
    if key not in columns:
        raise one_of(f"column of {table_name}", key, tuple(columns))
    made = {row.id: table.experiment_of(row, key) for row in table.rows}
    # An experiment names its row too, as long as no row has its name.
    made = {name: name for name in made.values() if name} | made
    if row_name not in made:
        raise one_of(f"row of {table_name}", row_name, tuple(made))
    experiment = made[row_name]
    if experiment is None:
        raise InputError(f"{name} is quoted from the paper: nothing is run for it")
    model, column = plan.experiments[experiment].model, columns[key]
    return [
        Evaluation(Run(reading, column.training_set, model, seed), column.test_set)
        for reading in plan.readings
        for seed in plan.config["seeds"]
    ]
