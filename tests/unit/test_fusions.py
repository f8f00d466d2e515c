"""Convolutions fused with BatchNorm and ReLU: what PyTorch's side of the benchmark computes."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def fused(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import fused_convolutions

    return fused_convolutions


@pytest.mark.parametrize("kernel", [1, 3])
def test_the_pieces_give_the_gradients_of_batchnorm_relu_and_convolution(fused, kernel):
    shape = fused.Convolution(6, 5, kernel, 4)
    given = {n: t.double() for n, t in fused.problem(fused.sizes(shape, "32x16", 3), "cpu").items()}
    norm, relu = nn.BatchNorm2d(6).double(), nn.ReLU()
    conv = nn.Conv2d(6, 5, kernel, padding=kernel // 2, bias=False).double()
    conv.weight.data = given["w"]
    x = given["x"].requires_grad_()
    y = conv(relu(norm(x)))
    y.backward(given["dy"])

    # Its own statistics as the scale and bias that the pieces are given.
    scale = (x.var((0, 2, 3), unbiased=False, keepdim=True) + norm.eps).rsqrt()
    mean = x.mean((0, 2, 3), keepdim=True)
    data = given | {"x": x.detach(), "scale": scale.detach(), "bias": (-mean * scale).detach()}
    data["a"] = fused.normalised(data)

    def exact(one, other=None):
        other = one if other is None else other
        dims = {"dim": (0, 2, 3), "keepdim": True}
        return {"sum": one.sum(**dims), "dot": (one * other).sum(**dims)}

    forward = fused.normalised_statistics(shape, data, exact)
    torch.testing.assert_close(forward["y"], y.detach())
    torch.testing.assert_close(forward["dot"], y.detach().square().sum((0, 2, 3), keepdim=True))
    weights = fused.weight_gradient(shape, data, exact)["dw"]
    torch.testing.assert_close(weights, conv.weight.grad)
    back = fused.input_gradient(shape, data, exact)
    count = x.numel() / x.shape[1]
    of_scale = scale * (back["dot"] - mean * back["sum"])
    centred = (data["x"] - mean) * scale
    gradient = scale * (back["dz"] - back["sum"] / count - centred * of_scale / count)
    torch.testing.assert_close(gradient.detach(), x.grad)
    torch.testing.assert_close(of_scale.detach().flatten(), norm.weight.grad)
    torch.testing.assert_close(back["sum"].flatten(), norm.bias.grad)


def test_sums_are_those_of_float64(fused):
    x, y = torch.randn(2, 3, 4, 5, 6).bfloat16()
    found = fused.sums(x, y)
    for name, term in (("sum", x.double()), ("dot", x.double() * y.double())):
        wanted = term.sum((0, 2, 3), keepdim=True)
        torch.testing.assert_close(found[name].double(), wanted, rtol=1e-5, atol=1e-4)
    assert found["sum"].dtype == torch.float32


def test_without_cudnns_package_one_sentence_says_what_to_install(fused, monkeypatch):
    monkeypatch.setitem(sys.modules, "cudnn", None)
    with pytest.raises(SystemExit, match="pip install nvidia-cudnn-frontend"):
        fused.cudnn()


@pytest.mark.gpu
def test_cudnns_graphs_compute_what_pytorch_does(fused):
    pytest.importorskip("cudnn")
    shape = fused.Convolution(64, 64, 3, 4)
    sizes = fused.sizes(shape, "64x32", 8)
    wide = fused.problem(sizes, torch.device("cuda"))
    wide["a"] = fused.normalised(wide)
    form = {"dtype": torch.float16, "memory_format": torch.channels_last}
    for fusion in fused.FUSIONS:
        graph = fused.graph(fusion, shape, sizes, type=torch.float16)
        vectors = {name: wide[name].to(graph.vectors) for name in ("scale", "bias")}
        data = {name: wide[name].to(**form) for name in ("x", "w", "dy")} | vectors
        wanted = fusion(shape, wide, fused.sums)
        made = {name: torch.empty_like(t, **form) for name, t in wanted.items()}
        made |= {n: torch.empty_like(wanted[n]) for n in ("sum", "dot") if n in wanted}
        next(graph.runs(data | made, 1))()
        for name, tensor in wanted.items():
            assert (made[name] - tensor).abs().max() < 0.02 * tensor.abs().max(), (fusion, name)
