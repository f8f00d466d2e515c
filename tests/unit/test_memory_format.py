"""Channels last, once chosen, holds through a whole step: no operator lays a map out otherwise."""

import pytest
import steps
import torch

LAST = torch.channels_last


def maps(model, images):
    """Shapes of the maps inside a network, from modules alone: what the pyramids are given too."""
    found = set()

    def note(_module, _inputs, output):
        if isinstance(output, torch.Tensor) and output.ndim == 4 and min(output.shape[1:]) > 1:
            found.add(output.shape)

    hooks = [module.register_forward_hook(note) for module in model.modules()]
    model(images)
    for hook in hooks:
        hook.remove()
    return found


def laid_out(shape, strides):
    """Whether a tensor with these strides is dense with its channels beside each other."""
    _, channels, height, width = shape
    return strides == (channels * height * width, 1, width * channels, channels)


@pytest.mark.parametrize(
    ("model", "reading", "precision"),
    [
        *((*model, "float32") for model in steps.MODELS),
        ("resnet50-se", "written", "float32"),
        ("resnet50-apnet-c2-multipart", "written", "float32"),
        ("resnet50-apnet-c3", "written", "bfloat16"),
        ("resnet50-apnet-s2", "released", "bfloat16"),
    ],
)
def test_no_operator_of_a_step_undoes_channels_last(model, reading, precision):
    subject = steps.trainer(model, reading, channels_last=True, precision=precision, **steps.THIN)
    found = steps.calls(subject)
    images, _ = steps.batch()
    shapes = maps(subject.model, images[: steps.BATCH // 2] if reading == "released" else images)
    seen = [
        (operator, shape, strides)
        for operator, tensors in found.made
        for shape, strides in tensors
        # A tensor that is spread over a map has no memory of its own.
        if shape in shapes and 0 not in strides
    ]
    assert {shape for _, shape, _ in seen} == shapes
    undone = [call for call in seen if not laid_out(*call[1:])]
    assert undone == []


def test_a_model_that_undoes_it_would_be_seen():
    subject = steps.trainer(channels_last=True, **steps.THIN)
    subject.model.pyramids["stage2"].register_forward_hook(lambda _module, _x, y: y.contiguous())
    images, _ = steps.batch()
    shapes = maps(subject.model, images)
    made = [tensor for _, tensors in steps.calls(subject).made for tensor in tensors]
    assert any(s in shapes and 0 not in strides and not laid_out(s, strides) for s, strides in made)
