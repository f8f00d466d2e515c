import copy

import pytest
import torch
from torch import nn

from apnet.config.backbones import backbones
from apnet.config.readings import READINGS
from apnet.config.stages import STEM_AND_STAGES, stage_sizes, stage_widths
from apnet.errors import InputError
from apnet.models import build_model, load_imagenet
from apnet.models.se_resnet import SEBottleneck
from apnet.models.staged import Backbone
from apnet.runtime.torchvision_compat import torchvision

CLASSIFIERS = ("fc.", "classifier.", "AuxLogits.")


@pytest.fixture(scope="module", autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.fixture(scope="module")
def originals():
    """Models of torchvision, with weights and statistics of their own."""
    made = {}

    def original(name):
        if name not in made:
            options = {"init_weights": False} if name == "inception_v3" else {}
            made[name] = torchvision.models.get_model(name, weights=None, **options).eval()
            for layer in made[name].modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.running_mean.normal_(std=0.1)
                    layer.running_var.uniform_(0.5, 1.5)
        return made[name]

    return original


def ours(name, state):
    model = build_model(name, 3, input_size=(160, 80))
    load_imagenet(model, state)
    return model.eval()


def pair(originals, name):
    """A network of torchvision and ours with the same weights, in double precision."""
    theirs = copy.deepcopy(originals(name)).double()
    return theirs, ours(name, theirs.state_dict()).double().backbone


def maps(backbone, images):
    """The map after the stem and each stage."""
    found = {}

    class Look(nn.Module):
        def __init__(self, stage):
            super().__init__()
            self.stage = stage

        def forward(self, x):
            found[self.stage] = x
            return x

    with torch.no_grad():
        before, last = backbone(images, {stage: Look(stage) for stage in STEM_AND_STAGES})
    assert list(found) == list(STEM_AND_STAGES)
    assert before is found["stage3"] and last is found["stage4"]
    return found


@pytest.mark.parametrize("name", backbones())
def test_parameters_keep_torchvisions_names_and_shapes(name):
    with torch.device("meta"):
        options = {"init_weights": False} if name == "inception_v3" else {}
        theirs = torchvision.models.get_model(name, weights=None, **options).state_dict()
        own = Backbone(name).net.state_dict()
    kept = {n: t.shape for n, t in theirs.items() if not n.startswith(CLASSIFIERS)}
    assert {n: t.shape for n, t in own.items()} == kept


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("resnet50", [(64, 32), (75, 37)]),
        ("densenet169", [(64, 32), (75, 37)]),
        ("inception_v3", [(160, 80), (75, 99)]),
    ],
)
def test_stage_sizes_are_those_of_the_network(name, sizes):
    backbone = Backbone(name).eval()
    for size in sizes:
        found = maps(backbone, torch.zeros(1, 3, *size))
        assert {stage: tuple(x.shape[2:]) for stage, x in found.items()} == stage_sizes(name, *size)
        assert {stage: x.shape[1] for stage, x in found.items()} == stage_widths(name)


@pytest.mark.parametrize("se", [False, True], ids=["plain", "se"])
@pytest.mark.parametrize("name", backbones())
def test_thin_networks_have_the_stages_of_full_ones(name, se):
    if se and backbones()[name].se is None:
        return
    full, thin = (Backbone(name, size, se=se).eval() for size in ("full", "thin"))
    images = torch.zeros(1, 3, 160, 80)
    shapes = [{k: x.shape for k, x in maps(each, images).items()} for each in (full, thin)]
    assert shapes[0] == shapes[1]
    full, thin = (sum(p.numel() for p in each.parameters()) for each in (full, thin))
    assert thin < 0.4 * full
    assert se == any(isinstance(m, SEBottleneck) for m in Backbone(name, "thin", se=se).modules())


def test_thin_resnets_differ_as_full_ones_do():
    thin = [Backbone(name, "thin").net.state_dict() for name in ("resnet50", "resnet101")]
    assert {*thin[0]} < {*thin[1]}


