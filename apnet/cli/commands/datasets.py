"""`apnet datasets`: what datasets there are, where they lie, what their distributors counted."""

from collections.abc import Mapping

from apnet.cli.command import command, json_option
from apnet.cli.listing import first_line, show

_NOTE = (
    "Folders are under --data-root, and may have their distributor's names (--json lists them); "
    "counts are the published images (identities). For a dataset of your own give --data-root "
    "NAME=FOLDER, in Market-1501's layout, or NAME=FILE.csv."
)


@command
@json_option
def datasets(as_json: bool) -> None:
    """List the datasets: folder, published counts."""
    from apnet.config.readings import WRITTEN
    from apnet.data.registry import sound_specs
    from apnet.numeric_core import dataset_module

    entries = [
        {
            "name": spec.name,
            "about": first_line(dataset_module(spec.name)),
            "folders": spec.folders,
            "published": spec.published(WRITTEN) if spec.published else None,
        }
        for spec in sound_specs()
    ]
    show(entries, _words, as_json, _NOTE)


def _words(entry: Mapping[str, object]) -> str:
    counts = entry["published"] or {}
    splits = [
        f"{split} {counts[split]['images']:,} ({counts[split]['identities']:,})"
        for split in ("train", "query", "gallery")
        if split in counts
    ]
    return f"{entry['about']}; folder {entry['folders'][0]}; {', '.join(splits)}"
