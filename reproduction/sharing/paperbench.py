"""A paper's cells as a rubric of PaperBench, and the rubric graded by the verdicts alone.

A tree of requirements as in https://github.com/openai/frontier-evals (project/paperbench): the
paper, its tables, their rows, and a leaf for each reported cell that something makes. A node
weighs as much as it has leaves, so the score of each is the share of its cells that come out.
"""

from collections.abc import Iterable, Iterator, Mapping

from reproduction.judging.cells import EQUAL, UNEQUAL, Cell, JudgedTable
from reproduction.paper.tables import Paper, Table

Json = dict[str, object]

_COMES_OUT = ("match", EQUAL)
"""Verdicts that score 1: the number comes out, and not merely a better one."""

_REACHED = (*_COMES_OUT, UNEQUAL, "better", "worse", "inconclusive", "single run")
"""Verdicts on a number; what has none is not graded, and scores 0."""


def rubric(paper: Paper) -> Json:
    """The rubric; a table that was edited by hand is left out."""
    tables = [_table(table) for name, table in paper.tables.items() if name not in paper.edited]
    requirements = f"The results of “{paper.title or 'the paper'}” are reproduced."
    return _node("paper", requirements, [table for table in tables if table["sub_tasks"]])


def graded(root: Json, tables: Iterable[JudgedTable], series: str) -> Json:
    """The rubric with a score for each node, by the cells of one series."""
    cells = {
        _id(judged.table, cell.row, cell.column, cell.metric): cell
        for judged in tables
        for cell in judged.cells
        if cell.series == series
    }
    return _graded(root, cells)


def _table(table: Table) -> Json:
    rows = [
        _node(_id(table.id, row.id), _row(row.label, table), [*_leaves(table, row.id)])
        for row in table.rows
    ]
    requirements = f"{table.title}, {table.summary}, comes out."
    return _node(table.id, requirements, [row for row in rows if row["sub_tasks"]])


def _row(label: str, table: Table) -> str:
    return f"The row {label} of {table.title} comes out."


def _leaves(table: Table, row: str) -> Iterator[Json]:
    labels = {column.key: column.label for column in table.columns}
    for printed in table.cells():
        made = table.kind == "count" or table.experiment_of(printed.row, printed.key)
        if printed.row.id != row or not made or printed.reported is None:
            continue
        metric = table.metrics[printed.metric]
        value = f"{printed.reported:.{metric.decimals}f}"
        yield {
            "id": _id(table.id, row, printed.key, printed.metric),
            "requirements": f"{printed.metric} of {printed.row.label} on {labels[printed.key]} "
            f"comes out as {value} ({metric.unit}), as {table.title} reports it.",
            "weight": 1,
            "sub_tasks": [],
            "task_category": "Result Analysis",
            "finegrained_task_category": "Evaluation, Metrics & Benchmarking",
        }


def _node(name: str, requirements: str, below: list[Json]) -> Json:
    return {
        "id": name,
        "requirements": requirements,
        "weight": sum(node["weight"] for node in below),
        "sub_tasks": below,
        "task_category": None,
        "finegrained_task_category": None,
    }


def _id(*names: str) -> str:
    return "/".join(names)


def _graded(node: Json, cells: Mapping[str, Cell]) -> Json:
    below = [_graded(inner, cells) for inner in node["sub_tasks"]]
    if below:
        score = sum(inner["weight"] * inner["score"] for inner in below) / node["weight"]
        valid, why = (
            all(inner["valid_score"] for inner in below),
            "the weighted mean of those below",
        )
    else:
        cell = cells.get(node["id"])
        verdict = cell.verdict if cell else "not run"
        score, valid = float(verdict in _COMES_OUT), verdict in _REACHED
        why = f"{verdict}: {cell.detail}" if cell and cell.detail else verdict
    grade = {"score": score, "valid_score": valid, "explanation": why, "judge_metadata": None}
    return node | {"sub_tasks": below} | grade
