"""Whether runs may be compared with the paper, by their records."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from apnet import numeric_core
from apnet.config.readings import READINGS, get_reading
from apnet.config.settings import current_settings, deviations
from apnet.data import DATASETS, get_source
from apnet.files import digest
from apnet.gap.setup import of_reading, switches
from apnet.records.schema import IMPORTED, UNTRAINED
from reproduction.judging.entries import distinct
from reproduction.results.frame import SYNTHETIC
from workflow.lib.admit import differences
from workflow.lib.records import Record
from workflow.lib.sentences import THIN, models

EARLIER = "made with earlier code"

_SHOWN = 3
"""Deviations named one by one; a smoke run has very many."""


def obstacles(records: Sequence[Record]) -> tuple[str, ...]:
    """Why these runs of one cell cannot be compared with the paper's; empty if they can."""
    return distinct([*(why for record in records for why in _of_one(record)), *_of_all(records)])


def marks(record: Record, accepted: Mapping[str, str]) -> tuple[str, ...]:
    """What a reader has to know of a run: other code, weights, switches, counts than usual.

    Args:
        accepted: the config's words for why a dataset's counts will do, by dataset.
    """
    return distinct(_marks(record, accepted))


def _of_one(record: Record) -> Iterator[str]:
    if record.synthetic:
        yield SYNTHETIC
    else:
        # Published counts are a property of real data; both would be the same reason twice.
        parts = {"test": record.content["data"], "training": record.training["data"]}
        for kind, data in parts.items():
            if not data["published"]:
                yield f"counts differ from the published: {data['name']} ({kind})"
    if not record.training["paper_recipe"]:
        yield _recipe(record)


def _recipe(record: Record) -> str:
    differences = deviations(record.content["model"], record.training["settings"])
    if not differences:
        return "not the paper's recipe"
    shown = [f"{name} {ours} instead of {paper}" for name, (ours, paper) in differences.items()]
    more = [f"{len(shown) - _SHOWN} more"] if len(shown) > _SHOWN else []
    return f"settings differ from the paper's recipe: {', '.join(shown[:_SHOWN] + more)}"


def _of_all(records: Sequence[Record]) -> Iterator[str]:
    kinds: dict[str, Callable[[Record], Hashable]] = {
        "settings": lambda record: digest(current_settings(record.training["settings"])),
        "training data": lambda record: record.training["data"]["fingerprint"],
        "test data": lambda record: record.content["data"]["fingerprint"],
        "switches": lambda record: digest(switches(record.content)),
        "protocols": lambda record: digest(record.content["protocol"] | {"switches": None}),
    }
    for kind, value in kinds.items():
        if len({value(record) for record in records}) > 1:
            yield f"its seeds have different {kind}"


def _marks(record: Record, accepted: Mapping[str, str]) -> Iterator[str]:
    run, trained = record.evaluation.run, record.training.get("code_fingerprint")
    provenance = record.training["provenance"]
    if provenance in (IMPORTED, UNTRAINED):
        yield provenance
    if models(record.training["settings"]) == THIN:
        yield THIN
    if provenance != IMPORTED and trained != numeric_core.training(run.model, run.dataset):
        yield EARLIER
    evaluated = numeric_core.evaluation(run.model, record.evaluation.test_set)
    if record.content["code_fingerprint"] != evaluated:
        yield EARLIER
    yield from _switched(record)
    yield from other_counts(record, accepted)
    for data in (record.training["data"], record.content["data"]):
        if data.get("variant"):
            yield f"{data['name']} is {data['variant']}"


def _switched(record: Record) -> Iterator[str]:
    """What a config has set otherwise than its reading has it."""
    name, in_force = record.content["reading"], switches(record.content)
    usual = of_reading(READINGS[name], record.content)
    changed = [f"{key} is {in_force[key]}" for key in usual if in_force[key] != usual[key]]
    if changed:
        yield f"not quite the reading {name}: {', '.join(changed)}"


def other_counts(record: Record, accepted: Mapping[str, str]) -> Iterator[str]:
    """What a reader has to know of the data of a run whose counts are not the published ones.

    Args:
        accepted: the config's words for why a dataset's counts will do, by dataset.
    """
    for data in (record.training["data"], record.content["data"]):
        if data["synthetic"] or data["published"] or data["name"] not in DATASETS:
            continue
        reading = get_reading(record.content["reading"], **switches(record.content))
        published = get_source(data["name"]).published(reading)
        differing = differences(data["counts"], published)
        words = accepted.get(data["name"])
        why = f"; accepted: {words}" if words else ""
        if differing:
            yield f"{data['name']} has {', '.join(differing)}{why}"
