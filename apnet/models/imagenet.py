"""ImageNet weights of a backbone: fetched or read once, checked, kept as safetensors."""

from http.client import HTTPException
from pathlib import Path

import torch
from torch import Tensor

from apnet.config.backbones import backbones
from apnet.errors import InputError, one_of
from apnet.files import sha256
from apnet.models.build import build_model, load_imagenet
from apnet.models.importers.checkpoints import plain_state
from apnet.models.weights import read_weights, unfinite, write_weights


def convert_weights(
    backbone: str, out: Path, source: Path | None = None, expected_sha256: str | None = None
) -> str:
    """Write a backbone's ImageNet weights, under its own names, as safetensors.

    Args:
        backbone: its name.
        source: a .pth or .safetensors file; None downloads what the backbone's file names:
            torchvision's first (V1) weights, those of the paper's time.
        expected_sha256: refuse another `source`.

    Returns:
        The SHA-256 of what was read.

    Raises:
        InputError: unknown backbone, no network, an unreadable file, another digest, the
            weights of another architecture, or numbers that are not finite.
    """
    if backbone not in backbones():
        raise one_of("backbone", backbone, tuple(backbones()))
    file = _download(backbone) if source is None else source
    if not file.is_file():
        raise InputError(f"no weights at {file}: name a .pth or .safetensors file")
    actual = sha256(file)
    if expected_sha256 is not None and actual != expected_sha256.lower():
        raise InputError(f"{file} has SHA-256 {actual}, not the expected {expected_sha256}")
    state = plain_state(finite_weights(file), f"{file} does not fit {backbone}")
    load_imagenet(build_model(backbone, num_classes=1), state)
    write_weights(out, state, source_sha256=actual)
    return actual


def finite_weights(file: Path) -> dict[str, Tensor]:
    """The state dict in a file, for a network that is to be trained from it.

    Raises:
        InputError: as :func:`read_weights`, and numbers that are not finite.
    """
    state = read_weights(file)
    bad = unfinite(state)
    if bad is not None:
        raise InputError(
            f"{file} holds numbers that are not finite, first in {bad}: fetch it again"
        )
    return state


def _download(backbone: str) -> Path:
    """The backbone's file in torch's own cache; its name ends in the digest it must have."""
    url = backbones()[backbone].weights_url
    if url is None:
        raise InputError(
            f"no address is known for ImageNet weights of {backbone}: name a file, with --from or "
            f"under weights in the config"
        )
    file = Path(torch.hub.get_dir()) / "checkpoints" / Path(url).name
    digest = file.stem.rpartition("-")[2]
    if not file.is_file():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(url, str(file), hash_prefix=digest, progress=False)
        except (OSError, RuntimeError, HTTPException) as error:
            raise InputError(
                f"cannot download {url} ({error}): fetch it elsewhere and name the file, with "
                f"--from or under weights in the config"
            ) from error
    if not sha256(file).startswith(digest):
        raise InputError(f"{file} is damaged: delete it, and it is downloaded again")
    return file
