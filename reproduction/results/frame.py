"""The frame of results: its columns, how it is checked, and how a CSV of it is read.

One row is one value of one metric of one run. A row without a value is a result that was
asked for and is not there: `status` says whether its job failed, `message` why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import pandas as pd

from reproduction.errors import InputError, one_of

REQUIRED = ("experiment", "test_set", "metric", "value")
"""Columns that every result has; all others may be left out."""

NOT_RUN, FAILED = "not run", "failed"
SYNTHETIC = "synthetic data"
"""Why a synthetic result is not compared."""

SEPARATOR = " | "
"""Between the texts of a field that holds several, in a CSV."""


@dataclass(frozen=True)
class Result:
    """A row of the frame; None for a value or a seed that is not there.

    Attributes:
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
    status: str = ""
    message: str = ""
    log: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, str, str, str]:
        """What it is a result of, whatever its series and seed."""
        return self.experiment, self.training_set, self.test_set, self.metric


DEFAULTS = {item.name: item.default for item in fields(Result) if item.name != "texts"}
"""Column -> what an empty field stands for. Others are carried along as texts: what occurs in
`data`, `data_kind`, `protocol` and `recipe` stands in a report's heading."""

_TEXTS = ("why_not", "marks", "caveats")
_WORDS = {"true": True, "false": False}


def read_results(path: Path) -> pd.DataFrame:
    """The results in a CSV.

    Raises:
        InputError: no such file, no CSV, a column that is lacking, or a field of another kind,
            named by its line.
    """
    path = Path(path)
    try:
        read = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, UnicodeDecodeError) as error:
        why = str(error).splitlines()[0]
        raise InputError(f"{path} is no CSV of results ({why}): save it as UTF-8") from error
    for name in REQUIRED:
        if name not in read.columns:
            raise InputError(f"{path} has no column {name!r}: it needs {', '.join(REQUIRED)}")
    for name in (name for name in _PARSERS if name in read.columns):
        read[name] = [_parsed(name, text, path, n) for n, text in enumerate(read[name])]
    return complete(read, str(path))


def write_results(frame: pd.DataFrame) -> str:
    """A frame as the CSV that :func:`read_results` reads."""
    shown = frame.copy()
    for name in (name for name in _TEXTS if name in shown.columns):
        shown[name] = shown[name].map(SEPARATOR.join)
    return shown.to_csv(index=False)


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
            texts={name: str(record[name]) for name in names},
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


def complete(frame: pd.DataFrame, source: str = "the results") -> pd.DataFrame:
    """A frame with every column of :data:`DEFAULTS`, checked.

    Args:
        source: named where something is wrong.

    Raises:
        InputError: the same run twice, a value that is infinite, or an unknown status.
    """
    frame = frame.copy()
    for name, default in DEFAULTS.items():
        if name not in frame.columns:
            frame[name] = [default] * len(frame)
    frame["value"] = frame["value"].astype(float)
    frame["seed"] = frame["seed"].astype("Int64")
    unnamed = frame["training_set"] == ""
    frame["training_set"] = frame["training_set"].where(~unnamed, frame["test_set"])
    if frame["value"].isin([float("inf"), float("-inf")]).any():
        raise InputError(f"{source}: a value is infinite: leave out what is not there")
    for status in frame["status"].unique():
        if status not in ("", NOT_RUN, FAILED):
            raise one_of(f"status in {source}", status, (NOT_RUN, FAILED))
    keys = ["experiment", "training_set", "test_set", "metric", "series", "seed"]
    twice = frame[frame.duplicated(keys)]
    if len(twice):
        words = ", ".join(str(twice.iloc[0][key]) for key in keys)
        raise InputError(f"{source}: two results are of the same run ({words}): keep one of them")
    return frame


def _truth(text: str) -> bool:
    return _WORDS[text.lower()]


def _texts(text: str) -> tuple[str, ...]:
    return tuple(text.split(SEPARATOR))


_PARSERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "value": (float, "a number"),
    "seed": (int, "a whole number"),
    **dict.fromkeys(("comparable", "synthetic"), (_truth, "true or false")),
    **dict.fromkeys(_TEXTS, (_texts, "a text")),
}
"""Of columns that are no text: how a field is read, and what it has to be."""


def _parsed(name: str, text: str, path: Path, number: int) -> object:
    parse, kind = _PARSERS[name]
    text = text.strip()
    try:
        return parse(text) if text else DEFAULTS[name]
    except (ValueError, KeyError) as error:
        raise InputError(f"{path}: line {number + 2}: {name} {text!r} is not {kind}") from error
