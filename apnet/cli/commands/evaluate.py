"""`apnet evaluate`: mAP, CMC and mINP of a run on a test set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apnet.cli.command import MACHINE, OUTPUT, RUN, command, option
from apnet.cli.kinds import FILE, FOLDER, Count
from apnet.cli.options import (
    compute_options,
    data_options,
    dataset_option,
    machine_options,
    switch_option,
)
from apnet.runtime.garbage import loading
from apnet.runtime.progress import ProgressPrinter


@command
@option(RUN, "--run", "folder", required=True, type=FOLDER, help="the run's folder")
@dataset_option("test set")
@switch_option("change a switch of the test set from what it is in the run")
@data_options()
@machine_options
@option(MACHINE, "--batch", type=Count(1), help="images embedded at once")
@option(OUTPUT, "--out", required=True, type=FILE, help=".json, the record to write")
def evaluate(
    folder: Path,
    dataset: str,
    switch: dict[str, object],
    data_root: Sequence[str],
    out: Path,
    **how: Any,
) -> None:
    """Evaluate a run on a test set: mAP, CMC and mINP."""
    with loading():
        from apnet.data.roots import root_of
        from apnet.evaluation import run

    printer = ProgressPrinter(f"{folder} on {dataset}")
    root, compute = root_of(dataset, data_root), compute_options(how)
    how |= {"switches": switch, "compute": compute, "log": printer}
    run.evaluate(folder, dataset, root, out, **how)
