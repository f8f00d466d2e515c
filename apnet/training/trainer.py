"""One training step, and the state that decides the next one."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from apnet.config.readings import Reading
from apnet.config.recipes import Recipe
from apnet.runtime.devices import autocast
from apnet.training.acceleration import decide
from apnet.training.losses import BatchHardTripletLoss, LabelSmoothedCrossEntropy
from apnet.training.optimiser import Adam
from apnet.training.schedule import learning_rate

LOSSES = ("loss", "identity_loss", "triplet_loss")


class Trainer:
    """A model under training: Eq. 9's loss, Adam, the recipe's schedule.

    Args:
        model: as :func:`apnet.models.build_model` makes it.
        reading: decides the label-smoothing divisor and who shares BatchNorm statistics.
        steps_per_epoch: the schedule moves once an epoch.
        num_classes: training identities.
        device: where the model is trained.

    Attributes:
        step: steps done; the next one is step number `step`, counted from 0.
        switches: how a step is computed: the recipe's, decided for the device.

    Raises:
        InputError: the recipe asks for a compiled network and nothing here compiles it.
    """

    def __init__(
        self,
        model: nn.Module,
        recipe: Recipe,
        reading: Reading,
        steps_per_epoch: int,
        num_classes: int,
        device: torch.device,
    ) -> None:
        self.switches = decide(recipe, device)
        # Images come from a GPU with channels last, so the other layout has to be set, too.
        last = self.switches.channels_last
        self._layout = torch.channels_last if last else torch.contiguous_format
        self.model = model.to(device, memory_format=self._layout)
        if self.switches.compile:
            # In place, so that weights keep their names.
            self.model.compile()
        self.recipe = recipe
        self.steps_per_epoch = steps_per_epoch
        self.device = device
        self.step = 0
        self._share = reading.batchnorm_batch or recipe.identities * recipe.instances
        self._identity = LabelSmoothedCrossEntropy(
            reading.smoothing_classes or num_classes, recipe.smoothing
        )
        self._triplet = BatchHardTripletLoss(recipe.margin)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._optimiser = Adam(
            trained,
            lr=recipe.lr,
            weight_decay=recipe.weight_decay,
            # With False it would go tensor by tensor, slower than what PyTorch chooses unasked.
            fused=True if self.switches.fused else None,
        )
        # Read back once an epoch: a look at a loss on every step would stall the device.
        self._losses = torch.zeros(steps_per_epoch, len(LOSSES), device=device)

    @property
    def steps(self) -> int:
        """Steps in the whole training."""
        return self.recipe.epochs * self.steps_per_epoch

    @property
    def epoch(self) -> int:
        """The epoch that the next step belongs to, counted from 0."""
        return self.step // self.steps_per_epoch

    @property
    def lr(self) -> float:
        """Learning rate of the next step."""
        return learning_rate(self.recipe, self.epoch)

    def train_step(self, images: Tensor, labels: Tensor) -> None:
        """One step on `images` (B x 3 x H x W) with `labels` (B, int64 from 0)."""
        self.model.train()
        images = images.to(self.device, non_blocking=True).to(memory_format=self._layout)
        labels = labels.to(self.device, non_blocking=True)
        for group in self._optimiser.param_groups:
            group["lr"] = self.lr
        identity, triplet = self._loss(*self._forward(images), labels)
        loss = identity + self.recipe.triplet_weight * triplet
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()
        row = self._losses[self.step % self.steps_per_epoch]
        row.copy_(torch.stack([loss, identity, triplet]).detach())
        self.step += 1

    def epoch_losses(self) -> dict[str, float]:
        """Means over the steps that the epoch of the last step has had."""
        done = (self.step - 1) % self.steps_per_epoch + 1
        means = self._losses[:done].mean(dim=0).tolist()
        return dict(zip(LOSSES, means, strict=True))

    def first_bad_step(self) -> int | None:
        """The first step of the last step's epoch whose loss is not finite."""
        first = (self.step - 1) // self.steps_per_epoch * self.steps_per_epoch
        bad = (~self._losses[: self.step - first, 0].isfinite()).nonzero()
        return first + int(bad[0]) if len(bad) else None

    def state_dict(self) -> dict[str, object]:
        """Everything that decides the steps to come and the log of this epoch."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "losses": self._losses,
            "random": torch.get_rng_state(),
        }
        if self.device.type == "cuda":
            state["random_device"] = torch.cuda.get_rng_state(self.device)
        return state

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Continue where `state` was taken."""
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._lay_out_moments()
        self._losses.copy_(state["losses"])
        torch.set_rng_state(state["random"])
        if "random_device" in state and self.device.type == "cuda":
            torch.cuda.set_rng_state(state["random_device"], self.device)

    def _lay_out_moments(self) -> None:
        """Give Adam's moments the memory format of their parameters, as its kernel expects.

        They were saved where `auto` may have meant another one.
        """
        for parameter, values in self._optimiser.state.items():
            for name, value in values.items():
                if value.shape == parameter.shape:
                    values[name] = torch.empty_like(parameter).copy_(value)

    def _forward(self, images: Tensor) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Logits and features of each head, over shares that have BatchNorm statistics apart."""
        outputs = []
        with autocast(self.device, self.recipe.precision):
            for number, share in enumerate(images.split(self._share)):
                with _running_statistics(self.model, updated=number == 0):
                    logits, features = self.model(share)
                outputs.append((_heads(logits), _heads(features)))
        gathered = [zip(*part, strict=True) for part in zip(*outputs, strict=True)]
        logits, features = (tuple(torch.cat(head) for head in part) for part in gathered)
        return logits, features

    def _loss(
        self, logits: tuple[Tensor, ...], features: tuple[Tensor, ...], labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        identity = torch.stack([self._identity(head, labels) for head in logits])
        triplet = torch.stack([self._triplet(head, labels) for head in features])
        return identity.mean(), triplet.mean()


def _heads(output: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return output if isinstance(output, tuple) else (output,)


@contextmanager
def _running_statistics(model: nn.Module, updated: bool) -> Iterator[None]:
    """Let BatchNorm keep its running statistics, or leave them as they are.

    The release trains on two devices and keeps the first one's statistics.
    """
    if updated:
        yield
        return
    layers = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    for layer in layers:
        layer.track_running_stats = False
    try:
        yield
    finally:
        for layer in layers:
            layer.track_running_stats = True
