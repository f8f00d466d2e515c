import itertools
import json
import os
import signal
import time
from dataclasses import replace

import pytest
import torch
from torch import nn

from apnet.config.readings import RELEASED, WRITTEN
from apnet.config.recipes import get_recipe
from apnet.errors import InputError
from apnet.training.history import History
from apnet.training.loop import Interrupted, fit
from apnet.training.optimiser import Adam
from apnet.training.schedule import learning_rate
from apnet.training.trainer import Trainer

RECIPE = get_recipe("smoke", epochs=3, steps_per_epoch=4, precision="float32")


class Toy(nn.Module):
    """A network with all that a training's state has: weights, statistics, dropout."""

    def __init__(self, classes=5, heads=1):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU())
        self.drop = nn.Dropout(0.3)
        self.classifiers = nn.ModuleList(nn.Linear(6, classes) for _ in range(heads))

    def forward(self, images):
        feature = self.drop(self.body(images).mean(dim=(2, 3)))
        logits = tuple(classifier(feature) for classifier in self.classifiers)
        return (logits, (feature,) * len(logits)) if len(logits) > 1 else (logits[0], feature)


def batches(start=0, size=RECIPE.batch):
    for step in itertools.count(start):
        generator = torch.Generator().manual_seed(step)
        images = torch.randn(size, 3, 8, 6, generator=generator)
        yield images, torch.arange(5).repeat(size)[:size]


def trainer(recipe=RECIPE, reading=WRITTEN, **toy):
    torch.manual_seed(0)
    return Trainer(Toy(**toy), recipe, reading, recipe.steps_per_epoch, 5, torch.device("cpu"))


