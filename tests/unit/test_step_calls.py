"""What a step asks of the device: few calls, and never to wait."""

from dataclasses import replace

import pytest
import steps
import torch

from apnet.config.readings import RELEASED, WRITTEN
from apnet.models import AttentionPyramid

WAITS = ("_local_scalar_dense", "is_nonzero", "nonzero", "masked_select", "unique", "aten.equal")
"""Operators whose result the host must have before it can go on."""


@pytest.mark.parametrize(("model", "reading"), steps.MODELS)
def test_a_step_is_one_call_to_the_optimiser_and_never_waits(model, reading):
    found = steps.calls(steps.trainer(model, reading, **steps.THIN))
    assert found.count("_fused_adam_") == 1
    assert found.count(*WAITS) == 0


def test_in_training_a_map_is_multiplied_once_for_all_channel_levels():
    def multiplied(pyramid):
        x = torch.randn(2, 16, 4, 3)
        with steps.Calls() as found:
            pyramid(x)
        outputs = [made for operator, made in found.made if "aten.mul" in operator]
        return sum(made[0][0] == x.shape for made in outputs)

    for options in ({}, {"stacked": True}, {"reading": replace(WRITTEN, normaliser="softmax")}):
        pyramid = AttentionPyramid(16, 3, **options)
        assert (multiplied(pyramid), multiplied(pyramid.eval())) == (1, 3)
    # A BatchNorm after a level takes more than the means of a map.
    assert multiplied(AttentionPyramid(16, 3, reading=RELEASED)) == 3


def test_tensor_by_tensor_the_optimiser_would_be_many_calls():
    subject = steps.trainer(**steps.THIN)
    unfused = steps.trainer(**steps.THIN | {"fused": False})
    fused, plain = (steps.calls(one) for one in (subject, unfused))
    assert plain.count("_fused_adam_") == 0
    # The decay, two moments, their correction and the step, of each tensor.
    tensors = sum(parameter.requires_grad for parameter in subject.model.parameters())
    assert len(plain.made) - len(fused.made) > 5 * tensors


def test_a_look_at_a_loss_would_be_seen():
    subject = steps.trainer(**steps.THIN)

    def look(_module, _images, found):
        assert found[0].sum().item() != 0

    subject.model.register_forward_hook(look)
    assert steps.calls(subject).count(*WAITS) == 1


@pytest.mark.gpu
@pytest.mark.parametrize(("model", "reading"), steps.MODELS)
def test_a_step_on_a_gpu_does_not_synchronise(model, reading):
    on = {"precision": "bfloat16", "channels_last": True, "fused": True}
    subject = steps.trainer(model, reading, device="cuda", **on)
    images, labels = (tensor.pin_memory() for tensor in steps.batch())
    # cuDNN looks for its fastest kernels in the first step, and Adam makes its state.
    subject.train_step(images, labels)
    torch.cuda.synchronize()
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        subject.train_step(images, labels)
    finally:
        torch.cuda.set_sync_debug_mode(before)


@pytest.mark.gpu
def test_the_optimiser_launches_a_handful_of_kernels_on_a_gpu():
    subject = steps.trainer(device="cuda", fused=True)
    subject.train_step(*steps.batch())
    with torch.profiler.profile() as profile:
        subject.train_step(*steps.batch())
        torch.cuda.synchronize()
    kernels = [event for event in profile.events() if "FusedAdam" in event.name]
    assert 1 <= len(kernels) <= 10
