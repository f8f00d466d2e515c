"""One run: from a dataset and settings to weights and a record in a folder of their own.

model.safetensors   the weights after the last step
run.json            what was run, on what, with which settings; written last
history.jsonl       a line an epoch
checkpoints/        the state of a training under way; removed at the end
"""

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import torch

from apnet.config.settings import Settings
from apnet.data import ReIDDataset, load_dataset
from apnet.data.describe import describe
from apnet.data.pipeline.loading import training_batches
from apnet.data.pipeline.opening import open_images, source_of
from apnet.data.pipeline.sampling import steps_per_epoch
from apnet.errors import InputError
from apnet.files import digest, read_json, sha256, write_json
from apnet.fingerprint import TRAINING, code_fingerprint
from apnet.models.build import build_model, load_imagenet
from apnet.models.method import clamped_layers
from apnet.models.weights import read_weights, unfinite, write_weights
from apnet.runtime.devices import arithmetic, choose_device
from apnet.runtime.environment import SCHEMA, environment, git_state, hardware, peak_memory
from apnet.training import checkpoint
from apnet.training.history import History
from apnet.training.loop import fit, stop_signal
from apnet.training.trainer import Trainer

WEIGHTS = "model.safetensors"
RECORD = "run.json"
HISTORY = "history.jsonl"
CHECKPOINTS = "checkpoints"


def train(
    settings: Settings,
    data_root: Path,
    out: Path,
    *,
    data_record: Path | None = None,
    weights: Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    workers: int = 0,
    store: Path | None = None,
    checkpoint_seconds: float = 120,
    say: Callable[[str], None] = print,
    watch: Callable[[str], None] | None = None,
) -> None:
    """Train one run into the folder `out`; the same call continues one that was stopped.

    Args:
        data_root: the folder that holds dataset folders.
        data_record: what `apnet data check` wrote of the training set; None checks it now.
        weights: ImageNet weights, for recipes that start from them.
        workers: processes that load images; 0 loads in this one.
        store: folder of decoded images that jobs share; None decodes the files in this job.
        checkpoint_seconds: at most so much training is lost to a kill.
        say: told of progress, a line at a time.
        watch: shown progress within an epoch; None if nobody watches.

    Raises:
        InputError: bad settings, data, weights or folder.
        apnet.training.loop.Interrupted: stopped by a signal, with its state saved.
    """
    begin = time.monotonic()
    place = choose_device(device, threads)
    dataset = load_dataset(settings.dataset, data_root, settings.reading)
    if not dataset.train:
        raise InputError(f"{settings.dataset} has no training images, so nothing learns from it")
    data = describe(dataset, data_root, settings.reading, data_record)
    initial = _initial_weights(settings, weights)
    identity = digest([settings.record(), data, initial, code_fingerprint(TRAINING)])
    with alone(out):
        if _finished(out, settings, data, initial, say):
            return
        _clear(out)
        torch.manual_seed(settings.seed)
        trainer = _trainer(settings, dataset, weights, place)
        checkpoints = out / CHECKPOINTS / identity[:12]
        history = History(out / HISTORY, checkpoints)
        if any(other != checkpoints for other in checkpoints.parent.glob("*")):
            say(
                "another training was begun here, with other settings, data, weights or code: "
                "what it reached is kept until this one ends"
            )
        state = checkpoint.load_newest(checkpoints, say)
        if state is None:
            history.restart()
        else:
            trainer.load_state_dict(state)
            # What stopped processes took counts, up to the state that they left.
            begin -= state["seconds"]
            say(f"continuing after step {trainer.step} of {trainer.steps}")
        images = open_images(dataset, "train", settings.recipe, place, store, workers, say)
        identities = [sample.identity for sample in dataset.train]
        batches = training_batches(
            images, identities, settings.recipe, settings.seed, trainer.step, workers, place
        )

        def elapsed() -> float:
            return time.monotonic() - begin

        # A signal after the last step waits the second that is left to do.
        with stop_signal():
            with closing(batches):
                fit(trainer, batches, history, checkpoints, checkpoint_seconds, elapsed, say, watch)
            _check_finite(trainer)
            write_weights(out / WEIGHTS, trainer.model.state_dict())
            seconds = elapsed()
            record = {
                "schema": SCHEMA,
                **settings.record(),
                "settings_sha256": settings.sha256(),
                "data": data,
                "weights": initial,
                "images": source_of(images),
                "wall_seconds": round(seconds, 3),
                "images_per_second": round(trainer.steps * settings.recipe.batch / seconds, 3),
                "checkpoint_sha256": sha256(out / WEIGHTS),
            }
            write_json(out / RECORD, record | _circumstances(trainer))
            shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)


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
    return {"file": weights.name, "sha256": sha256(weights)}


def _clear(out: Path) -> None:
    """Remove what killed processes left half-written."""
    for name in (WEIGHTS, RECORD):
        for left in out.glob(f".{name}.*"):
            left.unlink(missing_ok=True)


def _check_finite(trainer: Trainer) -> None:
    """No loss comes after the last step that would show what it did."""
    bad = unfinite(trainer.model.state_dict())
    if bad is not None:
        raise InputError(
            f"the last step left weights that are not finite, first in {bad}: lower the "
            f"learning rate"
        )


def _circumstances(trainer: Trainer) -> dict[str, object]:
    """What the record holds of the code, the machine and the network."""
    return {
        "code_fingerprint": code_fingerprint(TRAINING),
        "provenance": "trained",
        "widened": clamped_layers(trainer.model),
        "steps": trainer.steps,
        "steps_per_epoch": trainer.steps_per_epoch,
        **peak_memory(str(trainer.device)),
        "arithmetic": {
            **arithmetic(trainer.device, trainer.recipe.precision),
            **asdict(trainer.switches),
        },
        "environment": environment(),
        "hardware": hardware(str(trainer.device), torch.get_num_threads()),
        "git": git_state(),
    }


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the run's folder; the lock goes with the process, however that ends."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        stream = (out / ".lock").open("w")
    except OSError as error:
        raise InputError(f"cannot write to {out}: {error.strerror}") from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"another process is training into {out}: wait for it") from None
        except OSError as error:
            raise InputError(f"cannot lock {out / '.lock'}: {error.strerror}") from error
        yield


def _finished(
    out: Path,
    settings: Settings,
    data: dict[str, object],
    initial: dict[str, str] | None,
    say: Callable[[str], None],
) -> bool:
    if not (out / RECORD).exists():
        return False
    record = read_json(out / RECORD)
    wanted = {"settings_sha256": settings.sha256(), "data": data, "weights": initial}
    names = {"settings_sha256": "settings", "data": "data", "weights": "initial weights"}
    for key, value in wanted.items():
        if not isinstance(record, dict) or record.get(key) != value:
            raise InputError(
                f"{out} holds a run with other {names[key]}: choose another --out, or delete it"
            )
    say(f"{out} is already trained; delete it to train again")
    return True


def _trainer(
    settings: Settings, dataset: ReIDDataset, weights: Path | None, device: torch.device
) -> Trainer:
    recipe = settings.recipe
    classes = len({sample.identity for sample in dataset.train})
    model = build_model(
        settings.model,
        classes,
        settings.reading,
        input_size=(recipe.height, recipe.width),
        batchnorm_momentum=recipe.batchnorm_momentum,
    )
    if recipe.pretrained:
        load_imagenet(model, read_weights(weights))
    steps = steps_per_epoch([sample.identity for sample in dataset.train], recipe)
    return Trainer(model, recipe, settings.reading, steps, classes, device)
