"""The data of a run or an evaluation, as its record describes them."""

from pathlib import Path

from apnet.config.readings import Reading
from apnet.data import ReIDDataset
from apnet.data.check import check_dataset
from apnet.errors import InputError
from apnet.files import read_json

_SEEN = ("listing", "problem_count", "problems")
_KEPT = ("name", "fingerprint", "counts", "synthetic", "published", "variant")


def describe(
    dataset: ReIDDataset, data_root: Path, reading: Reading, record: Path | None
) -> dict[str, object]:
    """Counts and fingerprint of a dataset; whether it is synthetic, and as published.

    Args:
        record: what `apnet data check` wrote, so that thirty jobs need not read every
            image thirty times; None reads them now.

    Raises:
        InputError: `record` describes another dataset, or another state of this one; an
            image is damaged.
    """
    report = (
        check_dataset(dataset.name, data_root, reading) if record is None else read_json(record)
    )
    if not _describes(report, dataset):
        raise InputError(
            f"{record} does not describe {dataset.name} as it lies in {dataset.root}: "
            f"delete it and check the dataset again"
        )
    if report["problem_count"]:
        first = report["problems"][0]
        raise InputError(
            f"{dataset.root / first['file']} {first['problem']}: mend it or leave it out "
            f"(apnet data check {dataset.name} {data_root} lists what is wrong)"
        )
    return {key: report[key] for key in _KEPT}


def _describes(report: object, dataset: ReIDDataset) -> bool:
    if not isinstance(report, dict) or not {*_KEPT, *_SEEN} <= report.keys():
        return False
    return report["name"] == dataset.name and report["listing"] == dataset.listing()
