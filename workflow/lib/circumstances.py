"""Under which circumstances a table's numbers came about: data, protocol, recipe, code."""

from collections.abc import Iterable, Sequence

from apnet.files import digest
from workflow.lib.entries import Entry
from workflow.lib.records import Record


def circumstances(found: Sequence[Entry]) -> list[dict[str, object]]:
    """For each column and reading with runs, what their records say, each variant once.

    Returns:
        `dataset` (the column's key), `reading`, `runs` (how many), and lists with one item
        where all runs agree: `training_data`, `test_data`, `protocols`, `recipes`,
        `training_code`, `evaluation_code`.
    """
    groups: dict[tuple[str, str], dict] = {}
    for entry in found:
        group = groups.setdefault((entry.cell.key, entry.reading), {})
        group |= {record.file: record for record in entry.records}
    return [
        {"dataset": key, "reading": reading, "runs": len(group)} | _of(list(group.values()))
        for (key, reading), group in groups.items()
        if group
    ]


def _of(records: Sequence[Record]) -> dict[str, list]:
    return {
        "training_data": _distinct(record.training["data"] for record in records),
        "test_data": _distinct(record.content["data"] for record in records),
        "protocols": _distinct(record.content["protocol"] for record in records),
        "recipes": _distinct(record.training["recipe"] for record in records),
        "training_code": _distinct(record.training.get("code_fingerprint") for record in records),
        "evaluation_code": _distinct(record.content["code_fingerprint"] for record in records),
    }


def _distinct(items: Iterable[object]) -> list:
    return list({digest(item): item for item in items}.values())
