"""`apnet ranks`: pictures of ranked lists, a query and the nearest of its gallery."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apnet.cli.command import MACHINE, OUTPUT, RUN, command, option
from apnet.cli.kinds import FOLDER, Count, Name
from apnet.cli.options import (
    compute_options,
    data_options,
    dataset_option,
    machine_options,
    switch_option,
)
from apnet.evaluation.choice import WAYS, Choice
from apnet.runtime.progress import ProgressPrinter

_WAYS = {"type": Name(lambda: WAYS), "default": "worst"}
_CAMERAS = {"several": True, "type": int, "metavar": "NUMBER..."}
_OUT = "a .png, .pdf or .svg of all, or a folder; else RUN/ranks/DATASET, where reports look"


@command
@option(RUN, "--run", "folder", required=True, type=FOLDER, help="the run's folder")
@dataset_option("test set")
@option(RUN, "--queries", "names", several=True, metavar="FILE...", help="these query images")
@option(RUN, "--choose", "way", **_WAYS, help=f"else {', '.join(WAYS[:-1])} or {WAYS[-1]}")
@option(RUN, "--count", type=Count(1), default=8, help="of the worst, the best or random ones")
@option(RUN, "--cameras", **_CAMERAS, help="choose among queries by these alone")
@option(RUN, "--seed", type=Count(0), default=0, help="of random ones")
@option(RUN, "--top", "length", type=Count(1), default=10, help="gallery images for each")
@switch_option("change a switch of the test set from what it is in the run")
@data_options()
@machine_options
@option(MACHINE, "--batch", type=Count(1), help="images embedded at once")
@option(OUTPUT, "--out", type=FOLDER, help=_OUT)
def ranks(
    folder: Path,
    dataset: str,
    switch: dict[str, object],
    data_root: Sequence[str],
    out: Path | None,
    **how: Any,
) -> None:
    """Draw ranked lists: a query and the nearest of its gallery, right and wrong.

    The pictures show people. They are made on your machine from your copy of the dataset; do not
    publish them unless its licence allows that.
    """
    from apnet.data.roots import root_of
    from apnet.evaluation.ranks import draw_ranks

    printer = ProgressPrinter(f"{folder} on {dataset}")
    root, compute = root_of(dataset, data_root), compute_options(how)
    asked = {name: how.pop(name) for name in ("names", "way", "count", "cameras", "seed")}
    how |= {"choice": Choice(**asked), "switches": switch, "compute": compute, "log": printer}
    draw_ranks(folder, dataset, root, out, **how)
