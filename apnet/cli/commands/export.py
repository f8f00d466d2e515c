"""`apnet export`: a run's network for use elsewhere."""

from pathlib import Path

import click

from apnet.cli.command import OUTPUT, RUN, command, option
from apnet.cli.kinds import FILE, FOLDER, image_size
from apnet.errors import InputError
from apnet.runtime.garbage import loading

_FEATURE = {"type": click.Choice(["bn", "logits"]), "default": "bn"}
_INPUT = {"type": image_size, "metavar": "HxW", "show_default": "that of the training"}


def _batch(text: str) -> int | None:
    """A number of images; None for `dynamic`."""
    if text == "dynamic":
        return None
    if not text.isdecimal() or not int(text):
        raise InputError(f"--batch wants a whole number from 1, or dynamic, not {text}")
    return int(text)


@command
@option(RUN, "--run", "folder", required=True, type=FOLDER, help="the run's folder")
@option(RUN, "--input", "size", **_INPUT, help="of the images")
@option(RUN, "--batch", type=_batch, default="dynamic", help="images at once, or dynamic for any")
@option(RUN, "--feature", **_FEATURE, help="the embedding after the BN neck, or the logits")
@option(RUN, "--flip", is_flag=True, help="take the mean with the mirror image's inside")
@option(OUTPUT, "--onnx", "out", required=True, type=FILE, help=".onnx, the file to write")
def export(folder: Path, out: Path, **form: object) -> None:
    """Write a run's network as ONNX, checked against PyTorch.

    It takes normalised images and gives their embeddings. The file is kept only if ONNX Runtime
    gives what PyTorch gives, to 1e-4, on random images.
    """
    with loading():
        from apnet.evaluation.onnx_export import Form, export_onnx

    export_onnx(folder, out, Form(**form))
