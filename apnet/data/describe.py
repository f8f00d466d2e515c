"""What a run's record says of the data it was made with."""

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
        InputError: `record` is of another dataset, or of another state of this one; an
            image is damaged.
    """
    found = check_dataset(dataset.name, data_root, reading) if record is None else read_json(record)
    if not _describes(found, dataset):
        raise InputError(
            f"{record} does not describe {dataset.name} as it lies in {dataset.root}: "
            f"delete it and check the dataset again"
        )
    if found["problem_count"]:
        first = found["problems"][0]
        raise InputError(
            f"{dataset.root / first['file']} {first['problem']}: mend it or leave it out "
            f"(apnet data check {dataset.name} {data_root} lists what is wrong)"
        )
    return {key: found[key] for key in _KEPT}


def _describes(found: object, dataset: ReIDDataset) -> bool:
    if not isinstance(found, dict) or not {*_KEPT, *_SEEN} <= found.keys():
        return False
    return found["name"] == dataset.name and found["listing"] == dataset.listing()
