"""Rows compared with each other as CSV: a line a pair, column, metric and series."""

from dataclasses import asdict, fields

import pandas as pd

from reproduction.judging.cells import JudgedTable, Pair

_NAMES = ("row", "over", "column", "metric")


def render(judged: JudgedTable) -> str:
    """The pairs at full precision; empty fields are what does not exist.

    `half_width` is how far a number of the paper's moves by the draw of its queries alone,
    `low` and `high` are the ends of the interval.
    """
    series = judged.series_name.lower()
    of_paper = {
        (floor.column, floor.metric): floor.half_width
        for floor in judged.floors
        if floor.series is None
    }
    lines = [
        {
            **asdict(pair),
            "table": judged.table,
            "half_width": of_paper.get((pair.column, pair.metric)),
            "low": pair.interval[0] if pair.interval else None,
            "high": pair.interval[1] if pair.interval else None,
        }
        for pair in judged.pairs
    ]
    rest = [item.name for item in fields(Pair) if item.name not in (*_NAMES, "interval")]
    place = rest.index("difference") + 1
    columns = ["table", *_NAMES, *rest[:place], "low", "high", *rest[place:], "half_width"]
    frame = pd.DataFrame(lines, columns=columns)
    return frame.rename(columns={"column": "dataset", "series": series}).to_csv(index=False)
