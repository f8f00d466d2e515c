"""The frame of results: its columns, and how it is checked.

One row is one value of one metric of one run. A row without a value is a result that was
asked for and is not there: `status` says whether its job failed, `message` why. A row with a
`reference` is no result, but what results have to beat, under that label: a report averages
those of a column into a row of their own. Its `experiment` may be empty.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from numbers import Real

import numpy as np
import pandas as pd

from reproduction.errors import InputError, one_of, plain
from reproduction.results.alternatives import parsed, written

REQUIRED = ("experiment", "test_set", "metric", "value")
"""Columns that every result has; all others may be left out."""

NOT_RUN, FAILED = "not run", "failed"
SYNTHETIC = "synthetic data"
"""Why a synthetic result is not compared."""

KEYS = ("reference", "experiment", "training_set", "test_set", "metric", "series", "seed")
"""Columns that tell a result from every other."""

SEPARATOR = " | "
"""Between the texts of a field that holds several, in a CSV."""


@dataclass(frozen=True)
class Result:
    """A row of the frame; None for a value or a seed that is not there.

    Attributes:
        queries: path of what :func:`reproduction.results.queries.read_queries` reads.
        choice: of the protocol, under which the value is.
        alternatives: the value under other choices, as texts
            (:mod:`reproduction.results.alternatives`).
        texts: of the columns beyond :data:`DEFAULTS`.
    """

    experiment: str = ""
    training_set: str = ""
    test_set: str = ""
    metric: str = ""
    value: float | None = None
    seed: int | None = None
    series: str = ""
    comparable: bool = True
    why_not: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    synthetic: bool = False
    file: str = ""
    queries: str = ""
    status: str = ""
    message: str = ""
    log: str = ""
    reference: str = ""
    choice: str = ""
    alternatives: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, str, str, str]:
        """What it is a result of, whatever its series and seed."""
        return self.experiment, self.training_set, self.test_set, self.metric


DEFAULTS = {item.name: item.default for item in fields(Result) if item.name != "texts"}
"""Column -> what an empty field stands for. Others are carried along as texts: what occurs in
`data`, `data_kind`, `protocol`, `recipe` and `models` stands in a report's heading."""

SEVERAL = ("why_not", "marks", "caveats", "alternatives")
"""Columns whose fields hold several texts."""


def texts_in(frame: pd.DataFrame) -> tuple[str, ...]:
    """The columns that are carried along as texts."""
    return tuple(name for name in frame.columns if name not in DEFAULTS)


def rows(frame: pd.DataFrame) -> list[Result]:
    """The rows of a complete frame."""
    names = texts_in(frame)
    return [
        Result(
            **{name: record[name] for name in DEFAULTS}
            | {"value": None if pd.isna(record["value"]) else float(record["value"])}
            | {"seed": None if pd.isna(record["seed"]) else int(record["seed"])},
            texts={name: record[name] for name in names},
        )
        for record in frame.to_dict("records")
    ]


def results_frame(
    results: Iterable[Mapping[str, object]], texts: Sequence[str] = ()
) -> pd.DataFrame:
    """A complete frame from rows that leave out what is usual.

    Args:
        texts: columns beyond :data:`DEFAULTS`, empty where a row has none.
    """
    usual = DEFAULTS | dict.fromkeys(texts, "")
    return complete(pd.DataFrame([usual | row for row in results], columns=[*usual]))


