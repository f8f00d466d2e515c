"""What an evaluation keeps of each query, read again and held against its record."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from apnet.errors import InputError
from apnet.records.check_evaluation import check_queries
from apnet.records.load import load_evaluation
from apnet.records.queries import read_queries
from apnet.records.schema import Evaluation, Run


class Queries(NamedTuple):
    """Of each query, in the order of the sorted query files.

    Attributes:
        average_precision: NaN without a true match.
        first_match_rank: from 1; 0 without a true match.
    """

    average_precision: np.ndarray
    first_match_rank: np.ndarray


def load_queries(file: Path, record: Evaluation) -> Queries:
    """The queries of the evaluation in `file`.

    Raises:
        InputError: absent, damaged, or other queries than those that the record's numbers are of.
    """
    for fault in check_queries(file, record):
        raise InputError(f"{fault.file}: {fault.message}: evaluate the run again")
    found = read_queries(file.with_suffix(".npz"))
    return Queries(*(found[name] for name in Queries._fields))


def recorded_precisions(
    file: Path, run: Run, data: Mapping[str, object], switches: Mapping[str, object]
) -> np.ndarray | None:
    """Average precision of each query in the evaluation in `file`; None if it is of another.

    Args:
        run: whose weights it has to be of.
        data: of the test set, as records have it.
        switches: of the test set.

    Raises:
        InputError: a damaged evaluation.
    """
    if not file.is_file():
        return None
    record = load_evaluation(file)
    same = (
        record.checkpoint_sha256 == run.checkpoint_sha256
        and record.data.fingerprint == data["fingerprint"]
        and record.protocol.content().get("switches", switches) == switches
    )
    return load_queries(file, record).average_precision if same else None
