"""Files of weights from elsewhere: what is taken of them, and what is said of the others."""

import argparse
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from apnet.cli import main
from apnet.errors import InputError
from apnet.models.importers.checkpoints import plain_state, read_checkpoint
from apnet.models.weights import read_weights

WEIGHTS = {"a": torch.ones(2)}
OTHERS = {"a": torch.zeros(2)}
ADAM = {"state": {0: {"step": torch.ones(()), "exp_avg": torch.ones(2)}}, "param_groups": [{}]}


def saved(tmp_path, content):
    torch.save(content, tmp_path / "w.pth")
    return tmp_path / "w.pth"


@pytest.mark.parametrize(
    ("content", "key", "left"),
    [
        (WEIGHTS, "", []),
        ({"model": WEIGHTS, "epoch": 3, "optimizer": ADAM}, "model", []),
        ({"model_ema": OTHERS, "model": WEIGHTS}, "model", ["model_ema"]),
        ({"ema": {"module": OTHERS, "decay": 0.9}, "model": WEIGHTS}, "model", ["ema.module"]),
        ({"model": OTHERS, "state_dict": WEIGHTS}, "state_dict", ["model"]),
        ({"model": {"name": "resnet50"}, "state_dict": WEIGHTS}, "state_dict", []),
    ],
)
def test_which_weights_of_a_checkpoint_are_taken_and_which_are_left(tmp_path, content, key, left):
    found = read_checkpoint(saved(tmp_path, content))
    assert torch.equal(found.state["a"], WEIGHTS["a"])
    assert (found.key, found.left) == (key, left)


NO_STATE_DICT = {
    "one under net (beside epoch, optimizer): save torch.load(FILE)['net'] alone": {
        "net": WEIGHTS,
        "epoch": 3,
        "optimizer": ADAM,
    },
    "one under net.state_dict: save torch.load(FILE)['net']['state_dict'] alone": {
        "net": {"state_dict": WEIGHTS}
    },
    "one under net, ema: save": {"net": WEIGHTS, "ema": OTHERS},
    "a dictionary with epoch (int), args (dict): save model.st": WEIGHTS | {"epoch": 3, "args": {}},
    "a dictionary with 'new\\nline (str)': save": {"new\nline": "text"},
    "a dictionary with 1 (Tensor): save": {1: torch.ones(2)},
    "one under '': save": {"": WEIGHTS},
    "a dictionary with nothing in it: save": {},
    "a list: save": [WEIGHTS],
}


@pytest.mark.parametrize("read", [read_weights, read_checkpoint])
@pytest.mark.parametrize("message", NO_STATE_DICT)
def test_what_is_held_in_place_of_a_state_dict_is_said(tmp_path, read, message):
    file = saved(tmp_path, NO_STATE_DICT[message])
    with pytest.raises(InputError) as refusal:
        read(file)
    assert str(refusal.value).startswith(f"{file} holds no plain state dict, but ")
    assert message in str(refusal.value) and "\n" not in str(refusal.value)


UNREADABLE = {
    "a number of numpy's, numpy": WEIGHTS | {"best": np.float64(0.9)},
    "an array of numpy's, numpy": {"a": np.ones(2)},
    "it holds argparse.Namespace, beside tensors": {"model": WEIGHTS, "args": argparse.Namespace()},
    "it holds torch.nn.modules.linear.Linear, beside tensors": nn.Linear(2, 2),
}


@pytest.mark.parametrize("message", UNREADABLE)
def test_what_keeps_a_file_from_being_loaded_is_named(tmp_path, message):
    with pytest.raises(InputError) as refusal:
        read_checkpoint(saved(tmp_path, UNREADABLE[message]))
    assert message in str(refusal.value) and "\n" not in str(refusal.value)
    assert str(refusal.value).endswith("when loaded: save model.state_dict() alone")


FILES = {
    "is empty": b"",
    "is a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
    "is a web page": b"\n<!DOCTYPE html><html><title>Sign in",
    "is packed with gzip": b"\x1f\x8b\x08\x00",
    "of another pickle protocol than torch.save's own": pickle.dumps(WEIGHTS, protocol=4),
}


@pytest.mark.parametrize("message", FILES)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_file_of_another_kind_is_recognised(tmp_path, suffix, message):
    file = tmp_path / f"w{suffix}"
    file.write_bytes(FILES[message])
    if message.startswith("of") and suffix == ".safetensors":
        message = "under a name of safetensors: name it .pth"
    with pytest.raises(InputError) as refusal:
        read_weights(file)
    assert message in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
def test_safetensors_under_another_name_and_a_scripted_model_are_recognised(tmp_path):
    save_file(WEIGHTS, tmp_path / "s.pth")
    torch.jit.script(nn.ReLU()).save(tmp_path / "j.pth")
    for name, message in (("s.pth", "name it .safetensors"), ("j.pth", "a TorchScript archive")):
        with pytest.raises(InputError, match=message):
            read_weights(tmp_path / name)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod.", "module.module."])
def test_names_lose_what_wrappers_put_before_them(prefix):
    inside = {f"{prefix}base._orig_mod.w": WEIGHTS["a"], f"{prefix}module_list.w": OTHERS["a"]}
    assert list(plain_state(inside, "w.pth")) == ["base.w", "module_list.w"]
    with pytest.raises(InputError, match=r"w.pth: x is there twice, as x and .*x: keep one of the"):
        plain_state({"x": WEIGHTS["a"], f"{prefix}x": OTHERS["a"]}, "w.pth")


def test_a_checkpoint_in_place_of_a_state_dict_is_told_from_one():
    with pytest.raises(InputError, match="not ours: no plain state dict, but a check"):
        plain_state({"net": WEIGHTS, "epoch": 3}, "not ours")


@pytest.mark.parametrize("number", [torch.nan, torch.inf])
def test_imagenet_weights_with_numbers_that_are_not_finite_are_refused(tmp_path, capsys, number):
    file = saved(tmp_path, {"conv1.weight": torch.tensor([1.0, number])})
    command = ["weights", "resnet50", "--from", str(file), "--out", str(tmp_path / "o.safetensors")]
    assert main(command) == 2
    assert f"{file} holds numbers that are not finite, first in conv1.weight" in (
        capsys.readouterr().err
    )
