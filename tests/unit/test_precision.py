import pytest
import torch

from apnet.evaluation.precision import full_precision


def in_force():
    matmul = torch.backends.cuda.matmul
    if hasattr(matmul, "fp32_precision"):
        return matmul.fp32_precision, torch.backends.mkldnn.matmul.fp32_precision
    return torch.get_float32_matmul_precision()


@pytest.mark.parametrize("chosen", ["medium", "high", "highest"])
def test_products_are_of_float32_within_and_as_chosen_after(chosen):
    full = ("ieee", "ieee") if isinstance(in_force(), tuple) else "highest"
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(chosen)
    try:
        outside = in_force()
        with pytest.raises(KeyError), full_precision():
            assert in_force() == full
            raise KeyError
        assert in_force() == outside
        assert torch.get_float32_matmul_precision() == chosen
    finally:
        torch.set_float32_matmul_precision(before)


def test_products_of_pytorch_before_2_9(monkeypatch):
    monkeypatch.setattr(torch.backends.cuda, "matmul", object())
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        with full_precision():
            assert torch.get_float32_matmul_precision() == "highest"
        assert torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision(before)