def tensors(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def run(tmp_path, subject, stop_at=None, checkpoint_seconds=1e9):
    def feed():
        for number, batch in enumerate(batches(subject.step), start=subject.step):
            if number == stop_at:
                os.kill(os.getpid(), signal.SIGTERM)
            yield batch

    history = History(tmp_path / "history.jsonl", tmp_path / "checkpoints")
    fit(subject, feed(), history, checkpoint_seconds, time.monotonic, lambda _: None)
    return subject


@pytest.mark.parametrize("stop_at", [0, 3, 6, 11])
def test_stopped_and_continued_is_bit_identical(tmp_path, stop_at):
    from apnet.training import checkpoint

    whole = tensors(run(tmp_path / "whole", _made(tmp_path / "whole")).model)
    folder = tmp_path / "stopped"
    first = _made(folder)
    if stop_at == 11:
        run(folder, first, stop_at=stop_at)  # told to stop in the last step: it is done
        assert same(tensors(first.model), whole)
        return
    with pytest.raises(Interrupted) as stop:
        run(folder, first, stop_at=stop_at)
    assert stop.value.signal == signal.SIGTERM
    second = trainer()
    second.load_state_dict(checkpoint.load_newest(folder / "checkpoints", print))
    assert second.step == stop_at + 1
    run(folder, second)
    assert same(tensors(second.model), whole)
    histories = [
        [json.loads(line) for line in (tmp_path / name / "history.jsonl").read_text().splitlines()]
        for name in ("whole", "stopped")
    ]
    for one, other in zip(*histories, strict=True):
        for key in ("epoch", "step", "lr", "loss", "identity_loss", "triplet_loss"):
            assert one[key] == other[key]


def _made(folder):
    folder.mkdir(parents=True)
    return trainer()


def test_checkpoints_are_written_while_it_trains(tmp_path):
    subject = _made(tmp_path / "run")
    run(tmp_path / "run", subject, checkpoint_seconds=0)
    assert len(list((tmp_path / "run" / "checkpoints").glob("step-*.pt"))) == 2


def test_a_loss_that_is_not_finite_ends_the_run_with_its_step_and_rate(tmp_path):
    recipe = replace(RECIPE, warmup_epochs=3)
    subject = trainer(recipe)

    def poisoned():
        for step, (images, labels) in enumerate(batches(), start=1):
            yield images * (torch.inf if step == 8 else 1.0), labels

    history = History(tmp_path / "history.jsonl", tmp_path / "checkpoints")
    told = rf"at step 8 \(epoch 2, learning rate {learning_rate(recipe, 1):.2g}\): lower "
    with pytest.raises(InputError, match=f"{told}the learning rate$"):
        fit(subject, poisoned(), history, 0, time.monotonic, lambda _: None)


def test_one_step_is_adam_on_eq_9_with_coupled_decay():
    recipe = replace(RECIPE, triplet_weight=0.5, weight_decay=0.1, warmup_epochs=0)
    subject = trainer(recipe)
    subject.model.drop.p = 0.0
    start = {name: value.detach().clone() for name, value in subject.model.named_parameters()}
    images, labels = next(batches())
    subject.train_step(images, labels)
    reference = Toy()
    reference.drop.p = 0.0
    reference.load_state_dict(start, strict=False)
    reference.train()
    logits, features = reference(images)
    log_probability = torch.log_softmax(logits, dim=1)
    targets = torch.full_like(logits, 0.1 / 5)
    targets[torch.arange(len(labels)), labels] += 0.9
    identity = -(targets * log_probability).sum(dim=1).mean()
    distance = torch.cdist(features, features)
    same_id = labels[:, None] == labels[None, :]
    hardest = torch.where(same_id, distance, -1).amax(1) - torch.where(same_id, 1e9, distance).amin(
        1
    )
    (identity + 0.5 * torch.relu(hardest + 0.3).mean()).backward()
    for name, parameter in reference.named_parameters():
        gradient = parameter.grad + 0.1 * start[name]
        # Adam's first step: both moments are corrected to the gradient and its square.
        wanted = start[name] - recipe.lr * gradient / (gradient.abs() + 1e-8)
        assert torch.allclose(dict(subject.model.named_parameters())[name], wanted, atol=1e-4)
    assert subject.epoch_losses()["identity_loss"] == pytest.approx(identity.item(), rel=1e-5)


def test_shares_have_batchnorm_statistics_apart_and_the_first_is_kept():
    reading = replace(RELEASED, batchnorm_batch=10, smoothing_classes=None)
    recipe = replace(RECIPE, identities=5, instances=4)
    subject = trainer(recipe, reading)
    subject.model.drop.p = 0.0
    images, labels = next(batches(size=20))
    seen = []
    subject.model.body[1].register_forward_hook(lambda _m, _i, output: seen.append(output))
    convolution = subject.model.body[0]
    with torch.no_grad():
        maps = [convolution(half) for half in images.split(10)]
    subject.train_step(images, labels)
    for half, output in zip(maps, seen, strict=True):
        mean, variance = half.mean(dim=(0, 2, 3)), half.var(dim=(0, 2, 3), unbiased=False)
        wanted = (half - mean[:, None, None]) / (variance[:, None, None] + 1e-5).sqrt()
        assert torch.allclose(output, wanted, atol=1e-5)
    norm = subject.model.body[1]
    assert torch.allclose(norm.running_mean, 0.1 * maps[0].mean(dim=(0, 2, 3)), atol=1e-6)
    assert norm.num_batches_tracked == 1


def test_losses_of_several_heads_are_averaged():
    subject = trainer(heads=3)
    subject.model.drop.p = 0.0
    images, labels = next(batches())
    weights = [tensors(classifier) for classifier in subject.model.classifiers]
    with torch.no_grad():
        subject.model.train()
        feature = subject.model(images)[1][0]
        singles = [
            torch.nn.functional.cross_entropy(
                feature @ one["weight"].T + one["bias"], labels, label_smoothing=0.1
            ).item()
            for one in weights
        ]
    subject.train_step(images, labels)
    assert subject.epoch_losses()["identity_loss"] == pytest.approx(sum(singles) / 3, rel=1e-5)


@pytest.mark.parametrize("first", [True, False])
def test_a_checkpoint_continues_in_another_memory_format(first):
    recipes = [replace(RECIPE, lr=0.01, channels_last=last) for last in (first, not first)]
    whole = trainer(recipes[0])
    feed = batches()
    for _ in range(3):
        whole.train_step(*next(feed))
    before, after = map(trainer, recipes)
    feed = batches()
    before.train_step(*next(feed))
    after.load_state_dict(before.state_dict())
    for _ in range(2):
        after.train_step(*next(feed))
    wanted, found = tensors(whole.model), tensors(after.model)
    for name in wanted:
        # A moment at another weight's place would send it a whole step elsewhere, 0.01.
        torch.testing.assert_close(found[name], wanted[name], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("last", [True, False])
def test_weights_and_images_have_the_memory_format_of_the_record(last):
    subject = trainer(replace(RECIPE, channels_last=last))
    seen = [subject.model.body[0].weight]
    subject.model.register_forward_pre_hook(lambda _module, images: seen.append(images[0]))
    images, labels = next(batches())
    # As a GPU gives them, whatever the switch.
    subject.train_step(images.to(memory_format=torch.channels_last), labels)
    assert len(seen) == 2 and subject.switches.channels_last is last
    assert all(tensor.is_contiguous(memory_format=torch.channels_last) is last for tensor in seen)


@pytest.mark.parametrize("fused", [True, None])
def test_the_optimiser_is_pytorchs_bit_for_bit(fused):
    def trained(kind):
        torch.manual_seed(0)
        layer = torch.nn.Linear(9, 4)
        optimiser = kind(layer.parameters(), lr=0.1, weight_decay=1e-3, fused=fused)
        for _ in range(3):
            optimiser.zero_grad(set_to_none=True)
            layer(torch.randn(5, 9)).square().sum().backward()
            optimiser.step()
        return layer.weight, optimiser.state_dict()

    (ours, state), (theirs, wanted) = trained(Adam), trained(torch.optim.Adam)
    assert torch.equal(ours, theirs) and ours.requires_grad
    assert state["param_groups"] == wanted["param_groups"]
    for one, other in zip(state["state"].values(), wanted["state"].values(), strict=True):
        assert all(torch.equal(one[key], other[key]) for key in one | other)
