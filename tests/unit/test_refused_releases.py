"""Checkpoints that are not the release's for a model: what does not fit is named, nothing taken."""

import pytest
import release
import torch
from ours import build, loaded

from apnet.config.readings import get_reading
from apnet.errors import InputError
from apnet.models import load_released

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
    state = release.doubled(checkpoint(2))
    state[name] = other(state[name])
    message = rf"model resnet50-apnet-c2: {name} differs from {SECOND[name]}, and in the release"
    with pytest.raises(InputError, match=message):
        loaded(2, state)


@pytest.mark.parametrize("name", ["base_2.0.9.conv1.weight", "base_1.2.weight", "base_3.weight"])
def test_a_second_name_without_a_first_is_unknown(checkpoint, name):
    state = release.doubled(checkpoint(2)) | {name: torch.zeros(1)}
    with pytest.raises(InputError, match=rf"resnet50-apnet-c2: 1 unknown \({name}\)"):
        loaded(2, state)


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
