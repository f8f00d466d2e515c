"""Counts beside those that a dataset's distributor published."""

from collections.abc import Iterator, Mapping

from apnet.config.readings import get_reading
from apnet.data import DATASETS, get_source
from workflow.lib.records import Record

Json = Mapping[str, object]

_SPLITS = {"train": "training", "query": "query", "gallery": "gallery"}


def differences(counts: Json, published: Json) -> list[str]:
    """Where counts part from the published ones, a phrase each.

    Args:
        counts, published: in the form of :meth:`apnet.data.ReIDDataset.counts`.
    """
    return list(_differences(counts, published))


def _differences(counts: Json, published: Json) -> Iterator[str]:
    for split, name in _SPLITS.items():
        for what, wanted in published[split].items():
            if counts[split].get(what) != wanted:
                yield _beside(counts[split].get(what), wanted, f"{name} {what}")
    for what in ("junk", "distractors"):
        if counts.get(what) != published[what]:
            yield _beside(counts.get(what), published[what], what)


def _beside(counted: int | None, published: int, what: str) -> str:
    shown = "an unknown number of" if counted is None else f"{counted:,}"
    return f"{shown} {what} (published: {published:,})"


def otherwise(record: Record, accepted: Mapping[str, str]) -> Iterator[str]:
    """What a reader has to know of the data of a run whose counts are not the published ones.

    Args:
        accepted: the config's words for why a dataset's counts will do, by dataset.
    """
    for data in (record.training["data"], record.content["data"]):
        if data["synthetic"] or data["published"] or data["name"] not in DATASETS:
            continue
        switches = record.training["switches"] | record.content["protocol"].get("switches", {})
        reading = get_reading(record.content["reading"], **switches)
        published = get_source(data["name"]).published(reading)
        differing = differences(data["counts"], published)
        words = accepted.get(data["name"])
        why = f"; accepted: {words}" if words else ""
        if differing:
            yield f"{data['name']} has {', '.join(differing)}{why}"
