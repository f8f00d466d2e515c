import hashlib
import os
from urllib.error import URLError

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from apnet.cli import main
from apnet.errors import InputError
from apnet.models import build_model, load_imagenet
from apnet.models.weights import read_weights
from apnet.runtime.torchvision_compat import torchvision

URL = "https://download.pytorch.org/models/resnet50-0676ba61.pth"


@pytest.fixture(scope="module")
def state():
    """A file of torchvision's would hold this: a classifier, and statistics of its own."""
    torch.manual_seed(3)
    tensors = torchvision.models.resnet50(weights=None).state_dict()
    for name, tensor in tensors.items():
        if name.endswith("running_mean"):
            tensor.normal_()
    return tensors


@pytest.fixture(scope="module")
def pth(state, tmp_path_factory):
    file = tmp_path_factory.mktemp("torchvision") / "resnet50-1234abcd.pth"
    torch.save(state, file)
    return file


def convert(out, source, *options, backbone="resnet50"):
    return main(["weights", backbone, "--out", str(out), "--from", str(source), *options])


def refused(capsys, tmp_path, source, *options, backbone="resnet50"):
    """The one sentence of a refusal, after which the folder of the output is empty."""
    folder = tmp_path / "out"
    folder.mkdir()
    assert convert(folder / "w.safetensors", source, *options, backbone=backbone) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("apnet: ") and said.err.count("\n") == 1
    assert os.listdir(folder) == []
    return said.err


def holds(model, state):
    own = model.backbone.net.state_dict()
    assert len(own) == 318
    return all(torch.equal(tensor, state[name]) for name, tensor in own.items())


def test_a_pth_is_converted_and_reaches_the_model(tmp_path, capsys, pth, state):
    out = tmp_path / "deep" / "w.safetensors"
    assert convert(out, pth) == 0
    digest = hashlib.sha256(pth.read_bytes()).hexdigest()
    assert digest in capsys.readouterr().out
    with safe_open(out, "pt") as stream:
        assert stream.metadata()["source_sha256"] == digest
    model = build_model("resnet50-apnet-c2", 3)
    assert not holds(model, state)
    load_imagenet(model, load_file(out))
    assert holds(model, state)


def test_a_safetensors_file_is_converted_too(tmp_path, state):
    source, out = tmp_path / "hub.safetensors", tmp_path / "w.safetensors"
    save_file(state, source)
    assert convert(out, source) == 0
    model = build_model("resnet50", 3)
    load_imagenet(model, load_file(out))
    assert holds(model, state)


def test_the_old_names_of_densenet(tmp_path):
    dense = torchvision.models.densenet169(weights=None).state_dict()
    old = {
        name.replace("norm1", "norm.1").replace("conv1", "conv.1")
        if "denselayer" in name
        else name: tensor
        for name, tensor in dense.items()
    }
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, tmp_path / "old.pth")
    assert convert(tmp_path / "w.safetensors", tmp_path / "old.pth", backbone="densenet169") == 0
    model = build_model("densenet169", 3)
    load_imagenet(model, load_file(tmp_path / "w.safetensors"))
    for name, tensor in model.backbone.net.state_dict().items():
        assert torch.equal(tensor, dense[name])


def test_the_right_digest_is_accepted_in_either_case(tmp_path, pth):
    digest = hashlib.sha256(pth.read_bytes()).hexdigest()
    assert convert(tmp_path / "w.safetensors", pth, "--sha256", digest.upper()) == 0


def test_another_digest_is_refused(tmp_path, capsys, pth):
    said = refused(capsys, tmp_path, pth, "--sha256", "0" * 64)
    assert f"{pth} has SHA-256" in said and "0" * 64 in said


def test_another_architecture_is_refused(tmp_path, capsys, pth):
    said = refused(capsys, tmp_path, pth, backbone="resnet101")
    assert "another architecture than resnet101" in said and "missing" in said


def test_an_absent_file_is_refused(tmp_path, capsys):
    for name in ("absent.pth", "."):
        assert f"no weights at {tmp_path / name}" in refused(capsys, tmp_path, tmp_path / name)
        (tmp_path / "out").rmdir()


