import pytest
import release
import torch
from torch.nn import functional as F

from apnet.errors import InputError
from apnet.models import build_model
from apnet.models.importers.rga import load_rga

CLASSES = 7
SIZE = (256, 128)
WIDTHS = (256, 512, 1024, 2048)
POSITIONS = (64 * 32, 32 * 16, 16 * 8, 16 * 8)


def checkpoint():
    """Random, double precision, with the names and shapes of RGA's branch `rgas`."""
    torch.manual_seed(0)
    found = {
        name.replace("base.", "backbone.").replace("bottleneck", "feat_bn"): tensor
        for name, tensor in release.checkpoint(0, CLASSES).items()
    }
    found["cls.weight"] = found.pop("classifier.weight")
    for number, (width, positions) in enumerate(zip(WIDTHS, POSITIONS, strict=True), start=1):
        inner = positions // 8
        hidden = (1 + inner) // 8
        for name, outputs, inputs in (
            *((f"{kind}_spatial.0", width // 8, width) for kind in ("theta", "phi", "gx")),
            ("gg_spatial.0", inner, 2 * positions),
            ("W_spatial.0", hidden, 1 + inner),
            ("W_spatial.3", 1, hidden),
        ):
            block, _, place = f"backbone.rga_att{number}.{name}".rpartition(".")
            norm = f"{block}.{int(place) + 1}"
            found[f"{block}.{place}.weight"] = (
                torch.randn(outputs, inputs, 1, 1, dtype=torch.float64) / inputs**0.5
            )
            found[f"{norm}.weight"] = torch.rand(outputs, dtype=torch.float64) + 0.5
            found[f"{norm}.bias"] = torch.randn(outputs, dtype=torch.float64) / 5
            found[f"{norm}.running_mean"] = torch.randn(outputs, dtype=torch.float64) / 5
            found[f"{norm}.running_var"] = torch.rand(outputs, dtype=torch.float64) + 0.5
            found[f"{norm}.num_batches_tracked"] = torch.tensor(1600)
    return found


def attend(x, w, block):
    """Relation-aware spatial attention of one map, in the order of RGA's forward."""

    def layer(x, name, place=0, relu=True):
        x = F.conv2d(x, w[f"{block}.{name}_spatial.{place}.weight"])
        norm = f"{block}.{name}_spatial.{place + 1}"
        mean, var = w[f"{norm}.running_mean"], w[f"{norm}.running_var"]
        x = F.batch_norm(x, mean, var, w[f"{norm}.weight"], w[f"{norm}.bias"])
        return F.relu(x) if relu else x

    theta, phi = (layer(x, name).flatten(2) for name in ("theta", "phi"))
    affinity = torch.einsum("bci,bcj->bij", theta, phi)
    # Channels of the first half: position i's affinities with every j; then the reverse.
    both = torch.cat([affinity.transpose(1, 2), affinity], dim=1).unflatten(2, x.shape[2:])
    joint = torch.cat([layer(x, "gx").mean(dim=1, keepdim=True), layer(both, "gg")], dim=1)
    return x * torch.sigmoid(layer(layer(joint, "W"), "W", place=3, relu=False))


def forward(w, images):
    """Feature after the BN neck."""

    def norm(x, name):
        mean, var = w[f"{name}.running_mean"], w[f"{name}.running_var"]
        return F.batch_norm(x, mean, var, w[f"{name}.weight"], w[f"{name}.bias"])

    x = F.conv2d(images, w["backbone.conv1.weight"], stride=2, padding=3)
    x = F.max_pool2d(F.relu(norm(x, "backbone.bn1")), 3, stride=2, padding=1)
    for stage, blocks in enumerate(release.BLOCKS, start=1):
        for block in range(blocks):
            stride = 2 if block == 0 and stage in (2, 3) else 1
            x = release._bottleneck(x, w, f"backbone.layer{stage}.{block}", stride, False)
        x = attend(x, w, f"backbone.rga_att{stage}")
    return norm(x.mean(dim=(2, 3)), "feat_bn")


@pytest.fixture(scope="module")
def state():
    return checkpoint()


def build(name="resnet50-apnet-s1"):
    with torch.device("meta"):
        model = build_model(name, CLASSES, "written", input_size=SIZE)
    return model.to_empty(device="cpu").double()


def test_the_fabricated_checkpoint_has_the_size_of_the_real_one(state):
    kinds = ("running_mean", "running_var", "num_batches_tracked")
    body = [n for n in state if n.startswith("backbone.") and not n.endswith(kinds)]
    assert len(body) == 231 and sum(state[name].numel() for name in body) == 26_731_832


def test_evaluation_is_that_of_rga(state):
    model = build().eval()
    load_rga(model, state)
    images = torch.randn(1, 3, *SIZE, dtype=torch.float64)
    with torch.no_grad():
        found, wanted = model(images), forward(state, images)
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-11)
        logits = F.linear(wanted, state["cls.weight"])
        torch.testing.assert_close(model.classify(found), logits, rtol=1e-9, atol=1e-11)


def test_what_does_not_fit_is_named(state):
    name = "backbone.rga_att2.phi_spatial.0.weight"
    for wrong, message in (
        ({n: t for n, t in state.items() if n != name}, rf"1 missing \({name}\)"),
        (state | {name: torch.zeros(2, 2)}, rf"1 of another shape \({name}\)"),
        (state | {"backbone.rga_att1.gx_channel.0.weight": torch.zeros(2)}, "1 unknown"),
    ):
        with pytest.raises(InputError, match=message):
            load_rga(build(), wrong)


def test_other_models_are_refused(state):
    for name in ("resnet50", "resnet50-apnet-s2"):
        with pytest.raises(InputError, match=f"model {name} cannot take weights of RGA"):
            load_rga(build(name), state)
