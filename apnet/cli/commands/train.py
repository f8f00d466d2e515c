"""`apnet train`: one run, new or continued."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from apnet.cli.command import MACHINE, RUN, command, option
from apnet.cli.kinds import FILE
from apnet.cli.options import compute_options, data_options, machine_options, run_options
from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.records.paths import TEST
from apnet.runtime.compute import ComputeOptions
from apnet.runtime.garbage import loading
from apnet.runtime.progress import ProgressPrinter


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = float("nan")
    if not seconds >= 0:
        raise InputError(f"--checkpoint-seconds: {text!r} is no time: give seconds, 0 or more")
    return seconds


_SECONDS = {"type": _seconds, "default": "120", "metavar": "SECONDS"}


@command
@run_options
@option(RUN, "--weights", type=FILE, help="ImageNet weights, as apnet weights writes them")
@data_options()
@machine_options
@option(MACHINE, "--checkpoint-seconds", **_SECONDS, help="at most this is lost when killed")
def train(settings: Settings, data_root: Sequence[str], out: Path, **how: Any) -> None:
    """Train one run; continue one that was stopped."""
    with loading():
        from apnet.data.roots import root_of
        from apnet.training import run
        from apnet.training.loop import Interrupted

    printer = ProgressPrinter(f"{settings.dataset}/{settings.model} seed {settings.seed}")
    root, compute = root_of(settings.dataset, data_root), compute_options(how)
    try:
        shown = printer.show_progress
        how |= {"compute": compute, "log": printer, "show_progress": shown}
        dataset = run.train(settings, root, out, **how)
    except Interrupted as stop:
        printer.clear()
        click.echo(f"apnet: {stop}", err=True)
        click.get_current_context().exit(128 + stop.signal)
    finally:
        printer.clear()
    if dataset.query:
        printer("next:")
        print(_evaluation(settings.dataset, data_root, out, compute))


def _evaluation(dataset: str, data_root: Sequence[str], out: Path, compute: ComputeOptions) -> str:
    """The command that evaluates a run on the test set beside its training set."""
    words = ["apnet", "evaluate", "--run", out, "--dataset", dataset, "--data-root", *data_root]
    words += ["--device", compute.device] if compute.device != "auto" else []
    words += ["--threads", compute.threads] if compute.threads else []
    return shlex.join(map(str, [*words, "--out", out / TEST / f"{dataset}.json"]))