OBJECTS = {
    "a list": [torch.zeros(2)],
    "a checkpoint around a state dict": {"epoch": 3, "state_dict": {"w": torch.zeros(2)}},
    "names that are no text": {1: torch.zeros(2)},
}


@pytest.mark.parametrize("content", OBJECTS.values(), ids=OBJECTS)
def test_what_is_no_state_dict_is_refused(tmp_path, capsys, content):
    torch.save(content, tmp_path / "w.pth")
    assert "w.pth holds no plain state dict" in refused(capsys, tmp_path, tmp_path / "w.pth")


def test_a_whole_module_is_refused_and_not_unpickled(tmp_path, capsys):
    torch.save(nn.Linear(2, 2), tmp_path / "w.pth")
    assert "cannot read weights from" in refused(capsys, tmp_path, tmp_path / "w.pth")


def damaged(whole):
    """Cut short at several places, and with one byte altered after another."""
    for end in range(0, len(whole), 37):
        yield whole[:end]
    for place in range(0, len(whole), 7):
        yield whole[:place] + bytes([whole[place] ^ 0x91]) + whole[place + 1 :]


@pytest.mark.parametrize("kind", ["zip.pth", "old.pth", "w.safetensors"])
def test_damaged_files_are_read_or_refused(tmp_path, kind):
    tensors, file = {"a.weight": torch.arange(4.0), "b": torch.zeros(2, 2)}, tmp_path / kind
    if kind == "w.safetensors":
        save_file(tensors, file)
    else:
        torch.save(tensors, file, _use_new_zipfile_serialization=kind == "zip.pth")
    refusals = []
    for content in damaged(file.read_bytes()):
        file.write_bytes(content)
        try:
            read_weights(file)
        except InputError as error:
            refusals.append(str(error))
    assert len(refusals) > 20
    assert all(str(file) in refusal and "\n" not in refusal for refusal in refusals)


def test_tensors_that_share_memory_are_written(tmp_path, state):
    shared = dict(state) | {"fc.bias": state["fc.weight"][0]}
    torch.save(shared, tmp_path / "w.pth")
    assert convert(tmp_path / "w.safetensors", tmp_path / "w.pth") == 0
    assert torch.equal(load_file(tmp_path / "w.safetensors")["fc.bias"], state["fc.weight"][0])


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, capsys, pth):
    (tmp_path / "file").write_text("")
    assert convert(tmp_path / "file" / "w.safetensors", pth) == 2
    assert capsys.readouterr().err.startswith(f"apnet: cannot write {tmp_path / 'file'}")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of torch's downloads, in a place without a network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))

    def unreachable(request):
        assert request.full_url == URL
        raise URLError("no network")

    monkeypatch.setattr("torch.hub.urlopen", unreachable)
    return tmp_path / "torch" / "hub" / "checkpoints"


def test_without_a_network_it_says_how_to_bring_the_file(tmp_path, capsys, cache):
    assert main(["weights", "resnet50", "--out", str(tmp_path / "w.safetensors")]) == 2
    said = capsys.readouterr().err
    assert f"cannot download {URL}" in said and "no network" in said and "--from" in said
    assert said.count("\n") == 1 and not (tmp_path / "w.safetensors").exists()


def test_a_damaged_download_in_the_cache_is_refused(tmp_path, capsys, cache):
    cache.mkdir(parents=True)
    (cache / "resnet50-0676ba61.pth").write_bytes(b"cut short")
    assert main(["weights", "resnet50", "--out", str(tmp_path / "w.safetensors")]) == 2
    said = capsys.readouterr().err
    assert "resnet50-0676ba61.pth is damaged" in said and said.count("\n") == 1


def test_the_first_weights_of_torchvision_are_those_of_its_cache(
    tmp_path, monkeypatch, cache, pth, state
):
    cache.mkdir(parents=True)
    (cache / "resnet50-0676ba61.pth").write_bytes(pth.read_bytes())
    monkeypatch.setattr("apnet.models.imagenet.sha256", lambda _: "0676ba61" + 56 * "0")
    assert main(["weights", "resnet50", "--out", str(tmp_path / "w.safetensors")]) == 0
    assert torch.equal(load_file(tmp_path / "w.safetensors")["fc.bias"], state["fc.bias"])
