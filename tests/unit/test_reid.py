import naive
import pytest
import torch
from torch import nn

from apnet.config.readings import READINGS, get_reading
from apnet.errors import InputError
from apnet.models import build_model, load_imagenet
from apnet.models.attention.split_attention import SplitAttention
from apnet.models.attention.squeeze_excitation import SqueezeExcitation
from apnet.models.method import clamped_layers
from apnet.runtime.torchvision_compat import torchvision

STAGES = (1, 2, 3, 4)


def images(count=3, height=64, width=32):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, 3, height, width, generator=generator).double()


def model(name, reading="written", seed=0):
    """A network in double precision whose necks, statistics and attention all act."""
    torch.manual_seed(seed)
    made = build_model(name, 5, reading, input_size=(64, 32)).double()
    for module in made.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
        if isinstance(module, SqueezeExcitation):
            module.squeeze.weight.data.mul_(5)
            module.excite.weight.data.mul_(5)
    return made


def outline(name, reading="written", size=(384, 192), classes=751):
    """A network without numbers: names, shapes, which parameters are trained."""
    with torch.device("meta"):
        return build_model(name, classes, reading, size)


def head(x, w, training):
    """Feature, embedding and logits of a map, from a head's weights."""
    feature = naive.pool(x)
    embedding = naive.batchnorm(feature, naive.under(w, "neck"), training)
    return feature, embedding, embedding @ w["classifier.weight"].T


def written(made, x, level):
    """Maps after stages 3 and 4: torchvision's stages, each with its levels after it."""
    net, w = made.backbone.net, made.state_dict()
    x = net.maxpool(torch.relu(net.bn1(net.conv1(x))))
    for stage in STAGES:
        before, x = x, getattr(net, f"layer{stage}")(x)
        for i in range(level):
            own = naive.under(w, f"pyramids.stage{stage}.levels.{i}.attention")
            x = x * torch.sigmoid(naive.squeeze_excitation(x, own))[:, :, None, None]
    return before, x