def test_stage_sizes_at_the_papers_sizes():
    at = {name: list(stage_sizes(name, 384, 192).values()) for name in backbones()}
    assert at["resnet50"] == [(96, 48), (96, 48), (48, 24), (24, 12), (24, 12)] == at["resnet101"]
    assert at["densenet169"][3:] == [(24, 12), (24, 12)]
    assert at["inception_v3"] == [(94, 46), (45, 21), (45, 21), (22, 10), (20, 8)]
    assert [h for h, _ in stage_sizes("resnet50", 224, 224).values()] == [56, 56, 28, 14, 14]


@pytest.mark.parametrize("spec", backbones().values(), ids=backbones())
def test_the_smallest_side_is_the_first_that_leaves_a_map(spec):
    assert min(spec.lengths(spec.smallest_side)) == 1
    assert spec.smallest_side == 1 or min(spec.lengths(spec.smallest_side - 1)) == 0


@pytest.mark.parametrize("spec", backbones().values(), ids=backbones())
def test_the_weights_are_torchvisions_first(spec):
    weights = torchvision.models.get_model_weights(spec.name)
    assert spec.weights_url == weights.IMAGENET1K_V1.url


def every_second(x):
    return x[:, :, ::2, ::2]


def test_resnet_is_torchvisions_up_to_the_last_stride(originals):
    theirs, backbone = pair(originals, "resnet50")
    found = maps(backbone, images := torch.randn(2, 3, 64, 32).double())
    with torch.no_grad():
        x = theirs.maxpool(theirs.relu(theirs.bn1(theirs.conv1(images))))
        torch.testing.assert_close(found["stem"], x)
        for number in (1, 2, 3):
            x = getattr(theirs, f"layer{number}")(x)
            torch.testing.assert_close(found[f"stage{number}"], x)
        # The same filters at every position instead of every second one.
        first = backbone.net.layer4[0](x)
        torch.testing.assert_close(every_second(first), theirs.layer4[0](x))
        torch.testing.assert_close(found["stage4"], theirs.layer4[1:](first))


def test_densenet_is_torchvisions_up_to_the_last_pool(originals):
    theirs, backbone = pair(originals, "densenet169")
    found = maps(backbone, images := torch.randn(2, 3, 64, 32).double())
    net = theirs.features
    with torch.no_grad():
        x = net.denseblock1(net.pool0(net.relu0(net.norm0(net.conv0(images)))))
        torch.testing.assert_close(found["stage1"], x)
        x = net.denseblock3(net.transition2(net.denseblock2(net.transition1(x))))
        torch.testing.assert_close(found["stage3"], x)
        x = net.transition3.conv(net.transition3.relu(net.transition3.norm(x)))
        x = torch.relu(net.norm5(net.denseblock4(x)))
        torch.testing.assert_close(found["stage4"], x)


def test_inception_is_torchvisions_up_to_the_last_reduction(originals):
    theirs, backbone = pair(originals, "inception_v3")
    found = maps(backbone, images := torch.randn(1, 3, 160, 80).double())
    with torch.no_grad():
        x = images
        for name, module in theirs.named_children():
            if name == "Mixed_7a":
                break
            x = x if name == "AuxLogits" else module(x)
        torch.testing.assert_close(found["stage3"], x)
        first = backbone.net.Mixed_7a(x)
        torch.testing.assert_close(every_second(first), theirs.Mixed_7a(x))
        torch.testing.assert_close(found["stage4"], theirs.Mixed_7c(theirs.Mixed_7b(first)))


@pytest.mark.parametrize("reading", READINGS)
def test_the_stem_has_its_relu_or_not(reading):
    model = build_model("resnet50", 3, reading).eval()
    net = model.backbone.net
    images = torch.randn(1, 3, 64, 32)
    stem = maps(model.backbone, images)["stem"]
    with torch.no_grad():
        x = net.bn1(net.conv1(images))
        x = torch.relu(x) if reading == "written" else x
        torch.testing.assert_close(stem, net.maxpool(x))
    assert bool((stem < 0).any()) == (reading == "released")


