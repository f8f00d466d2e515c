"""Pyramid ReID, stripe by stripe."""

import pytest
import torch

from apnet.errors import InputError
from apnet.models import build_model, load_imagenet, load_released
from apnet.models.importers.rga import load_rga
from apnet.models.method import Method, clamped_layers


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return build_model("pyramid-resnet50", 5, input_size=(192, 64)).double().eval()


def images():
    return torch.randn(2, 3, 192, 64, generator=torch.Generator().manual_seed(1)).double()


def test_every_group_of_adjacent_stripes_has_a_branch(model):
    assert len(model.branches) == len(set(model.spans)) == 21
    assert set(model.spans) == {(i, j) for j in range(1, 7) for i in range(j)}


def test_a_branch_reduces_what_its_stripes_pool(model):
    with torch.no_grad():
        _, x = model.backbone(images(), {})
        embedding = model(images())
    assert x.shape == (2, 2048, 12, 4)
    for number, (first, last) in enumerate(model.spans):
        rows = x[:, :, 2 * first : 2 * last].flatten(2)
        pooled = rows.sum(dim=2) / rows.shape[2] + rows.max(dim=2).values
        convolution, norm, _ = model.branches[number].reduce
        reduced = pooled @ convolution.weight[:, :, 0, 0].T + convolution.bias
        reduced = (reduced - norm.running_mean) / (norm.running_var + norm.eps).sqrt()
        expected = (reduced * norm.weight + norm.bias).clamp(min=0)
        own = embedding[:, 128 * number : 128 * (number + 1)]
        torch.testing.assert_close(own, expected)


def test_it_trains_and_classifies_as_the_others_do(model):
    logits, features = model.train()(images())
    model.eval()
    assert len(logits) == len(features) == 21
    assert {tuple(one.shape) for one in logits} == {(2, 5)}
    assert {tuple(one.shape) for one in features} == {(2, 128)}
    embedding = model(images())
    assert embedding.shape == (2, 21 * 128)
    classifiers = [branch.classifier for branch in model.branches]
    expected = sum(c(p) for c, p in zip(classifiers, embedding.split(128, dim=1), strict=True)) / 21
    torch.testing.assert_close(model.classify(embedding), expected)


def test_it_takes_imagenet_weights(model):
    state = build_model("resnet50", 5).backbone.net.state_dict()
    load_imagenet(model, state)
    loaded = model.backbone.net.layer4[2].conv3.weight
    assert torch.equal(loaded, state["layer4.2.conv3.weight"].double())


def test_it_is_a_method_without_what_it_has_no_use_for(model):
    assert isinstance(model, Method) and clamped_layers(model) == []
    assert not hasattr(model, "local") and not hasattr(model, "load_imagenet")


@pytest.mark.parametrize("load", [load_released, load_rga])
def test_weights_of_apnets_are_not_for_it(model, load):
    with pytest.raises(InputError, match="a network of another method cannot take weights of"):
        load(model, {})
