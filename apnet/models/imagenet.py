"""ImageNet weights of a backbone: fetched or read once, checked, kept as safetensors."""

import pickle
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from apnet.errors import InputError
from apnet.files import replaced, sha256
from apnet.models import build_model, load_imagenet
from apnet.vision import torchvision


def convert_weights(
    backbone: str, out: Path, source: Path | None = None, expected_sha256: str | None = None
) -> str:
    """Write a backbone's ImageNet weights, under torchvision's names, as safetensors.

    Args:
        backbone: torchvision's name.
        source: a .pth or .safetensors file with torchvision's names; None downloads
            torchvision's first (V1) weights, those of the paper's time.
        expected_sha256: refuse another `source`.

    Returns:
        The SHA-256 of what was read.

    Raises:
        InputError: no network, an unreadable file, another digest, or the weights of
            another architecture.
    """
    file = _download(backbone) if source is None else source
    if not file.is_file():
        raise InputError(f"no weights at {file}: name a .pth or .safetensors file")
    found = sha256(file)
    if expected_sha256 is not None and found != expected_sha256.lower():
        raise InputError(f"{file} has SHA-256 {found}, not the expected {expected_sha256}")
    state = _read(file)
    load_imagenet(build_model(backbone, num_classes=1), state)
    with replaced(out) as temporary:
        tensors = {name: tensor.contiguous() for name, tensor in state.items()}
        save_file(tensors, temporary, metadata={"format": "pt", "source_sha256": found})
    return found


def _download(backbone: str) -> Path:
    """Torchvision's file in torch's own cache; its name ends in the digest it must have."""
    weights = torchvision.models.get_model_weights(backbone).IMAGENET1K_V1
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    try:
        weights.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"cannot download {weights.url} ({error}): fetch it elsewhere and name the file "
            f"with --from"
        ) from error
    return folder / Path(weights.url).name


def _read(file: Path) -> dict[str, Tensor]:
    try:
        if file.suffix == ".safetensors":
            return load_file(file)
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, SafetensorError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"cannot read weights from {file}: {reason}") from error
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise InputError(f"{file} holds no plain state dict: save model.state_dict() alone")
    return state
