"""Each switch gives what a plain step gives: eager, float32, channels first, Adam tensor by tensor.

A few steps at the rate of the paper's first epoch. Adam divides a gradient by its own size, so
where that is next to nothing, rounding decides which way a weight goes, and trainings part step
by step in any arithmetic. At a higher rate they soon have nothing but their end in common.
"""

from functools import cache

import pytest
import steps
import torch

RATE, COUNT = 4e-6, 2
CLOSE, HALF, CLOSE_IF_THIN = 0.02, 0.15, 0.001
"""What embeddings may be off by, as a share of their length: for sums in another order, for
bfloat16, whose numbers have 8 bits and float32's 24, and for the few layers of thin networks."""


@cache
def trained(model, reading, size, **switches):
    """Mean losses of the steps, length of the features in training, embeddings after them."""
    subject = steps.trainer(model, reading, backbone_size=size, **{"lr": RATE} | switches)
    for step in range(COUNT):
        subject.train_step(*steps.batch(step))
    losses = subject.epoch_losses()
    images = steps.batch(COUNT)[0].to(subject.device)
    with torch.inference_mode():
        length = subject.model.train()(images)[1].norm(dim=1).mean().item()
        embeddings = subject.model.eval()(images).cpu()
    return losses, length, embeddings


def check(model, reading, tolerance, size="full", **switches):
    losses, _, embeddings = trained(model, reading, size, **switches)
    plain, length, wanted = trained(model, reading, size)
    # A classifier begins next to nothing, and so do differences in what it says.
    assert losses["identity_loss"] == pytest.approx(plain["identity_loss"], rel=tolerance / 10)
    # One distance of features minus another is off by a share of their length, not its own.
    off = abs(losses["triplet_loss"] - plain["triplet_loss"])
    assert off < tolerance * length
    assert (embeddings - wanted).norm() < tolerance * wanted.norm()


@pytest.mark.parametrize(("model", "reading"), steps.MODELS)
@pytest.mark.parametrize("switch", ["channels_last", "fused"])
def test_a_switch_stays_with_the_plain_step(model, reading, switch):
    check(model, reading, CLOSE_IF_THIN, "thin", **{switch: True})


@pytest.mark.slow
@pytest.mark.parametrize(("model", "reading"), steps.MODELS)
@pytest.mark.parametrize("switch", ["channels_last", "fused"])
def test_it_does_so_in_full_networks(model, reading, switch):
    check(model, reading, CLOSE, **{switch: True})


# Slow where the processor has no bfloat16 and does it in software.
@pytest.mark.slow
@pytest.mark.parametrize(("model", "reading"), steps.MODELS)
def test_bfloat16_stays_with_the_plain_step(model, reading):
    check(model, reading, HALF, precision="bfloat16")


@pytest.mark.gpu
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(("model", "reading"), steps.MODELS)
def test_all_switches_on_a_gpu_stay_with_the_plain_step_on_a_cpu(model, reading, compiled):
    torch.compiler.reset()
    on = {"precision": "bfloat16", "channels_last": True, "fused": True, "compile": compiled}
    check(model, reading, HALF, device="cuda", **on)


def test_another_rate_does_not_stay_with_it():
    with pytest.raises(AssertionError):
        check("resnet50", "written", CLOSE_IF_THIN, "thin", lr=25 * RATE)
