import json
import warnings

import pytest
import release
import runs
import torch
from safetensors.torch import load_file, save_file

from apnet.cli import main
from apnet.config.backbones import backbones
from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.evaluation.run import evaluate, load_model, read_run
from apnet.models import build_model
from apnet.runtime.torchvision_compat import torchvision
from apnet.training.import_checkpoint import import_checkpoint

pytestmark = pytest.mark.usefixtures("one_thread")

MODEL = "resnet50-apnet-c2"
CLASSES = 4


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Weights of ours, as somebody would send them: the file alone."""
    torch.manual_seed(3)
    file = tmp_path_factory.mktemp("own") / "theirs.safetensors"
    model = build_model(MODEL, CLASSES, "written", input_size=(64, 32), backbone_size="thin")
    save_file({name: t.clone() for name, t in model.state_dict().items()}, file)
    return file


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """A checkpoint of the release with a classifier of Market-1501's 751 identities."""
    file = tmp_path_factory.mktemp("theirs") / "resnet50_model_160.pth"
    state = release.checkpoint(2, 751)
    torch.save({f"module.{name}": tensor.float() for name, tensor in state.items()}, file)
    return file


def take(file, out, *options, model=MODEL, reading="written", recipe="smoke"):
    command = ["import-checkpoint", str(file), "--model", model, "--reading", reading]
    command += ["--recipe", recipe, "--dataset", "market1501", "--seed", "7", "--out", str(out)]
    return main([*command, *options])


def refused(capsys, out):
    """The one sentence; nothing was made."""
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("apnet: ") and said.err.count("\n") == 1
    assert not (out / "run.json").exists() and not (out / "model.safetensors").exists()
    return said.err


def test_weights_of_this_project_make_a_run_that_is_evaluated(own, root, tmp_path, capsys):
    out = tmp_path / "seed7"
    assert take(own, out, "--data-root", str(root)) == 0
    assert runs.sha256(own) in capsys.readouterr().out
    record = json.loads((out / "run.json").read_text())
    assert record["provenance"] == "imported" and record["seed"] == 7
    assert record["imported"] == {
        "file": own.name,
        "sha256": runs.sha256(own),
        "names": "apnet",
    }
    assert record["data"]["synthetic"] is True and record["data"]["published"] is False
    assert Settings.from_record(record).sha256() == record["settings_sha256"]
    found, given = load_file(out / "model.safetensors"), load_file(own)
    assert all(torch.equal(tensor, given[name]) for name, tensor in found.items())
    target = out / "test" / "market1501.json"
    evaluate(out, "market1501", root, target, compute=runs.ON_CPU, log=lambda _: None)
    evaluation = json.loads(target.read_text())
    assert evaluation["training"]["provenance"] == "imported"
    assert evaluation["checkpoint_sha256"] == runs.sha256(out / "model.safetensors")


def test_a_checkpoint_of_the_release_makes_the_network_of_the_release(theirs, tmp_path):
    out = tmp_path / "run"
    assert take(theirs, out, reading="released", recipe="channel") == 0
    record, settings = read_run(out)
    assert record.imported.names == "released"
    assert record.data.counts.train.content() == {"images": 12936, "identities": 751, "cameras": 6}
    assert record.data.synthetic is False
    model = load_model(out, record, settings).double().eval()
    state = {name: t.float().double() for name, t in release.checkpoint(2, 751).items()}
    images = torch.randn(2, 3, 64, 32, dtype=torch.float64)
    with torch.no_grad():
        _, wanted, _ = release.forward(state, images, 2, training=False)
        torch.testing.assert_close(model(images), wanted, rtol=1e-9, atol=1e-11)


def test_weights_that_lie_in_a_checkpoint_are_found_there(own, root, tmp_path, capsys):
    file = tmp_path / "checkpoint.pth.tar"
    state = {f"module._orig_mod.{name}": tensor for name, tensor in load_file(own).items()}
    averaged = {"w": torch.zeros(1)}
    torch.save({"epoch": 3, "ema": averaged, "state_dict": state, "best_top1": 0.9}, file)
    assert take(file, tmp_path / "run", "--data-root", str(root)) == 0
    assert "the weights are those under state_dict, not those under ema" in capsys.readouterr().out
    imported = json.loads((tmp_path / "run" / "run.json").read_text())["imported"]
    assert (imported["key"], imported["left"]) == ("state_dict", ["ema"])
    found, given = load_file(tmp_path / "run" / "model.safetensors"), load_file(own)
    assert all(torch.equal(tensor, given[name]) for name, tensor in found.items())


