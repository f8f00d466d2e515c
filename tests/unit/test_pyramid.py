import re
from dataclasses import replace
from pathlib import Path

import naive
import pytest
import torch
from torch import nn

from apnet.config.readings import RELEASED, WRITTEN
from apnet.errors import InputError
from apnet.models import AttentionPyramid

MODES = pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
PLUG_IN = Path(__file__).resolve().parents[2] / "docs" / "plug-in.md"


def images(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def written_level(x, w):
    """Eq. 3 for channels: one sigmoid on the merged map."""
    return x * torch.sigmoid(naive.squeeze_excitation(x, w))[:, :, None, None]


def released_level(x, w, parts, training):
    logits = naive.split_attention(x, naive.under(w, "attention"), parts, training)
    shares = naive.softmax_over_parts(logits)
    return naive.batchnorm(x * shares[:, :, None, None], naive.under(w, "batchnorm"), training)


@MODES
@pytest.mark.parametrize(("level", "radix"), [(1, 2), (2, 2), (3, 2), (2, 4), (3, 3), (2, 1)])
def test_written_channel_pyramid(level, radix, training):
    channels = 36 if radix == 3 else 16
    module = naive.randomise(AttentionPyramid(channels, level, radix)).train(training)

    def formula(x, w):
        for i in range(level):
            own = naive.under(w, f"levels.{i}.attention")
            assert len(own["squeeze.weight"]) == radix**i
            x = written_level(x, own)
        return x

    naive.assert_same(module, formula, images(3, channels, 4, 5))


@MODES
@pytest.mark.parametrize(("level", "radix"), [(1, 2), (2, 2), (3, 2), (2, 4), (2, 1)])
def test_released_channel_pyramid_runs_from_fine_to_coarse(level, radix, training):
    module = naive.randomise(AttentionPyramid(16, level, radix, reading=RELEASED)).train(training)

    def formula(x, w):
        for i in reversed(range(1, level)):
            x = released_level(x, naive.under(w, f"levels.{i}"), radix**i, training)
        return written_level(x, naive.under(w, "levels.0.attention"))

    if radix == 1:
        # A softmax over one part is 1 whatever its input: the bottleneck has no gradient.
        x = images(4, 16, 4, 3).double()
        torch.testing.assert_close(module(x), formula(x, module.state_dict()))
    else:
        naive.assert_same(module, formula, images(4, 16, 4, 3))


@MODES
@pytest.mark.parametrize(("level", "parts"), [(1, 1), (2, 2), (3, 4)])
def test_spatial_pyramid_splits_the_rows(level, parts, training):
    module = naive.randomise(AttentionPyramid(16, level, size=(8, 4))).train(training)

    def formula(x, w):
        for i in range(level):
            rows = 8 // 2**i
            maps = [
                naive.relation_aware(
                    x[:, :, j * rows : (j + 1) * rows],
                    naive.of_part(naive.under(w, f"levels.{i}.attention"), j, 2**i),
                    training,
                )
                for j in range(2**i)
            ]
            x = x * torch.sigmoid(torch.cat(maps, dim=2))
        return x

    assert module.levels[-1].attention.parts == parts
    naive.assert_same(module, formula, images(3, 16, 8, 4))


@pytest.mark.parametrize("reading", [WRITTEN, RELEASED], ids=lambda r: r.name)
def test_a_stack_is_the_same_attention_three_times_whole(reading):
    module = naive.randomise(AttentionPyramid(8, 3, reading=reading, stacked=True))

    def formula(x, w):
        levels = range(3) if reading is WRITTEN else reversed(range(3))
        for i in levels:
            own = naive.under(w, f"levels.{i}.attention")
            assert own["squeeze.weight"].shape == (1, 8, 8)
            x = written_level(x, own)
        return x

    naive.assert_same(module, formula, images(2, 8, 3, 3))


def test_each_switch_acts_by_itself():
    x = images(4, 16, 4, 3).double()
    written = naive.randomise(AttentionPyramid(16, 2))
    w = written.state_dict()

    reversed_order = AttentionPyramid(16, 2, reading=replace(WRITTEN, level_order="fine-to-coarse"))
    naive.randomise(reversed_order).load_state_dict(w)
    expected = written_level(x, naive.under(w, "levels.1.attention"))
    expected = written_level(expected, naive.under(w, "levels.0.attention"))
    torch.testing.assert_close(reversed_order(x), expected)

    softmax = AttentionPyramid(16, 2, reading=replace(WRITTEN, normaliser="softmax"))
    naive.randomise(softmax).load_state_dict(w)
    coarse = written_level(x, naive.under(w, "levels.0.attention"))
    logits = naive.squeeze_excitation(coarse, naive.under(w, "levels.1.attention"))
    shares = naive.softmax_over_parts(torch.stack(logits.chunk(2, dim=1), dim=1))
    torch.testing.assert_close(softmax(x), coarse * shares[:, :, None, None])

    normed = naive.randomise(
        AttentionPyramid(16, 2, reading=replace(WRITTEN, level_batchnorm=True))
    )
    assert normed.levels[0].batchnorm is None
    expected = naive.batchnorm(
        written(x), naive.under(normed.state_dict(), "levels.1.batchnorm"), training=True
    )
    normed.levels.load_state_dict(written.levels.state_dict(), strict=False)
    torch.testing.assert_close(normed(x), expected)

    wide = AttentionPyramid(16, 2, reading=replace(WRITTEN, se_hidden=5))
    assert [tuple(level.attention.squeeze.weight.shape) for level in wide.levels] == [
        (1, 5, 16),
        (2, 5, 8),
    ]


def test_the_bias_of_a_levels_batchnorm_stays_at_0():
    module = AttentionPyramid(64, 3, reading=RELEASED)
    frozen = [name for name, p in module.named_parameters() if not p.requires_grad]
    assert frozen == ["levels.1.batchnorm.bias", "levels.2.batchnorm.bias"]
    assert all(not module.get_parameter(name).any() for name in frozen)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 63}, "level 2 makes 2 parts, which do not divide the 63 channels"),
        ({"channels": 64, "level": 3, "radix": 3}, "level 2 makes 3 parts"),
        ({"channels": 96, "level": 3, "radix": 3}, "level 3 makes 9 parts"),
        ({"channels": 64, "size": (7, 4)}, "level 2 makes 2 parts, which do not divide the 7 rows"),
        ({"channels": 64, "level": 0}, "level and radix of 1 or more, not 0 and 2"),
        ({"channels": 64, "radix": 0}, "level and radix of 1 or more, not 2 and 0"),
    ],
)
def test_what_cannot_be_split_is_refused(arguments, message):
    with pytest.raises(InputError, match=re.escape(message)):
        AttentionPyramid(**arguments)


