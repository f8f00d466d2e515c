"""One run: from a dataset and settings to weights and a record in a folder of their own.

model.safetensors   the weights after the last step
run.json            what was run, on what, with which settings; written last
history.jsonl       a line an epoch
checkpoints/        the state of a training under way; removed at the end
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from apnet import numeric_core
from apnet.config.settings import Settings
from apnet.config.trainable import check_identities, check_trainable, remarks
from apnet.data import ReIDDataset, load_dataset
from apnet.data.check import describe_data
from apnet.data.pipeline.opening import open_images, source_of
from apnet.errors import InputError
from apnet.files import digest, sha256, write_json
from apnet.models.imagenet import finite_weights
from apnet.models.method import clamped_layers
from apnet.models.weights import unfinite, write_weights
from apnet.records.kept import settle
from apnet.records.paths import CHECKPOINTS, HISTORY, RECORD, WEIGHTS
from apnet.records.schema import TRAINED, UNTRAINED, GpuTrainedRun, TrainedRun
from apnet.runtime.compute import ComputeOptions
from apnet.runtime.devices import arithmetic, choose_device
from apnet.runtime.environment import SCHEMA, environment, git_state, hardware, peak_memory
from apnet.runtime.memory import enough_memory
from apnet.runtime.stopping import stop_signal
from apnet.training import checkpoint
from apnet.training.history import History
from apnet.training.loop import fit
from apnet.training.run_folder import alone, clear_halves, is_finished
from apnet.training.setup import make_batches, make_trainer
from apnet.training.summary import summary
from apnet.training.trainer import Trainer

_DEFAULT = ComputeOptions()
_CONTINUES = (
    "the same command continues from the last checkpoint (with another batch it is another run)"
)


@dataclass(frozen=True)
class _Inputs:
    """The data and the initial weights of a run.

    Attributes:
        data: the record's entry of the training set.
        initial: the record's entry of the initial weights; None starts from nothing.
    """

    dataset: ReIDDataset
    data: dict[str, object]
    initial: dict[str, str] | None


def train(
    settings: Settings,
    data_root: Path,
    out: Path,
    *,
    data_record: Path | None = None,
    weights: Path | None = None,
    compute: ComputeOptions = _DEFAULT,
    log: Callable[[str], None] = print,
    show_progress: Callable[[str, float], None] | None = None,
) -> ReIDDataset:
    """Train one run into the folder `out`; the same call continues one that was stopped.

    Args:
        data_root: the folder that holds dataset folders.
        data_record: what `apnet data check` wrote of the training set; None checks it now.
        weights: ImageNet weights, for recipes that start from them.
        log: gets a line per epoch, and some before the first.
        show_progress: as :func:`apnet.training.loop.fit` has it.

    Returns:
        What it was trained on, with the test set beside it.

    Raises:
        InputError: bad settings, data, weights or folder; memory ran out.
        apnet.training.loop.Interrupted: stopped by a signal, with its state saved.
    """
    begin = time.monotonic()
    check_trainable(settings)
    device = choose_device(compute.device, compute.threads)
    inputs = _inputs(settings, data_root, data_record, weights)
    explained = enough_memory(settings.recipe.batch, compute.workers, _CONTINUES)
    with explained, alone(out):
        if is_finished(out, settings, inputs.data, inputs.initial, log):
            return inputs.dataset
        clear_halves(out)
        for remark in remarks(settings.recipe):
            log(remark)
        trainer = make_trainer(settings, inputs.dataset, weights, device)
        history, before = _resume(trainer, out, settings, inputs, log)
        for line in summary(trainer, inputs.dataset, out):
            log(line)

        def elapsed() -> float:
            return before + time.monotonic() - begin

        cache, workers = compute.image_cache, compute.workers
        dataset, recipe = inputs.dataset, settings.recipe
        images = open_images(dataset, "train", recipe, device, cache, workers, log)
        batches = make_batches(images, settings, dataset, trainer, workers)
        # A signal after the last step waits the second that is left to do.
        with stop_signal():
            with closing(batches):
                seconds = compute.checkpoint_seconds
                fit(trainer, batches, history, seconds, elapsed, log, show_progress)
            _check_finite(trainer)
            write_weights(out / WEIGHTS, trainer.model.state_dict())
            record = _record(trainer, settings, inputs, elapsed(), source_of(images), out)
            write_json(out / RECORD, record.content())
            if record.provenance == UNTRAINED:
                log("untrained: with 0 epochs the network takes no step")
            settle(out / WEIGHTS, out / RECORD)
            shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)
    return inputs.dataset


def _inputs(
    settings: Settings, data_root: Path, data_record: Path | None, weights: Path | None
) -> _Inputs:
    dataset = load_dataset(settings.dataset, data_root, settings.reading)
    if not dataset.train:
        raise InputError(f"{settings.dataset} has no training images, so nothing learns from it")
    images = Counter(sample.identity for sample in dataset.train)
    check_identities(list(images.values()), settings.recipe, settings.dataset)
    data = describe_data(dataset, data_root, settings.reading, data_record)
    return _Inputs(dataset, data, _initial_weights(settings, weights))


def _resume(
    trainer: Trainer,
    out: Path,
    settings: Settings,
    inputs: _Inputs,
    log: Callable[[str], None],
) -> tuple[History, float]:
    """Bring the trainer to the newest checkpoint of this training, if there is one.

    Returns:
        The history, and the seconds that stopped processes took up to the state they left.
    """
    code = numeric_core.training(settings.model, settings.dataset)
    identity = digest([settings.record(), inputs.data, inputs.initial, code])
    checkpoints = out / CHECKPOINTS / identity[:12]
    history = History(out / HISTORY, checkpoints)
    if any(other != checkpoints for other in checkpoints.parent.glob("*")):
        log(
            "another training was started here, with other settings, data, weights or code: "
            "its state is kept until this one ends"
        )
    state = checkpoint.load_newest(checkpoints, log)
    if state is None:
        history.restart()
        return history, 0.0
    trainer.load_state_dict(state)
    log(f"continuing after step {trainer.step} of {trainer.steps}")
    return history, state["seconds"]


def _record(
    trainer: Trainer, settings: Settings, inputs: _Inputs, seconds: float, source: str, out: Path
) -> TrainedRun:
    """run.json of a training that has ended.

    Args:
        seconds: that it took.
        source: of its images.
        out: the folder that holds its weights.
    """
    device = trainer.device
    model = GpuTrainedRun if device.type == "cuda" else TrainedRun
    switches = asdict(trainer.switches)
    return model(
        version=SCHEMA,
        **settings.record(),
        settings_sha256=settings.sha256(),
        code_fingerprint=numeric_core.training(settings.model, settings.dataset),
        provenance=TRAINED if trainer.steps else UNTRAINED,
        data=inputs.data,
        weights=inputs.initial,
        clamped=clamped_layers(trainer.model),
        checkpoint_sha256=sha256(out / WEIGHTS),
        environment=environment(),
        git=git_state(),
        steps=trainer.steps,
        steps_per_epoch=trainer.steps_per_epoch,
        wall_seconds=round(seconds, 3),
        images_per_second=round(trainer.steps * settings.recipe.batch / seconds, 3),
        **peak_memory(str(device)),
        images=source,
        arithmetic={**arithmetic(device, settings.recipe.precision), **switches},
        hardware=hardware(str(device), torch.get_num_threads()),
    )


def _initial_weights(settings: Settings, weights: Path | None) -> dict[str, str] | None:
    if not settings.recipe.pretrained:
        if weights is not None:
            raise InputError(
                f"recipe {settings.recipe.name} starts from nothing: leave out --weights, or set "
                f"pretrained=true"
            )
        return None
    if weights is None:
        raise InputError(
            f"recipe {settings.recipe.name} starts from ImageNet weights: name their file with "
            f"--weights (apnet weights makes it)"
        )
    if not weights.is_file():
        raise InputError(f"no weights at {weights}: make them with apnet weights")
    finite_weights(weights)
    return {"file": weights.name, "sha256": sha256(weights)}


def _check_finite(trainer: Trainer) -> None:
    """After the last step no loss would show bad weights."""
    bad = unfinite(trainer.model.state_dict())
    if bad is not None:
        raise InputError(
            f"the last step left weights that are not finite, first in {bad}: lower the "
            f"learning rate"
        )
