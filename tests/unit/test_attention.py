import math

import naive
import pytest
import torch

from apnet.models.attention.part_linear import PartLinear
from apnet.models.attention.relation_aware_spatial import RelationAwareSpatial
from apnet.models.attention.split_attention import SplitAttention
from apnet.models.attention.squeeze_excitation import SqueezeExcitation

MODES = pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])


def images(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def spread(x):
    """N x C as the map that an attention returns."""
    return x[:, :, None, None]


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_squeeze_excitation_is_a_block_of_its_own_for_each_part(parts):
    module = naive.randomise(SqueezeExcitation(16, hidden=3, parts=parts))
    naive.assert_same(
        module, lambda x, w: spread(naive.squeeze_excitation(x, w)), images(3, 16, 5, 4)
    )


def test_the_parts_do_not_see_each_other():
    module = naive.randomise(SqueezeExcitation(8, hidden=4, parts=2))
    x = images(2, 8, 3, 3).double()
    changed = x.clone()
    changed[:, 4:] += 1
    before, after = module(x), module(changed)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_each_part_starts_as_two_linear_layers_would():
    torch.manual_seed(0)
    module = SqueezeExcitation(4096, hidden=64, parts=2)
    for weight, fan_in in ((module.squeeze.weight, 2048), (module.excite.weight, 64)):
        bound = 1 / math.sqrt(fan_in)
        for part in weight:
            assert part.abs().max() <= bound
            assert part.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02)
        assert not torch.allclose(weight[0], weight[1])


@MODES
@pytest.mark.parametrize("parts", [1, 2, 4])
def test_split_attention_shares_one_bottleneck(parts, training):
    module = naive.randomise(SplitAttention(16, parts)).train(training)

    def formula(x, w):
        logits = naive.split_attention(x, w, parts, training)
        return spread(torch.cat(list(logits.unbind(1)), dim=1))

    naive.assert_same(module, formula, images(5, 16, 4, 3))


@pytest.mark.parametrize(("channels", "parts", "hidden"), [(64, 2, 32), (256, 2, 128), (8, 2, 32)])
def test_split_attention_has_the_widths_of_the_release(channels, parts, hidden):
    module = SplitAttention(channels, parts)
    assert module.fc1.weight.shape == (hidden, channels // parts)
    assert module.fc2.weight.shape == (channels, hidden)
    assert module.fc1.bias is not None and module.fc2.bias is not None


@MODES
@pytest.mark.parametrize("size", [(4, 4), (2, 3), (8, 8)])
def test_relation_aware_attention_position_by_position(size, training):
    module = naive.randomise(RelationAwareSpatial(16, *size)).train(training)
    naive.assert_same(
        module,
        lambda x, w: naive.relation_aware(x, naive.of_part(w, 0, 1), training),
        images(3, 16, *size),
    )


def test_each_part_embeds_as_a_convolution_of_its_own_would_at_first():
    torch.manual_seed(0)
    weight = PartLinear(1024, 64, parts=2).weight
    bound = 1 / math.sqrt(1024)
    assert weight.abs().max() <= bound
    assert weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02)
    assert not torch.allclose(weight[0], weight[1])


@pytest.mark.parametrize(
    ("channels", "size", "relations", "hidden", "params", "clamped"),
    [
        (256, (64, 32), 256, 32, 1_082_178, False),
        (512, (32, 16), 64, 8, 164_898, False),
        (1024, (16, 8), 16, 2, 398_154, False),
        (2048, (16, 8), 16, 2, 1_578_570, False),
        (256, (32, 32), 128, 16, 289_282, False),
        (512, (16, 16), 32, 4, 115_282, False),
        (1024, (8, 8), 8, 1, 395_038, False),
        (2048, (8, 8), 8, 1, 1_575_454, False),
        (1024, (4, 8), 4, 1, None, True),
        (1024, (1, 2), 1, 1, None, True),
        (4, (8, 8), 8, 1, None, True),
    ],
)
def test_relation_aware_widths(channels, size, relations, hidden, params, clamped):
    module = RelationAwareSpatial(channels, *size)
    assert module.relate.linear.weight.shape == (1, relations, 2 * size[0] * size[1])
    assert module.weigh[0].linear.weight.shape == (1, hidden, 1 + relations)
    assert module.clamped is clamped
    assert params in (None, sum(p.numel() for p in module.parameters()))
