"""The training loop: steps, history, checkpoints, and a clean end on a signal."""

import math
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from torch import Tensor

from apnet.errors import InputError
from apnet.records.schema import Epoch
from apnet.runtime.devices import resolve_precision
from apnet.runtime.stopping import stop_signal
from apnet.training import checkpoint
from apnet.training.history import History
from apnet.training.schedule import learning_rate
from apnet.training.trainer import Trainer

_SHOWN_EVERY = 1.0
"""Seconds. To show a loss is to wait for the device, so it is not done at every step."""


class Interrupted(Exception):
    """Training was stopped by a signal (Ctrl-C, pre-emption, a hang-up) and has saved its state.

    Attributes:
        signal: number of the signal.
    """

    def __init__(self, number: int, step: int) -> None:
        super().__init__(f"stopped after step {step}: the same command continues from there")
        self.signal = number


def fit(
    trainer: Trainer,
    batches: Iterator[tuple[Tensor, Tensor]],
    history: History,
    checkpoint_seconds: float,
    elapsed: Callable[[], float],
    log: Callable[[str], None],
    show_progress: Callable[[str, float], None] | None = None,
) -> None:
    """Train until the recipe's last step.

    Args:
        trainer: at the step to begin with.
        batches: images and labels from that step on.
        history: gets a line an epoch; the training's state is saved in its folder of
            checkpoints, at most every `checkpoint_seconds` and when interrupted.
        elapsed: seconds that the training has taken; saved with its state.
        log: gets a line per epoch.
        show_progress: gets the same, and the share of steps done, at the first step and about
            once a second within an epoch; None for no such lines.

    Raises:
        Interrupted: a signal that stops came; the state is saved.
        InputError: the loss is no longer finite.
    """
    pace = _Pace(trainer)
    saved, shown = time.monotonic(), -math.inf
    with stop_signal() as stop:
        while trainer.step < trainer.steps:
            lr = trainer.lr
            trainer.train_step(*next(batches))
            epoch_ends = trainer.step % trainer.steps_per_epoch == 0
            due = time.monotonic() - saved > checkpoint_seconds
            if epoch_ends or due or stop:
                _check_finite(trainer)
            if epoch_ends:
                entry = {"epoch": trainer.epoch, "step": trainer.step, "lr": lr}
                entry |= trainer.epoch_losses() | pace.measure()
                history.append(Epoch(**entry))
                log(_line(trainer, entry, pace.left()))
                pace.mark()
            elif show_progress is not None and time.monotonic() - shown > _SHOWN_EVERY:
                entry = {"epoch": trainer.epoch + 1, "step": trainer.step, "lr": lr}
                entry |= trainer.epoch_losses() | pace.measure()
                show_progress(_line(trainer, entry, pace.left()), trainer.step / trainer.steps)
                shown = time.monotonic()
            if trainer.step == trainer.steps:
                return
            if due or stop:
                state = trainer.state_dict() | {"seconds": elapsed()}
                checkpoint.save(history.checkpoints, trainer.step, state)
                saved = time.monotonic()
            if stop:
                raise Interrupted(stop[0], trainer.step)


def _check_finite(trainer: Trainer) -> None:
    bad = trainer.first_bad_step()
    if bad is None:
        return
    epoch = bad // trainer.steps_per_epoch
    half = resolve_precision(trainer.device, trainer.recipe.precision) != "float32"
    raise InputError(
        f"the loss was not finite at step {bad + 1} (epoch {epoch + 1}, learning rate "
        f"{learning_rate(trainer.recipe, epoch):.2g}): lower the learning rate"
        + (", or set precision=float32" if half else "")
    )


def _line(trainer: Trainer, entry: dict[str, float], left: timedelta) -> str:
    return (
        f"epoch {entry['epoch']}/{trainer.recipe.epochs}  step {entry['step']}/{trainer.steps}  "
        f"loss {entry['loss']:.3f}  lr {entry['lr']:.1e}  "
        f"{entry['images_per_second']:.0f} images/s  {left} left"
    )


class _Pace:
    """Images per second since the last mark, and the time that is left at the mean pace."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._begin = self._mark = (time.monotonic(), trainer.step)

    def measure(self) -> dict[str, float]:
        now = (time.monotonic(), self._trainer.step)
        seconds, steps = now[0] - self._mark[0], now[1] - self._mark[1]
        images = steps * self._trainer.recipe.batch
        return {"seconds": round(seconds, 3), "images_per_second": round(images / seconds, 2)}

    def mark(self) -> None:
        self._mark = (time.monotonic(), self._trainer.step)

    def left(self) -> timedelta:
        seconds, steps = time.monotonic() - self._begin[0], self._trainer.step - self._begin[1]
        return timedelta(
            seconds=round(seconds / steps * (self._trainer.steps - self._trainer.step))
        )
