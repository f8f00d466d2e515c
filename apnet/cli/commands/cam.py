"""`apnet cam`: where a run looks after each pyramid level (Fig. 6)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apnet.cli.command import OUTPUT, RUN, command, option
from apnet.cli.options import PATH, data_options, dataset_option, device_options
from apnet.runtime.progress import Teller


@command("Map where a run looks after each level (Figure 6).")
@option(RUN, "--run", "folder", required=True, type=PATH, metavar="DIR", help="the run's folder")
@dataset_option("whose queries")
@option(RUN, "--queries", several=True, metavar="FILE...", help="names of query images")
@option(OUTPUT, "--out", required=True, type=PATH, metavar="FILE.npz", help="the maps to write")
@data_options()
@device_options
def cam(folder: Path, dataset: str, data_root: Sequence[str], out: Path, **how: Any) -> None:
    """Write where a run looks after each level of its last pyramid."""
    from apnet.data.roots import root_of
    from apnet.evaluation.attention_maps import attention_maps

    teller = Teller(f"{folder} on {dataset}")
    attention_maps(folder, dataset, root_of(dataset, data_root), out, say=teller, **how)