def test_momentum_reaches_every_batchnorm():
    with torch.device("meta"):
        model = build_model("resnet50-apnet-c2", 3, "released", batchnorm_momentum=0.3)
    layers = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    assert len(layers) == 53 + 5 + 5 + 1
    assert {layer.momentum for layer in layers} == {0.3}


def test_se_bottleneck_reweights_before_the_addition():
    torch.manual_seed(0)
    block = SEBottleneck(64, 16).double().eval()
    for layer in (block.bn1, block.bn2, block.bn3):
        layer.weight.data.uniform_(0.5, 1.5)
    assert block.se.squeeze.weight.shape == (1, 4, 64)
    x = torch.randn(2, 64, 5, 4).double()
    out = torch.relu(block.bn1(block.conv1(x)))
    out = block.bn3(block.conv3(torch.relu(block.bn2(block.conv2(out)))))
    hidden = torch.relu(out.mean(dim=3).mean(dim=2) @ block.se.squeeze.weight[0].T)
    scale = 1 / (1 + torch.exp(-hidden @ block.se.excite.weight[0].T))
    torch.testing.assert_close(block(x), torch.relu(x + out * scale[:, :, None, None]))


@pytest.mark.parametrize(("name", "blocks"), [("resnet50", 16), ("resnet101", 33)])
def test_se_is_in_every_block(name, blocks):
    with torch.device("meta"):
        model = build_model(f"{name}-se", 3)
        plain = build_model(name, 3)
    assert sum(isinstance(m, SEBottleneck) for m in model.modules()) == blocks
    assert {n for n in model.state_dict() if ".se." not in n} == set(plain.state_dict())


def test_imagenet_weights_of_an_older_torchvision_fit(originals):
    state = originals("resnet50").state_dict()
    old = {n: t for n, t in state.items() if not n.endswith("num_batches_tracked")}
    model = ours("resnet50-se", old)
    for name, tensor in model.backbone.net.state_dict().items():
        assert name not in old or torch.equal(tensor, old[name])
    dense = originals("densenet169").state_dict()
    renamed = {
        n.replace("norm1", "norm.1").replace("conv2", "conv.2") if "denselayer" in n else n: t
        for n, t in dense.items()
    }
    assert renamed.keys() != dense.keys()
    model = ours("densenet169", renamed)
    name = "features.denseblock2.denselayer3.conv2.weight"
    assert torch.equal(model.backbone.net.state_dict()[name], dense[name])


def test_the_local_branch_starts_from_the_last_stages_weights(originals):
    state = originals("resnet50").state_dict()
    model = ours("resnet50-multipart", state)
    for name, tensor in model.local[0].state_dict().items():
        assert torch.equal(tensor, state[f"layer4.{name}"])
    assert model.local[0][0].conv2.stride == (1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("conv1.weight"), "1 missing (conv1.weight)"),
        (lambda s: s.update(extra=torch.zeros(1)), "1 unknown (extra)"),
        (
            lambda s: s.update({"layer4.0.conv2.weight": torch.zeros(8, 512, 3, 3)}),
            "1 of another shape (layer4.0.conv2.weight)",
        ),
        (
            lambda s: s.update({"stem.weight": s.pop("conv1.weight")}),
            "1 missing (conv1.weight); 1 unknown (stem.weight)",
        ),
    ],
)
def test_imagenet_weights_that_do_not_fit_are_refused(originals, change, message):
    state = dict(originals("resnet50").state_dict())
    change(state)
    model = build_model("resnet50", 3)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(InputError) as refusal:
        load_imagenet(model, state)
    assert str(refusal.value) == (
        "these weights are of another architecture than resnet50, or not as apnet weights writes "
        f"them: {message}"
    )
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_weights_of_another_backbone_are_refused_without_listing_hundreds(originals):
    with pytest.raises(InputError) as refusal:
        load_imagenet(build_model("resnet50", 3), originals("densenet169").state_dict())
    assert "another architecture than resnet50" in str(refusal.value)
    assert "265 missing (bn1.bias, bn1.running_mean" in str(refusal.value)
    assert len(str(refusal.value)) < 2000