def renamed(state):
    state["heads.0.neck.wait"] = state.pop("heads.0.neck.weight")
    return state


WRONG = {
    "1 missing (heads.0.neck.weight); 1 unknown (heads.0.neck.wait)": renamed,
    "1 missing (backbone.net.bn1.bias)": lambda s: {
        name: tensor for name, tensor in s.items() if name != "backbone.net.bn1.bias"
    },
    "1 of another shape (heads.0.neck.bias)": lambda s: s | {"heads.0.neck.bias": torch.zeros(3)},
    "not finite, first in heads.0.neck.bias": lambda s: (
        s | {"heads.0.neck.bias": torch.full((2048,), torch.nan)}
    ),
    "1 of another type (heads.0.neck.bias in int8)": lambda s: (
        s | {"heads.0.neck.bias": torch.zeros(2048, dtype=torch.int8)}
    ),
    "1 of another type (heads.0.neck.bias in complex64)": lambda s: (
        s | {"heads.0.neck.bias": torch.zeros(2048, dtype=torch.complex64)}
    ),
    "has a classifier of 5 identities, and market1501 has 4": lambda s: (
        s | {"heads.0.classifier.weight": torch.zeros(5, 2048)}
    ),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_is_named(own, root, tmp_path, capsys, message):
    file = tmp_path / "wrong.safetensors"
    save_file(WRONG[message](load_file(own)), file)
    assert take(file, tmp_path / "run", "--data-root", str(root)) == 2
    assert message in refused(capsys, tmp_path / "run")


def test_another_model_or_reading_is_refused(own, theirs, root, tmp_path, capsys):
    for file, options, message in (
        (own, {"model": "resnet50"}, "unknown (pyramids.stage1."),
        (own, {"reading": "released"}, "does not fit resnet50-apnet-c2"),
        (theirs, {"reading": "written", "recipe": "channel"}, "cannot take weights of the release"),
    ):
        data = ["--data-root", str(root)] if file is own else []
        assert take(file, tmp_path / "run", *data, **options) == 2
        assert message in refused(capsys, tmp_path / "run")


def test_synthetic_weights_do_not_pass_for_real_ones(own, tmp_path, capsys):
    assert take(own, tmp_path / "run") == 2
    assert "has a classifier of 4 identities, and market1501 has 751" in refused(
        capsys, tmp_path / "run"
    )


def test_a_word_that_a_trainer_puts_before_every_name_is_named(root, tmp_path, capsys):
    file = tmp_path / "lightning.ckpt"
    torch.save({"state_dict": {"model.backbone.net.bn1.bias": torch.zeros(64)}}, file)
    assert take(file, tmp_path / "run", "--data-root", str(root)) == 2
    assert "begins with model., and ours begin after that" in refused(capsys, tmp_path / "run")


def put(file, own, **tensors):
    """Ours with other tensors, as torch.save writes them."""
    torch.save(load_file(own) | tensors, file)
    return file


def test_a_name_with_and_without_module_is_named(own, root, tmp_path, capsys):
    twice = {"module.heads.0.neck.bias": torch.zeros(2048)}
    file = put(tmp_path / "w.pth", own, **twice)
    assert take(file, tmp_path / "run", "--data-root", str(root)) == 2
    said = refused(capsys, tmp_path / "run")
    assert "w.pth does not fit resnet50-apnet-c2: heads.0.neck.bias is there twice, as" in said


def test_a_classifier_that_is_one_number_is_named(own, root, tmp_path, capsys):
    file = put(tmp_path / "w.pth", own, **{"heads.0.classifier.weight": torch.tensor(1.0)})
    assert take(file, tmp_path / "run", "--data-root", str(root)) == 2
    said = refused(capsys, tmp_path / "run")
    assert "1 of another shape (heads.0.classifier.weight)" in said


@pytest.mark.filterwarnings("ignore:.*deprecated.*:UserWarning")
@pytest.mark.parametrize("name", ["heads.0.classifier.weight", "heads.0.neck.bias", "extra"])
@pytest.mark.parametrize(
    ("kind", "tensor"),
    [
        ("sparse", lambda: torch.zeros(4, 2048).to_sparse()),
        ("on the meta device", lambda: torch.zeros(4, 2048, device="meta")),
        ("quantised", lambda: torch.quantize_per_tensor(torch.zeros(4, 9), 0.1, 0, torch.qint8)),
    ],
)
def test_a_tensor_that_is_no_array_of_numbers_is_named(
    own, root, tmp_path, capsys, name, kind, tensor
):
    file = put(tmp_path / "w.pth", own, **{name: tensor()})
    with warnings.catch_warnings():
        # They would stand beside the one sentence.
        warnings.simplefilter("error", UserWarning)
        assert take(file, tmp_path / "run", "--data-root", str(root)) == 2
    said = refused(capsys, tmp_path / "run")
    assert f"cannot take weights from {file}: {name} is {kind}" in said


def test_a_suffix_in_capitals_is_the_same_suffix(own, root, tmp_path):
    file = tmp_path / "UP.SAFETENSORS"
    file.write_bytes(own.read_bytes())
    assert take(file, tmp_path / "run", "--data-root", str(root)) == 0


@pytest.mark.parametrize("backbone", backbones())
def test_imagenet_weights_are_sent_to_the_command_that_takes_them(root, tmp_path, capsys, backbone):
    options = {"init_weights": False} if backbone == "inception_v3" else {}
    net = torchvision.models.get_model(backbone, weights=None, **options)
    torch.save(net.state_dict(), tmp_path / "w.pth")
    assert take(tmp_path / "w.pth", tmp_path / "run", "--data-root", str(root)) == 2
    said = refused(capsys, tmp_path / "run")
    assert f"holds ImageNet weights of {backbone}, not a run: apnet weights takes" in said


def test_weights_of_neither_are_listed(root, tmp_path, capsys):
    torch.save(torchvision.models.resnet18(weights=None).state_dict(), tmp_path / "w.pth")
    assert take(tmp_path / "w.pth", tmp_path / "run", "--data-root", str(root)) == 2
    said = refused(capsys, tmp_path / "run")
    assert "122 unknown (bn1.bias, " in said and "ImageNet" not in said


class Code:
    pass


def test_a_file_that_could_run_code_is_refused(root, tmp_path, capsys):
    torch.save({"state_dict": {"w": torch.zeros(2)}, "args": Code()}, tmp_path / "w.pth")
    assert take(tmp_path / "w.pth", tmp_path / "run", "--data-root", str(root)) == 2
    said = refused(capsys, tmp_path / "run")
    assert "could run code when loaded: save model.state_dict() alone" in said
    assert "\x1b" not in said


def test_a_folder_with_a_run_is_left_as_it_is(own, root, tmp_path):
    chosen, out = runs.settings(seed=7), tmp_path / "run"
    import_checkpoint(own, chosen, out, data_root=root)
    before = {name: runs.sha256(out / name) for name in runs.files(out)}
    with pytest.raises(InputError, match="holds a run already: choose another --out, or delete it"):
        import_checkpoint(own, chosen, out, data_root=root)
    assert {name: runs.sha256(out / name) for name in runs.files(out)} == before


@pytest.mark.parametrize("left", ["history.jsonl", "checkpoints/0123456789ab/step.pt"])
def test_a_folder_with_a_training_under_way_is_left_as_it_is(own, root, tmp_path, capsys, left):
    out = tmp_path / "run"
    (out / left).parent.mkdir(parents=True)
    (out / left).write_text("")
    assert take(own, out, "--data-root", str(root)) == 2
    said = refused(capsys, out)
    assert "holds a training that has not ended: end it with apnet train, choose another" in said
    assert set(runs.files(out)) == {".lock", left}


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no checkpoint at .*absent\.pth"):
        import_checkpoint(tmp_path / "absent.pth", runs.settings(), tmp_path / "run")
