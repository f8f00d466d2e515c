import pytest
import torch

from apnet.models.pooling import GlobalAverage, average

LAYOUTS = [torch.contiguous_format, torch.channels_last]


def drawn(layout=torch.contiguous_format, dtype=torch.float32):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 5, 6, 4, generator=generator).to(dtype)
    return x.contiguous(memory_format=layout).requires_grad_()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_is_the_mean_of_each_channel(layout):
    x = drawn(layout)
    rows = x.detach().double().tolist()
    means = [[sum(map(sum, channel)) / 24 for channel in image] for image in rows]
    found = average(x)
    assert found.shape == (3, 5, 1, 1)
    torch.testing.assert_close(found.flatten(1), torch.tensor(means))
    assert torch.equal(GlobalAverage()(x), found)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_its_numbers_are_pytorchs_to_the_last_bit(layout, dtype):
    ours, theirs = drawn(layout, dtype), drawn(layout, dtype)
    pooled, wanted = average(ours), torch.nn.functional.adaptive_avg_pool2d(theirs, 1)
    assert torch.equal(pooled, wanted)
    weights = drawn(dtype=dtype).detach()[:, :, :1, :1]
    (pooled * weights).sum().backward()
    (wanted * weights).sum().backward()
    assert torch.equal(ours.grad, theirs.grad)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("rows", [slice(None), slice(2, 5)], ids=["map", "band"])
def test_the_gradient_is_laid_out_as_the_map(layout, rows):
    x = drawn(layout)
    band = x[:, :, rows]
    gradient = torch.autograd.grad(average(band).square().sum(), band)[0]
    assert gradient.is_contiguous(memory_format=layout)


def test_its_gradients_are_right_twice():
    x = drawn(dtype=torch.float64)
    assert torch.autograd.gradcheck(average, x)
    assert torch.autograd.gradgradcheck(average, x)
