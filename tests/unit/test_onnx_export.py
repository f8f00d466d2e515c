import sys

import numpy as np
import pytest
import runs
import torch
from safetensors.torch import load_file
from torch import nn

from apnet.cli import main
from apnet.evaluation import onnx_export
from apnet.files import read_json
from apnet.models import build_model

onnxruntime = pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.usefixtures("one_thread")


def untrained(root, folder, model="resnet50-apnet-c2", reading="written"):
    runs.run(folder, root, runs.settings(model, reading=reading, epochs=0))
    return folder


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    return untrained(root, tmp_path_factory.mktemp("made") / "run")


def export(run, out, *more):
    return main(["export", "--run", str(run), "--onnx", str(out), *more])


def opened(file):
    return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])


def naive(run, images, model="resnet50-apnet-c2", reading="written"):
    """Embeddings in double precision."""
    record = read_json(run / "run.json")
    classes = record["data"]["counts"]["train"]["identities"]
    network = build_model(model, classes, reading, input_size=(64, 32), backbone_size="thin")
    network.load_state_dict(load_file(run / "model.safetensors"))
    with torch.no_grad():
        return network.double().eval()(torch.from_numpy(images).double()).numpy()


def images(batch):
    return np.random.default_rng(0).normal(size=(batch, 3, 64, 32)).astype("float32")


def close(found, wanted):
    largest = np.abs(wanted).max(axis=1, keepdims=True)
    np.testing.assert_allclose(found / largest, wanted / largest, atol=1e-4)


def test_a_run_s_network_is_exported(made, tmp_path, capsys):
    assert export(made, tmp_path / "net.onnx") == 0
    assert "images Nx3x64x32; largest difference from PyTorch" in capsys.readouterr().out
    session = opened(tmp_path / "net.onnx")
    for batch in (1, 2, 5):
        close(session.run(["embedding"], {"images": images(batch)})[0], naive(made, images(batch)))
    record, about = read_json(made / "run.json"), session.get_modelmeta().custom_metadata_map
    for key in ("model", "reading", "settings_sha256", "checkpoint_sha256"):
        assert about[key] == record[key]
    assert (about["training_size"], about["flip"]) == ("64x32", "none inside")
    numbers = "minus 0.485 0.456 0.406, divided by 0.229 0.224 0.225"
    assert about["normalisation"] == f"pixels / 255, {numbers}"
    assert runs.files(tmp_path) == ["net.onnx"]


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["written", "released"])
@pytest.mark.parametrize(
    "model",
    ["resnet50-apnet-c2", "resnet50-apnet-s2", "resnet50-se", "resnet50-apnet-c2-multipart"],
)
def test_other_networks_are_exported(root, tmp_path, model, reading):
    run = untrained(root, tmp_path / "run", model, reading)
    assert export(run, tmp_path / "net.onnx", "--batch", "2") == 0
    (found,) = opened(tmp_path / "net.onnx").run(None, {"images": images(2)})
    close(found, naive(run, images(2), model, reading))


class Small(nn.Module):
    """In place of a run's network: quickly exported."""

    def __init__(self):
        super().__init__()
        self.layer, self.head = nn.Conv2d(3, 8, 3, stride=2), nn.Linear(8, 4)

    def forward(self, images):
        return self.layer(images).mean(dim=(2, 3))

    def classify(self, embedding):
        return self.head(embedding)


class Other(Small):
    """Exported as another function than the one that it is."""

    def forward(self, images):
        return super().forward(images) * (1.001 if torch.compiler.is_exporting() else 1)


class Unknown(Small):
    """Does what no exporter takes."""

    def forward(self, images):
        return super().forward(images) * (2 if images.sum().item() > 0 else 1)


class Narrow(Small):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 8, 65)


def test_logits_and_the_flip_are_inside_where_asked(made, tmp_path, monkeypatch):
    network = Small()
    monkeypatch.setattr(onnx_export, "load_model", lambda *_: network)
    asked = ["--feature", "logits", "--flip", "--input", "20x10", "--batch", "2"]
    assert export(made, tmp_path / "net.onnx", *asked) == 0
    session = opened(tmp_path / "net.onnx")
    (given,) = session.get_inputs()
    assert given.shape == [2, 3, 20, 10] and [o.name for o in session.get_outputs()] == ["logits"]
    batch = torch.from_numpy(images(2)[:, :, :20, :10])
    with torch.no_grad():
        both = network.head(network(batch)) + network.head(network(batch.flip(3)))
    np.testing.assert_allclose(session.run(None, {"images": batch.numpy()})[0], both / 2, atol=1e-6)
    assert "mirror" in session.get_modelmeta().custom_metadata_map["flip"]


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (Other, "net.onnx was not written: ONNX Runtime computes resnet50-apnet-c2 otherwise"),
        (Unknown, "the exporter does not take resnet50-apnet-c2: "),
        (Narrow, "the network does not take images of 64x32 ("),
    ],
)
def test_what_is_not_the_network_is_not_written(made, tmp_path, capsys, monkeypatch, network, said):
    monkeypatch.setattr(onnx_export, "load_model", lambda *_: network())
    assert export(made, tmp_path / "net.onnx") == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and not list(tmp_path.iterdir())


def test_numbers_that_are_none_are_a_difference(made, tmp_path, monkeypatch, capsys):
    network = Small()
    network.layer.weight.data.fill_(np.nan)
    monkeypatch.setattr(onnx_export, "load_model", lambda *_: network)
    assert export(made, tmp_path / "net.onnx") == 2
    assert "largest difference nan" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--onnx", "net.pt"], "cannot write net.pt: name an .onnx file"),
        (["--batch", "some"], "--batch wants a whole number from 1, or dynamic, not some"),
        (["--input", "64"], "--input wants HEIGHTxWIDTH in pixels"),
        (["--run", "nowhere"], "no finished run in nowhere"),
    ],
)
def test_bad_input_is_one_sentence(made, tmp_path, capsys, more, said):
    assert export(made, tmp_path / "net.onnx", *more) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and not list(tmp_path.iterdir())


def test_an_absent_library_is_named(made, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    assert export(made, tmp_path / "net.onnx") == 2
    assert "pip install 'apnet-harness[onnx]'" in capsys.readouterr().err
