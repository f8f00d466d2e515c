import re

import pytest
import release
import torch

from apnet.config.readings import get_reading
from apnet.errors import InputError
from apnet.models import build_model, load_released

CLASSES = 7
MODELS = ("resnet50", "resnet50-apnet-c1", "resnet50-apnet-c2")
LEVELS = pytest.mark.parametrize("level", [0, 1, 2])
MODES = pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])

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


@pytest.fixture(scope="module")
def checkpoint():
    """Checkpoints by level; take copies to change them."""
    made = {}

    def of(level):
        if level not in made:
            made[level] = release.checkpoint(level, CLASSES)
        return dict(made[level])

    return of


def images(count=4):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, 3, 64, 32, generator=generator, dtype=torch.float64)


def build(name, reading="released"):
    with torch.device("meta"):
        model = build_model(name, CLASSES, reading, input_size=(64, 32))
    return model.to_empty(device="cpu").double()


def loaded(level, state):
    model = build(MODELS[level])
    load_released(model, state)
    return model


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


def doubled(plain):
    """With the second names: `base_1` to `base_5` are nn.Sequential of children of `base`."""
    found = dict(plain)
    for name, tensor in plain.items():
        if match := re.match(r"base\.(conv1|bn1|layer[1-4])\.(.*)", name):
            module, rest = match.groups()
            place = {"conv1": "1.0", "bn1": "1.1"}.get(module)
            found[f"base_{place or f'{int(module[-1]) + 1}.0'}.{rest}"] = tensor
    assert len(found) == len(plain) + sum(name.startswith("base.") for name in plain)
    return found


def test_a_checkpoint_of_dataparallel_with_its_second_names_is_the_same(checkpoint):
    plain = checkpoint(2)
    wrapped = {f"module.{name}": tensor for name, tensor in doubled(plain).items()}
    one, other = (loaded(2, state).state_dict() for state in (plain, wrapped))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


SECOND = {
    "base_1.1.running_mean": "base.bn1.running_mean",
    "base_2.0.0.conv1.weight": "base.layer1.0.conv1.weight",
    "base_5.0.2.bn3.num_batches_tracked": "base.layer4.2.bn3.num_batches_tracked",
}


@pytest.mark.parametrize("name", SECOND)
@pytest.mark.parametrize(
    "other",
    [lambda t: t + 1, lambda t: t.float() * 1, lambda t: t[None]],
    ids=["value", "type", "shape"],
)
def test_a_second_name_of_another_tensor_is_named(checkpoint, name, other):
    state = doubled(checkpoint(2))
    state[name] = other(state[name])
    message = rf"model resnet50-apnet-c2: {name} differs from {SECOND[name]}, and in the release"
    with pytest.raises(InputError, match=message):
        loaded(2, state)


@pytest.mark.parametrize("name", ["base_2.0.9.conv1.weight", "base_1.2.weight", "base_3.weight"])
def test_a_second_name_without_a_first_is_unknown(checkpoint, name):
    state = doubled(checkpoint(2)) | {name: torch.zeros(1)}
    with pytest.raises(InputError, match=rf"resnet50-apnet-c2: 1 unknown \({name}\)"):
        loaded(2, state)


def test_numbers_that_are_not_finite_are_equal_under_both_names(checkpoint):
    plain = checkpoint(2)
    plain["base.bn1.weight"] = torch.full((64,), torch.nan, dtype=torch.float64)
    assert loaded(2, doubled(plain)).backbone.net.bn1.weight.isnan().all()


def test_a_name_with_and_without_module_is_named(checkpoint):
    state = checkpoint(2) | {"module.bottleneck.bias": torch.zeros(2048)}
    with pytest.raises(InputError, match=r"c2: bottleneck.bias is there twice, as bottleneck"):
        loaded(2, state)


ODD = {
    "nested": lambda: torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]),
    "nested too": lambda: torch.nested.nested_tensor(
        [torch.zeros(2), torch.zeros(3)], layout=torch.jagged
    ),
    "on the meta device, without numbers": lambda: torch.zeros(2048, device="meta"),
    "quantised": lambda: torch.quantize_per_tensor(torch.zeros(2048), 0.1, 0, torch.qint8),
    "sparse": lambda: torch.zeros(2048).to_sparse(),
}


