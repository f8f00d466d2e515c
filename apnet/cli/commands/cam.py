"""`apnet cam`: where a run looks after each level of its pyramid (Figure 6)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apnet.cli.command import OUTPUT, RUN, command, option
from apnet.cli.kinds import FILE, FOLDER
from apnet.cli.options import compute_options, data_options, dataset_option, device_options
from apnet.runtime.garbage import loading
from apnet.runtime.progress import ProgressPrinter


@command
@option(RUN, "--run", "folder", required=True, type=FOLDER, help="the run's folder")
@dataset_option("whose queries")
@option(RUN, "--queries", several=True, metavar="FILE...", help="names of query images")
@data_options()
@device_options
@option(OUTPUT, "--out", required=True, type=FILE, help=".npz, the maps to write")
def cam(folder: Path, dataset: str, data_root: Sequence[str], out: Path, **how: Any) -> None:
    """Map where a run looks after each level (Figure 6)."""
    with loading():
        from apnet.data.roots import root_of
        from apnet.evaluation.attention_maps import attention_maps

    printer = ProgressPrinter(f"{folder} on {dataset}")
    root, compute = root_of(dataset, data_root), compute_options(how)
    attention_maps(folder, dataset, root, out, compute=compute, log=printer, **how)
