"""The tables of docs/records.md, from the descriptions of the schema's fields.

    python -m apnet.records.page docs/records.md

writes them anew between the page's markers.
"""

import re
import sys
from pathlib import Path

from apnet.files import write_text
from apnet.records import blocks, floors, galleries, other_jobs, ranked, schema
from apnet.records.blocks import Record

MODELS: dict[str, tuple[type[Record], ...]] = {
    "run": (schema.Run, schema.ImportedRun, schema.TrainedRun),
    "history": (schema.Epoch,),
    "evaluation": (schema.Evaluation,),
    "data": (blocks.Data,),
    "data counts": (blocks.DataCounts,),
    "environment": (blocks.Environment,),
    "arithmetic": (blocks.Arithmetic, blocks.TrainingArithmetic, blocks.GpuArithmetic),
    "hardware": (blocks.Hardware, blocks.GpuHardware),
    "protocol": (blocks.Protocol,),
    "counts": (blocks.TestCounts,),
    "other gallery": (galleries.OtherGallery,),
    "without learning": (floors.WithoutLearning,),
    "training": (blocks.Training,),
    "attention maps": (other_jobs.AttentionMaps,),
    "ranked lists": (ranked.RankedLists,),
    "recorded": (ranked.Agreement,),
    "ranked query": (ranked.RankedQuery,),
    "ranked image": (ranked.RankedImage,),
    "cost": (other_jobs.Cost,),
    "switch effects": (other_jobs.SwitchEffects,),
    "switch change": (other_jobs.SwitchChange,),
    "dataset check": (other_jobs.DatasetCheck,),
}
"""Marker -> the models whose fields stand there, each once."""

_TABLE = re.compile(r"(?<=<!-- fields: )([a-z ]+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with every table as the schema has it."""
    return _TABLE.sub(lambda match: f"{match[1]}{match[2]}\n{_table(match[1])}\n", page)


def keys(model: type[Record]) -> set[str]:
    """The keys of a record, as they are written."""
    return {field.alias or name for name, field in model.model_fields.items()}


def _table(marker: str) -> str:
    rows = {
        field.alias or name: " ".join(field.description.split())
        for model in MODELS[marker]
        for name, field in model.model_fields.items()
        if field.description
    }
    lines = ["| key | what it holds |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{key}` | {text} |" for key, text in rows.items())]) + "\n"


def main() -> None:
    """Write the tables of the page that is named."""
    page = Path(sys.argv[1])
    write_text(page, with_tables(page.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
