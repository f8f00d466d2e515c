"""Our networks with the weights of the release: they compute, learn and take what it does."""

import pytest
import release
import torch
from ours import build, loaded

from apnet.config.readings import get_reading
from apnet.models import load_released

LEVELS = pytest.mark.parametrize("level", [0, 1, 2])

# Ours -> the release's, a few of each kind.
TENSORS = {
    0: {
        "backbone.net.conv1.weight": "base.conv1.weight",
        "backbone.net.bn1.weight": "base.bn1.weight",
        "backbone.net.layer1.0.downsample.0.weight": "base.layer1.0.downsample.0.weight",
        "backbone.net.layer3.5.conv2.weight": "base.layer3.5.conv2.weight",
        "backbone.net.layer4.0.bn2.weight": "base.layer4.0.bn2.weight",
        "heads.0.neck.weight": "bottleneck.weight",
        "heads.0.classifier.weight": "classifier.weight",
    },
    1: {
        "pyramids.stem.levels.0.attention.squeeze.weight": "att1.fc.0.weight",
        "pyramids.stage2.levels.0.attention.excite.weight": "att3.fc.2.weight",
        "pyramids.stage4.levels.0.attention.squeeze.weight": "att5.fc.0.weight",
    },
    2: {
        "pyramids.stem.levels.1.attention.fc2.weight": "att_s1.fc2.weight",
        "pyramids.stage1.levels.1.attention.fc1.weight": "att_s2.fc1.weight",
        "pyramids.stage2.levels.1.attention.bn1.bias": "att_s3.bn1.bias",
        "pyramids.stage3.levels.1.attention.fc2.bias": "att_s4.fc2.bias",
        "pyramids.stage4.levels.1.batchnorm.weight": "BN5.bottleneck2.weight",
    },
}


def images(count=4):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, 3, 64, 32, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize(
    ("level", "tensors", "parameters"),
    [(0, 162, 25_050_176), (1, 172, 25_112_640), (2, 212, 29_311_200)],
)
def test_the_fabricated_release_has_the_size_of_the_real_one(level, tensors, parameters):
    shapes = release.shapes(level, 751).values()
    assert len(shapes) == tensors
    assert sum(torch.Size(shape).numel() for shape in shapes) == parameters


@LEVELS
def test_evaluation_is_the_releases(checkpoint, level):
    model = loaded(level, checkpoint(level)).eval()
    with torch.no_grad():
        _, wanted, logits = release.forward(checkpoint(level), images(), level, training=False)
        found = model(images())
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-11)
        torch.testing.assert_close(model.classify(found), logits, rtol=1e-9, atol=1e-11)


@LEVELS
def test_training_is_the_releases_with_its_gradients(checkpoint, level):
    model = loaded(level, checkpoint(level)).train()
    w = {name: tensor.clone() for name, tensor in checkpoint(level).items()}
    names = {ours: theirs for one in range(level + 1) for ours, theirs in TENSORS[one].items()}
    for theirs in names.values():
        w[theirs].requires_grad_()
    feature, _, logits = release.forward(w, images(), level, training=True)
    own_logits, own_feature = model(images())
    torch.testing.assert_close(own_feature, feature, rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(own_logits, logits, rtol=1e-8, atol=1e-10)
    one, other = (
        torch.autograd.grad((f.cos().sum() + (5 * x).sin().sum()), tensors)
        for f, x, tensors in (
            (own_feature, own_logits, [model.get_parameter(ours) for ours in names]),
            (feature, logits, [w[theirs] for theirs in names.values()]),
        )
    )
    for name, ours, theirs in zip(names, one, other, strict=True):
        assert theirs.abs().max() > 1e-6, name
        torch.testing.assert_close(
            ours, theirs.view_as(ours), rtol=1e-6, atol=1e-9, msg=lambda m, n=name: f"{n}: {m}"
        )


def test_a_checkpoint_of_dataparallel_with_its_second_names_is_the_same(checkpoint):
    plain = checkpoint(2)
    wrapped = {f"module.{name}": tensor for name, tensor in release.doubled(plain).items()}
    one, other = (loaded(2, state).state_dict() for state in (plain, wrapped))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_numbers_that_are_not_finite_are_equal_under_both_names(checkpoint):
    plain = checkpoint(2)
    plain["base.bn1.weight"] = torch.full((64,), torch.nan, dtype=torch.float64)
    assert loaded(2, release.doubled(plain)).backbone.net.bn1.weight.isnan().all()


@pytest.mark.parametrize("kind", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_every_precision_of_floating_point_is_taken_and_counters_in_it(checkpoint, kind):
    state = {name: tensor.to(kind) for name, tensor in checkpoint(2).items()}
    model = loaded(2, state)
    assert torch.equal(model.heads[0].neck.bias, state["bottleneck.bias"].double())
    assert model.heads[0].neck.num_batches_tracked == 1600


def test_every_tensor_is_taken_and_copied(checkpoint):
    state = checkpoint(2)
    model = loaded(2, state)
    ours = sorted(float(t.double().sum()) for t in model.state_dict().values())
    assert ours == pytest.approx(sorted(float(t.double().sum()) for t in state.values()))
    own = {tensor.data_ptr() for tensor in model.state_dict().values()}
    assert not own & {tensor.data_ptr() for tensor in state.values()}


def test_switches_outside_the_network_do_not_matter(checkpoint):
    reading = get_reading("released", market_distractors="drop", smoothing_classes=None)
    model = build("resnet50", reading)
    load_released(model, checkpoint(0))
    assert torch.equal(model.heads[0].neck.bias, checkpoint(0)["bottleneck.bias"])