def complete(
    frame: pd.DataFrame, source: str = "the results", lines: Sequence[int] | None = None
) -> pd.DataFrame:
    """A frame with every column of :data:`DEFAULTS`, checked.

    Args:
        source: named where something is wrong.
        lines: of the rows in the source; None counts the rows.

    Raises:
        InputError: a column that is lacking or given twice, a field of another kind, a value
            beside a status, an unknown status, or the same run twice.
    """
    check_columns(frame.columns, source)
    given = range(1, len(frame) + 1) if lines is None else lines
    where = [f"{source}: {'row' if lines is None else 'line'} {number}" for number in given]
    made = {
        name: [_field(name, *pair) for pair in zip(frame[name], where, strict=True)]
        if name in frame.columns
        else [default] * len(frame)
        for name, default in DEFAULTS.items()
    }
    texts = {
        name: ["" if _missing(x) else _line(str(x)) for x in frame[name]]
        for name in texts_in(frame)
    }
    dtypes = {"value": "float", "seed": "Int64"}
    frame = pd.DataFrame(
        {name: pd.Series(made[name], dtype=dtypes.get(name, "object")) for name in made} | texts
    )
    unnamed = frame["training_set"] == ""
    frame["training_set"] = frame["training_set"].where(~unnamed, frame["test_set"])
    _check_rows(frame, source, where)
    return frame


def check_columns(names: Iterable[str], source: str) -> None:
    """Refuse columns of which one is lacking, unnamed, or given twice."""
    names = list(names)
    for name in REQUIRED:
        if name not in names:
            raise InputError(f"{source} has no column {name!r}: it needs {', '.join(REQUIRED)}")
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            raise InputError(f"{source}: column {index + 1} has no name: name it, or remove it")
        if name in names[:index]:
            raise InputError(f"{source} has two columns {name!r}: keep one of them")


def _check_rows(frame: pd.DataFrame, source: str, where: Sequence[str]) -> None:
    if np.isinf(frame["value"]).any():
        raise InputError(f"{source}: a value is infinite: leave out what is not there")
    for status in frame["status"].unique():
        if status not in ("", NOT_RUN, FAILED):
            raise one_of(f"status in {source}", status, (NOT_RUN, FAILED))
    both = np.flatnonzero(frame["value"].notna() & (frame["status"] != ""))
    if len(both):
        status = frame["status"].iloc[both[0]]
        raise InputError(f"{where[both[0]]}: a value beside the status {status!r}: remove one")
    twice = frame[frame.duplicated([*KEYS])]
    if len(twice):
        words = ", ".join(str(twice.iloc[0][key]) for key in KEYS if _shown(twice.iloc[0][key]))
        raise InputError(f"{source}: two results are of the same run ({words}): keep one of them")


def _shown(item: object) -> bool:
    return not _missing(item) and item != ""


def _missing(item: object) -> bool:
    return pd.api.types.is_scalar(item) and bool(pd.isna(item))


def _field(name: str, item: object, where: str) -> object:
    if _missing(item):
        return DEFAULTS[name]
    check, kind = _KINDS.get(name, (_text, "a text"))
    try:
        return check(item)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{where}: {name} {item!r} is not {kind}") from error


def _value(item: object) -> float:
    if not isinstance(item, Real) or isinstance(item, bool):
        raise TypeError
    return float(item)


def _seed(item: object) -> int:
    seed = int(item) if isinstance(item, Real) else None
    if seed != item or abs(seed) >= 2**63:
        raise ValueError
    return seed


def _truth(item: object) -> bool:
    if not isinstance(item, bool | np.bool_):
        raise TypeError
    return bool(item)


def _several(item: object) -> tuple[str, ...]:
    return tuple(map(_text, item.split(SEPARATOR) if isinstance(item, str) else item))


def _alternatives(item: object) -> tuple[str, ...]:
    return tuple(written(*pair) for pair in parsed(_several(item)).items())


def _text(item: object) -> str:
    if not isinstance(item, str):
        raise TypeError
    return _line(item.strip())


def _line(text: str) -> str:
    """A text on one line, without what would command a terminal."""
    return text if text.isprintable() else plain(" ".join(text.split()))


_KINDS: Mapping[str, tuple[Callable[[object], object], str]] = {
    "value": (_value, "a number"),
    "seed": (_seed, "a whole number of 64 bits"),
    **dict.fromkeys(("comparable", "synthetic"), (_truth, "true or false")),
    **dict.fromkeys(SEVERAL, (_several, "a text, or several")),
    "alternatives": (_alternatives, "a choice with a number, such as 'without x=88.1', or several"),
}
"""Of columns that are no text: what checks a field, and what it has to be."""