@pytest.mark.parametrize(("name", "level"), [("resnet50", 0), ("resnet50-apnet-c2", 2)])
def test_training_gives_logits_and_the_feature_before_the_neck(name, level):
    made = model(name).train()
    w = naive.under({n: t.clone() for n, t in made.state_dict().items()}, "heads.0")
    with torch.no_grad():
        logits, feature = made(images())
        wanted = head(written(made, images(), level)[1], w, training=True)
    torch.testing.assert_close(feature, wanted[0], rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(logits, wanted[2], rtol=1e-9, atol=1e-11)
    assert logits.shape == (3, 5) and feature.shape == (3, 2048)


@pytest.mark.parametrize(("name", "level"), [("resnet50", 0), ("resnet50-apnet-c2", 2)])
def test_evaluation_gives_the_embedding_after_the_neck(name, level):
    made = model(name).eval()
    w = naive.under(made.state_dict(), "heads.0")
    with torch.no_grad():
        embedding = made(images())
        wanted = head(written(made, images(), level)[1], w, training=False)
        logits = made.classify(embedding)
    torch.testing.assert_close(embedding, wanted[1], rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(logits, wanted[2], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("name", "level"), [("resnet50", 0), ("resnet50-apnet-c2", 2)])
def test_multipart_adds_two_heads_on_the_halves_of_a_branch_of_its_own(name, level):
    made = model(f"{name}-multipart").eval()
    for parameter in made.local.parameters():
        parameter.data.mul_(1.1)
    w = made.state_dict()
    with torch.no_grad():
        before, whole = written(made, images(), level)
        local = made.local[0](before)
        for i in range(level):
            own = naive.under(w, f"local.1.levels.{i}.attention")
            local = local * torch.sigmoid(naive.squeeze_excitation(local, own))[:, :, None, None]
        assert local.shape[2:] == (4, 2)
        maps = (whole, local[:, :, :2], local[:, :, 2:])
        wanted = [head(x, naive.under(w, f"heads.{i}"), False) for i, x in enumerate(maps)]
        embedding = made(images())
        logits = made.classify(embedding)
    torch.testing.assert_close(
        embedding, torch.cat([each[1] for each in wanted], dim=1), rtol=1e-9, atol=1e-11
    )
    torch.testing.assert_close(logits, sum(each[2] for each in wanted) / 3, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("name", "level"), [("resnet50", 0), ("resnet50-apnet-c1", 1)])
def test_multipart_may_split_the_map_that_all_share(name, level):
    made = model(f"{name}-multipart", get_reading("written", local_branch="shared")).eval()
    w = made.state_dict()
    assert not [key for key in w if key.startswith("local")]
    with torch.no_grad():
        _, whole = written(made, images(), level)
        maps = (whole, whole[:, :, :2], whole[:, :, 2:])
        wanted = [head(x, naive.under(w, f"heads.{i}"), False) for i, x in enumerate(maps)]
        embedding = made(images())
    torch.testing.assert_close(
        embedding, torch.cat([each[1] for each in wanted], dim=1), rtol=1e-9, atol=1e-11
    )


def test_multipart_trains_three_heads():
    made = model("resnet50-multipart").train()
    w = {n: t.clone() for n, t in made.state_dict().items()}
    with torch.no_grad():
        logits, features = made(images())
    assert isinstance(logits, tuple) and isinstance(features, tuple)
    assert [tuple(x.shape) for x in logits] == [(3, 5)] * 3
    assert [tuple(x.shape) for x in features] == [(3, 2048)] * 3
    for i, feature in enumerate(features):
        own = naive.under(w, f"heads.{i}")
        embedding = naive.batchnorm(feature, naive.under(own, "neck"), training=True)
        torch.testing.assert_close(logits[i], embedding @ own["classifier.weight"].T)


def test_the_local_branch_starts_as_the_last_stage_and_goes_its_own_way():
    made = model("resnet50-apnet-c2-multipart")
    torch.manual_seed(7)
    load_imagenet(made, torchvision.models.resnet50(weights=None).state_dict())
    pairs = [(made.local[0], made.backbone.net.layer4), (made.local[1], made.pyramids["stage4"])]
    for copied, original in pairs:
        w = original.state_dict()
        assert w.keys() == copied.state_dict().keys()
        assert all(torch.equal(t, w[n]) for n, t in copied.state_dict().items())
        shared = {id(p) for p in copied.parameters()} & {id(p) for p in original.parameters()}
        assert not shared
    assert made.local[0][0].conv2.stride == (1, 1)


def test_the_head_as_it_starts():
    torch.manual_seed(0)
    made = build_model("resnet50", 751)
    neck, classifier = made.heads[0].neck, made.heads[0].classifier
    assert neck.weight.requires_grad and torch.equal(neck.weight, torch.ones(2048))
    assert not neck.bias.requires_grad and not neck.bias.any()
    assert classifier.bias is None
    assert classifier.weight.std().item() == pytest.approx(0.001, rel=0.01)
    assert abs(classifier.weight.mean().item()) < 1e-5


@pytest.mark.parametrize(
    ("name", "reading", "without_classifier"),
    [
        ("resnet50", "released", 23_512_128),
        ("resnet50-apnet-c1", "released", 23_574_592),
        ("resnet50-apnet-c2", "released", 27_773_152),
        ("resnet50-apnet-c3", "released", 34_764_896),
        ("resnet50-apnet-c2-r4", "released", 30_566_336),
        ("resnet50-apnet-c2-r32", "released", 69_670_912),
        ("resnet50-stacked-c3", "released", 23_699_520),
        ("resnet50", "written", 23_512_128),
        ("resnet50-se", "written", 26_027_072),
        ("resnet101", "written", 42_504_256),
        # Levels of 8 hidden units per part: 2 x 8 x C weights, however many parts.
        ("resnet50-apnet-c1", "written", 23_512_128 + 16 * (256 + 512 + 1024 + 2048)),
        ("resnet50-apnet-c2", "written", 23_512_128 + 2 * 16 * (256 + 512 + 1024 + 2048)),
        ("resnet50-apnet-c3", "written", 23_512_128 + 3 * 16 * (256 + 512 + 1024 + 2048)),
        ("resnet50-stacked-c3", "written", 23_512_128 + 3 * 16 * (256 + 512 + 1024 + 2048)),
        # Another last stage, and two more necks.
        ("resnet50-multipart", "written", 23_512_128 + 14_964_736 + 2 * 4096),
    ],
)
def test_parameters_of_channel_models(name, reading, without_classifier):
    made = outline(name, reading)
    heads = len(made.heads)
    assert heads == (3 if name.endswith("multipart") else 1)
    total = sum(p.numel() for p in made.parameters())
    assert total == without_classifier + heads * 751 * 2048


@pytest.mark.parametrize(
    ("name", "without_classifier"),
    [
        ("resnet50-apnet-s1", 26_735_928),
        ("resnet50-apnet-s2", 31_486_040),
        ("resnet50-stacked-s3", 33_183_528),
    ],
)
def test_parameters_of_spatial_models(name, without_classifier):
    total = sum(p.numel() for p in outline(name, size=(256, 128)).parameters())
    assert total == without_classifier + 751 * 2048


@pytest.mark.parametrize("name", ["resnet50-apnet-c2", "resnet101-apnet-c1", "resnet50-stacked-c3"])
def test_stages_of_the_two_readings(name):
    stages = ["stage1", "stage2", "stage3", "stage4"]
    assert list(outline(name).pyramids) == stages
    assert list(outline(name, "released").pyramids) == ["stem", *stages]


def test_sub_attention_of_the_two_readings():
    def kinds(reading):
        levels = outline("resnet50-apnet-c2", reading).pyramids["stage4"].levels
        return [type(level.attention) for level in levels]

    assert kinds("written") == [SqueezeExcitation, SqueezeExcitation]
    assert kinds("released") == [SqueezeExcitation, SplitAttention]


def test_spatial_models_have_the_written_form_in_both_readings():
    both = [model("resnet50-apnet-s2", reading).eval() for reading in READINGS]
    assert both[0].state_dict().keys() == both[1].state_dict().keys()
    both[1].load_state_dict(both[0].state_dict())
    with torch.no_grad():
        assert torch.equal(both[0](images()), both[1](images()))
    assert list(both[1].pyramids) == ["stage1", "stage2", "stage3", "stage4"]


def test_inner_widths_that_came_to_nothing_are_listed():
    assert clamped_layers(outline("resnet50-apnet-s2", size=(256, 128))) == []
    assert clamped_layers(outline("resnet50-apnet-s3", size=(256, 128))) == [
        f"pyramids.stage{stage}.levels.2.attention" for stage in (3, 4)
    ]


def test_the_random_state_decides_the_weights():
    first, again, other = (model("resnet50", seed=seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(tensor, again[name]) for name, tensor in first.items())
    assert not torch.equal(first["backbone.net.conv1.weight"], other["backbone.net.conv1.weight"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("resnet51", 3), "unknown model 'resnet51'"),
        (("resnet50", 3, "spoken"), "unknown reading 'spoken': choose one of written, released"),
        (("resnet50-apnet-s2", 3, "written", (240, 96)), "do not divide the 15 rows of stage3"),
    ],
)
def test_what_cannot_be_built_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        build_model(*arguments)
