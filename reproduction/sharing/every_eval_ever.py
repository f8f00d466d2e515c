"""Cells as records of Every Eval Ever: reported ones as documentation, reproduced as runs.

Schema 0.3.0, https://github.com/evaleval/every_eval_ever. A record is of one model: of a row of
the paper's table, or of what makes a row, under one series.
"""

import hashlib
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from reproduction.judging.cells import Cell
from reproduction.paper.tables import Paper
from reproduction.sharing.chosen import Exported

SCHEMA = "0.3.0"

Json = dict[str, object]

_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Source:
    """Who is named in records.

    Attributes:
        paper: whose cells they are.
        authors: of the paper.
        organization: that ran the reproduction.
        library: what evaluated it, and its version.
        time: of the export, in seconds since 1970.
    """

    paper: Paper
    authors: str
    organization: str
    library: tuple[str, str]
    time: int

    @property
    def collection(self) -> str:
        """Name of the folder of all records."""
        return slug(self.paper.title)


def slug(text: str) -> str:
    """A text as a name of files: lower case, digits, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


def reported(cells: Iterable[Exported], source: Source) -> Iterator[tuple[PurePosixPath, Json]]:
    """(path, record) of each row of the paper's tables, as the paper prints it."""
    rows: dict[tuple[str, str], dict[Hashable, Exported]] = defaultdict(dict)
    for item in cells:
        if item.cell.reported is not None:
            # A cell has the same reported number under every series.
            place = item.cell.column, item.cell.metric
            rows[item.table.id, item.cell.row].setdefault(place, item)
    for items in rows.values():
        first = next(iter(items.values()))
        (row,) = (row for row in first.table.rows if row.id == first.cell.row)
        # What the paper quotes from elsewhere is somebody else's model.
        quoted = row.citation is not None
        developer = f"reference-{row.citation}" if quoted else slug(source.authors)
        about = {"table": first.table.title, "reference": source.paper.reference}
        metadata = {
            "source_name": source.paper.title or "the paper",
            "source_type": "documentation",
            "source_organization_name": source.authors,
            "evaluator_relationship": "third_party" if quoted else "first_party",
            "additional_details": _texts(about),
        }
        results = [_result(item, item.cell.reported, {}, source) for item in items.values()]
        # A figure's rows may be bare numbers.
        label = f"{first.table.heading} {row.label}" if row.label.isdecimal() else row.label
        name = f"{developer}/{slug(label)}"
        yield _record(name, label, metadata, (_UNKNOWN, _UNKNOWN), results, source)


def reproduced(cells: Iterable[Exported], source: Source) -> Iterator[tuple[PurePosixPath, Json]]:
    """(path, record) of each experiment and series.

    Args:
        cells: of :func:`reproduction.sharing.chosen.results_among`.
    """
    models: dict[tuple[str, str], list[Exported]] = defaultdict(list)
    for item in cells:
        models[item.cell.experiment, item.cell.series].append(item)
    for (experiment, series), items in models.items():
        about = {
            "reproduces": source.paper.title,
            "series": series,
            "series_is": source.paper.series.get(series, ""),
        }
        metadata = {
            "source_name": f"Reproduction of {source.paper.title or 'the paper'}",
            "source_type": "evaluation_run",
            "source_organization_name": source.organization,
            # Whoever reproduces a model trains it, and evaluates that.
            "evaluator_relationship": "first_party",
            "additional_details": _texts(about),
        }
        results = [
            _result(item, item.cell.mean, _score(item.cell), source, item.texts) for item in items
        ]
        name = f"{slug(source.organization)}/{slug(f'{experiment} {series}')}"
        label = f"{experiment}, reproduced{f' ({series})' if series else ''}"
        yield _record(name, label, metadata, source.library, results, source)


def _record(
    name: str,
    label: str,
    metadata: Json,
    library: tuple[str, str],
    results: list[Json],
    source: Source,
) -> tuple[PurePosixPath, Json]:
    details = {"deployment_type": "self_deployed", "model_availability": _UNKNOWN}
    if metadata["source_type"] == "documentation":
        details["deployment_type"] = _UNKNOWN
    content = {
        "schema_version": SCHEMA,
        "source_metadata": metadata,
        "eval_library": {"name": library[0], "version": library[1]},
        "model_info": {
            "name": label,
            "id": name,
            "developer": name.partition("/")[0],
            "additional_details": details,
        },
        "evaluation_results": results,
    }
    # The same record has the same name, whenever it is written.
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    number = str(uuid.UUID(bytes=digest[:16], version=4))
    identity = f"{source.collection}-{number}/{name}/{source.time}"
    stamps = {"evaluation_id": identity, "retrieved_timestamp": str(source.time)}
    return PurePosixPath("data", source.collection, name, f"{number}.json"), content | stamps


def _result(
    item: Exported,
    score: float,
    details: Json,
    source: Source,
    texts: Mapping[str, tuple[str, ...]] | None = None,
) -> Json:
    cell, column, metric = item.cell, item.column, item.metric
    percent = metric.unit == "percent"
    data = {"test_set": column.test_set, "training_set": column.training_set}
    data |= {name: "; ".join(said) for name, said in (texts or {}).items()}
    place = [item.table.id, cell.row, cell.column, cell.metric, cell.series if texts else ""]
    return {
        "evaluation_result_id": "/".join(filter(None, place)),
        "evaluation_name": column.label,
        "source_data": {
            "dataset_name": column.label,
            "source_type": "other",
            "additional_details": _texts(data),
        },
        "metric_config": {
            "metric_id": f"{source.collection}.{slug(cell.metric)}",
            "metric_name": cell.metric,
            "metric_unit": metric.unit,
            "lower_is_better": metric.better == "lower",
            "score_type": "continuous",
            "min_score": 0 if percent else "-Infinity",
            "max_score": 100 if percent else "Infinity",
        },
        "score_details": {"score": score, **details},
    }


def _score(cell: Cell) -> Json:
    """What is known of a reproduced number beside it."""
    details = {
        "seeds": ", ".join(map(str, cell.seeds)),
        "values": ", ".join(map(repr, cell.values)),
        "reported": "" if cell.reported is None else repr(cell.reported),
        "verdict": cell.verdict,
        "reason": cell.detail,
        "compatible": "" if cell.compatible is None else str(cell.compatible).lower(),
        "choice": cell.choice,
        **{item.label: repr(item.mean) for item in cell.alternatives},
        "marks": "; ".join(cell.marks),
        "caveats": "; ".join(cell.caveats),
    }
    runs = len(cell.values)
    if cell.sd is None:
        return {"details": _texts(details)}
    error = {"value": cell.sd / runs**0.5, "method": "over runs that differ by their seed"}
    uncertainty = {"standard_error": error, "num_samples": runs}
    return {"details": _texts(details), "uncertainty": uncertainty}


def _texts(details: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in details.items() if text}