@pytest.mark.filterwarnings("ignore:.*(prototype|deprecated).*:UserWarning")
@pytest.mark.parametrize("kind", ODD)
def test_a_tensor_that_is_no_array_of_numbers_is_named(checkpoint, kind):
    state = checkpoint(2) | {"bottleneck.bias": ODD[kind]()}
    message = rf"resnet50-apnet-c2: bottleneck.bias is {kind.removesuffix(' too')}: save it as a"
    with pytest.raises(InputError, match=message):
        loaded(2, state)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bottleneck.bias", lambda t: t.to(torch.complex64)),
        ("bottleneck.bias", lambda t: t.to(torch.int8)),
        ("bottleneck.bias", lambda t: t > 0),
        ("bottleneck.bias", lambda t: t.to(torch.float8_e4m3fn)),
        ("bottleneck.num_batches_tracked", lambda t: t + 0.5),
        ("bottleneck.num_batches_tracked", lambda t: t * torch.nan),
        ("bottleneck.num_batches_tracked", lambda t: t.to(torch.complex64)),
    ],
)
def test_a_type_that_would_change_the_numbers_is_named(checkpoint, name, change):
    state = checkpoint(2)
    state[name] = change(state[name])
    kind = str(state[name].dtype).removeprefix("torch.")
    with pytest.raises(InputError, match=rf"c2: 1 of another type \({name} in {kind}\)$"):
        loaded(2, state)


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("att_s3.fc1.bias"), "1 missing (att_s3.fc1.bias)"),
        (lambda s: s.pop("bottleneck.running_var"), "1 missing (bottleneck.running_var)"),
        (lambda s: s.update({"att6.fc.0.weight": torch.zeros(8, 8)}), "1 unknown (att6.fc.0"),
        (lambda s: s.update({"base_6.0.weight": torch.zeros(8)}), "1 unknown (base_6.0.weight)"),
        (
            lambda s: s.update({"classifier.weight": torch.zeros(751, 2048)}),
            "1 of another shape (classifier.weight)",
        ),
        (
            lambda s: s.update({"att1.fc.0.weight": s["att1.fc.0.weight"].T}),
            "1 of another shape (att1.fc.0.weight)",
        ),
        (
            lambda s: s.update({"classifier.weight": torch.tensor(1.0)}),
            "1 of another shape (classifier.weight)",
        ),
        (
            lambda s: s.update({"bottleneck.bias": torch.zeros(2048, 0)}),
            "1 of another shape (bottleneck.bias)",
        ),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_taken(checkpoint, change, message):
    state = checkpoint(2)
    change(state)
    model = build("resnet50-apnet-c2")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(InputError) as refusal:
        load_released(model, state)
    begins = "these are not weights of the release for model resnet50-apnet-c2: "
    assert str(refusal.value).startswith(begins) and message in str(refusal.value)
    after = model.state_dict()
    assert all(torch.equal(b.nan_to_num(), after[n].nan_to_num()) for n, b in before.items())


def test_a_checkpoint_of_another_level_is_refused(checkpoint):
    # All names where they are 20 or fewer; else as many.
    with pytest.raises(InputError, match=r"70 missing \(BN1.bottleneck2.bias(, \S+){19}, …\)"):
        load_released(build("resnet50-apnet-c2"), checkpoint(1))
    with pytest.raises(InputError, match=r"10 unknown \(att1.fc.0.weight(, att\S+weight){9}\)"):
        load_released(build("resnet50"), checkpoint(1))


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("resnet50-apnet-c2", "written"),
        ("resnet50-apnet-c3", "released"),
        ("resnet50-apnet-c2-r4", "released"),
        ("resnet50-stacked-c3", "released"),
        ("resnet50-se", "released"),
        ("resnet50-multipart", "released"),
        ("resnet101-apnet-c2", "released"),
        ("resnet50-apnet-c2", get_reading("released", stem_relu=True)),
        ("resnet50-apnet-c2", get_reading("released", level_order="coarse-to-fine")),
        ("resnet50-apnet-c1", get_reading("released", stages=("stage1", "stage2"))),
    ],
)
def test_models_that_the_release_is_not_are_refused(checkpoint, name, reading):
    model = build(name, reading)
    with pytest.raises(InputError, match=f"model {name} of reading .* cannot take weights of the"):
        load_released(model, checkpoint(2))


def test_switches_outside_the_network_do_not_matter(checkpoint):
    reading = get_reading("released", market_distractors="drop", smoothing_classes=None)
    model = build("resnet50", reading)
    load_released(model, checkpoint(0))
    assert torch.equal(model.heads[0].neck.bias, checkpoint(0)["bottleneck.bias"])