def test_a_spatial_pyramid_refuses_maps_of_another_size():
    pyramid = AttentionPyramid(16, 2, size=(8, 4))
    with pytest.raises(InputError, match="built for maps of 8x4 was given one of 12x4"):
        pyramid(images(1, 16, 12, 4))


@MODES
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize(
    "options",
    [
        {"level": 3},
        {"level": 3, "reading": RELEASED},
        {"level": 3, "stacked": True},
        {"level": 2, "size": (8, 4)},
    ],
    ids=["written", "released", "stacked", "spatial"],
)
def test_the_memory_format_comes_out_as_it_went_in(options, layout, training):
    module = AttentionPyramid(16, **options).to(memory_format=layout).train(training)
    x = images(4, 16, 8, 4).to(memory_format=layout).requires_grad_()
    for precision in (torch.float32, torch.bfloat16):
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            y = module(x)
        assert y.shape == x.shape
        assert y.is_contiguous(memory_format=layout)
        gradient = torch.autograd.grad(y.square().sum(), x)[0]
        assert gradient.is_contiguous(memory_format=layout)


class Toy(nn.Module):
    """Someone's own network: stages that are Sequentials, with a ResNet's widths."""

    def __init__(self):
        super().__init__()
        widths = (3, 256, 512, 1024, 2048)
        for stage, width in enumerate(widths[1:], start=1):
            layer = nn.Sequential(nn.Conv2d(widths[stage - 1], width, 1), nn.ReLU())
            setattr(self, f"layer{stage}", layer)

    def stages(self):
        return [self.layer1, self.layer2, self.layer3, self.layer4]

    def forward(self, x):
        for stage in self.stages():
            x = stage(x)
        return x


def snippets():
    return re.findall(r"```python\n(.*?)```", PLUG_IN.read_text(), flags=re.DOTALL)


def test_the_five_lines_of_the_plug_in_page():
    lines = snippets()[0]
    assert len(list(filter(None, lines.splitlines()))) == 5
    network = Toy().double()
    plain = [list(stage) for stage in network.stages()]
    exec(lines, {"network": network})
    network.double()
    x = images(2, 3, 4, 2).double()
    found = network(x)
    for stage, modules in zip(network.stages(), plain, strict=True):
        for module in modules:
            x = module(x)
        for level in (0, 1):
            x = written_level(x, naive.under(stage[-1].state_dict(), f"levels.{level}.attention"))
    torch.testing.assert_close(found, x, rtol=1e-10, atol=1e-10)
    trained = sum(p.numel() for stage in network.stages() for p in stage[-1].parameters())
    assert trained == 2 * 2 * 8 * (256 + 512 + 1024 + 2048)


def test_the_other_snippets_of_the_plug_in_page():
    for snippet in snippets()[1:]:
        names = {"network": Toy()}
        exec(snippet, names)
        if "pyramid" in names:
            assert names["pyramid"](images(2, 256, 8, 4)).shape == (2, 256, 8, 4)
        else:
            sizes = [stage[-1].levels[0].attention.size for stage in names["network"].stages()]
            assert sizes == [(64, 32), (32, 16), (16, 8), (16, 8)]
