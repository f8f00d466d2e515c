"""A run that somebody else trained: from their checkpoint to a run's folder.

`apnet evaluate` and the tables take it as any other. Its record says `imported` and holds the
digest of the file that it came from.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from apnet.config.backbones import backbones
from apnet.config.settings import Settings
from apnet.data import get_source, load_dataset
from apnet.data.check import describe_data
from apnet.errors import InputError
from apnet.files import sha256, write_json
from apnet.models.build import build_for
from apnet.models.importers.checkpoints import Checkpoint, plain_state, read_checkpoint
from apnet.models.importers.released import load_released
from apnet.models.importers.rga import load_rga
from apnet.models.method import Method, clamped_layers
from apnet.models.staged import Backbone, load_backbone
from apnet.models.weights import fill, unfinite, write_weights
from apnet.records.paths import CHECKPOINTS, HISTORY, RECORD, WEIGHTS
from apnet.records.schema import IMPORTED, ImportedRun
from apnet.runtime.environment import SCHEMA, environment, git_state
from apnet.training.run_folder import alone

_CLASSIFIERS = ("classifier.weight", "cls.weight")
"""The classifier, as the release and RGA name it."""

_BACKBONES = ("backbone.", "base.")
"""How the names of a run's backbone begin; those of a backbone alone lack this."""


def import_checkpoint(
    file: Path,
    settings: Settings,
    out: Path,
    *,
    data_root: Path | None = None,
    data_record: Path | None = None,
) -> dict[str, object]:
    """Write the run that `file` holds into the folder `out`.

    Args:
        file: .safetensors, or what torch.save wrote of a state dict, with the names of this
            project, of the authors' released code, or of RGA's; they may carry a wrapper's
            `module.` or `_orig_mod.`.
        settings: of the run. Nothing but the network can be checked.
        data_root: where the training set lies; None takes its published counts.
        data_record: what `apnet data check` wrote of the training set.

    Returns:
        The record, as written to run.json.

    Raises:
        InputError: an unreadable file, weights that are not that model's, a number of
            identities that is not the training set's, or a run in `out` already, be it
            half-done.
    """
    if not file.is_file():
        raise InputError(f"no checkpoint at {file}: name a .safetensors or .pth file")
    data = _training_data(settings, data_root, data_record)
    found = read_checkpoint(file)
    model, names = _network(file, found, settings, data["counts"]["train"]["identities"])
    with alone(out):
        if (out / RECORD).exists():
            raise InputError(f"{out} holds a run already: choose another --out, or delete it")
        if any((out / name).exists() for name in (HISTORY, CHECKPOINTS)):
            raise InputError(
                f"{out} holds a training that has not ended: end it with apnet train, choose "
                f"another --out, or delete it"
            )
        write_weights(out / WEIGHTS, model.state_dict())
        record = ImportedRun(
            version=SCHEMA,
            **settings.record(),
            settings_sha256=settings.sha256(),
            code_fingerprint=IMPORTED,
            provenance=IMPORTED,
            data=data,
            weights=None,
            clamped=clamped_layers(model),
            checkpoint_sha256=sha256(out / WEIGHTS),
            environment=environment(),
            git=git_state(),
            imported={"file": file.name, "sha256": sha256(file), "names": names} | _taken(found),
        ).content()
        write_json(out / RECORD, record)
    return record


def _taken(found: Checkpoint) -> dict[str, object]:
    """Which weights of a checkpoint were taken, for the record; nothing of a state dict alone."""
    return {"key": found.key, "left": found.left} if found.key else {}


def _network(
    file: Path, found: Checkpoint, settings: Settings, identities: int
) -> tuple[nn.Module, str]:
    """The model in the file, and the origin of the names of its weights."""
    refusal = f"{file} does not fit {settings.model}"
    state = plain_state(found.state, refusal)
    _check_run(file, state)
    model = build_for(settings, identities)
    _check_classes(file, state, model, settings, identities)
    names = _fill(model, state, refusal)
    bad = unfinite(model.state_dict())
    if bad is not None:
        raise InputError(f"{file} holds numbers that are not finite, first in {bad}")
    return model, names


def _training_data(
    settings: Settings, data_root: Path | None, data_record: Path | None
) -> dict[str, object]:
    """The training set in the record: as it is on disk, or as it was published."""
    if data_root is not None:
        dataset = load_dataset(settings.dataset, data_root, settings.reading)
        return describe_data(dataset, data_root, settings.reading, data_record)
    return {
        "name": settings.dataset,
        "fingerprint": "as published",
        "counts": get_source(settings.dataset).published(settings.reading),
        "synthetic": False,
        "published": True,
    }


def _check_run(file: Path, state: Mapping[str, Tensor]) -> None:
    """Refuse what `apnet weights` takes: a backbone alone, under torchvision's names.

    Before that, a word that a trainer puts before every name, such as Lightning's `model.`.
    """
    if any(name.startswith(_BACKBONES) for name in state):
        return
    words = {name.partition(".")[0] for name in state}
    if len(words) == 1 and any(n.partition(".")[2].startswith(_BACKBONES) for n in state):
        raise InputError(
            f"every name in {file} begins with {words.pop()}., and ours begin after that: save the "
            f"state dict with names without it"
        )
    for backbone in backbones():
        try:
            with torch.device("meta"):
                load_backbone(Backbone(backbone), state)
        except InputError:
            continue
        raise InputError(
            f"{file} holds ImageNet weights of {backbone}, not a run: apnet weights takes "
            f"them, saved as a state dict alone"
        )


def _check_classes(
    file: Path, state: Mapping[str, Tensor], model: Method, settings: Settings, identities: int
) -> None:
    """Refuse a classifier of another number of identities before its shape is refused."""
    classifiers = {id(layer) for layer in model.classifiers()}
    names = [f"{name}.weight" for name, layer in model.named_modules() if id(layer) in classifiers]
    for name in (*names, *_CLASSIFIERS):
        # A single number is refused later, for its shape.
        if name in state and state[name].ndim and len(state[name]) != identities:
            raise InputError(
                f"{file} has a classifier of {len(state[name])} identities, and "
                f"{settings.dataset} has {identities} for training: name the --dataset that it "
                f"was trained on, and the --data-root of one that is not as published"
            )


def _fill(model: nn.Module, state: Mapping[str, Tensor], refusal: str) -> str:
    """Fill the model; returns the origin of the weights' names."""
    if any(key.startswith("base.") for key in state):
        load_released(model, state)
        return "released"
    if any(key.startswith("backbone.rga_att") for key in state):
        load_rga(model, state)
        return "rga"
    fill(model.state_dict(), state, refusal)
    return "apnet"
