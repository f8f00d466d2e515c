"""`apnet evaluate`: evaluate a run on a test set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apnet.cli.command import MACHINE, OUTPUT, RUN, command, option
from apnet.cli.options import PATH, data_options, dataset_option, machine_options
from apnet.runtime.progress import Teller


@command("Evaluate a run on a test set: mAP and CMC.")
@option(RUN, "--run", "folder", required=True, type=PATH, metavar="DIR", help="the run's folder")
@dataset_option("test set")
@option(OUTPUT, "--out", required=True, type=PATH, metavar="FILE.json", help="the record to write")
@option(MACHINE, "--batch", type=int, metavar="N", help="images embedded at once")
@data_options()
@machine_options
def evaluate(
    folder: Path,
    dataset: str,
    data_root: Sequence[str],
    out: Path,
    image_cache: Path | None,
    **how: Any,
) -> None:
    """Evaluate a run on a test set."""
    from apnet.data.roots import root_of
    from apnet.evaluation import run

    teller = Teller(f"{folder} on {dataset}")
    root = root_of(dataset, data_root)
    run.evaluate(folder, dataset, root, out, store=image_cache, say=teller, **how)
