import json
import os
import subprocess
import sys

import pytest

import apnet
from apnet.cli import main
from apnet.cli.command import GROUPS, Group
from apnet.cli.commands import apnet as apnet_group

COMMANDS = (
    "train",
    "evaluate",
    "cam",
    "cmc",
    "export",
    "import-checkpoint",
    "curves",
    "ranks",
    "score",
    "models",
    "datasets",
    "recipes",
    "switches",
    "switch-effects",
    "why-lower",
    "weights",
    "complexity",
    "results",
    "results check",
    "results merge",
    "data",
    "data synthesize",
    "data sheet",
    "data check",
)


def train(tmp_path, *options):
    """Train with options that stand behind, and so instead of, good ones."""
    command = ["train", "--model", "resnet50", "--dataset", "market1501", "--recipe", "smoke"]
    command += ["--out", str(tmp_path / "out"), "--device", "cpu"]
    root = [] if "--data-root" in options else ["--data-root", str(tmp_path)]
    return main([*command, *root, *options])


def sentence(capsys):
    """What was said: one line, to stderr alone."""
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("apnet: ") and said.err.endswith("\n")
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "resnet51"], "unknown model 'resnet51': names are <backbone>[-se|"),
        (["--model", "resnet50-apnet-c2-r2"], "is spelled 'resnet50-apnet-c2'"),
        (["--dataset", "market"], "unknown dataset 'market': choose one of cuhk03-detected, "),
        (["--reading", "spoken"], "unknown reading 'spoken': choose one of written, released"),
        (["--recipe", "fast"], "unknown recipe 'fast': choose one of channel, spatial, smoke"),
        (["--switch", "stem=1"], "unknown switch 'stem': choose one of level_order, "),
        (["--switch", "stem_relu"], "--switch wants KEY=VALUE, not 'stem_relu'"),
        (["--switch", "stem_relu=maybe"], "stem_relu wants true or false, not 'maybe'"),
        (["--switch", 'stages=["roof"]'], "unknown stage 'roof'"),
        (["--switch", "level_order=up"], "level_order 'up': choose one of coarse-to-fine, "),
        (["--model", "ResNet50-APNet-C2"], "(did you mean resnet50-apnet-c2?)"),
        (["--dataset", "Market-1501"], "msmt17, occluded-dukemtmc (did you mean market1501?); or"),
        (["--dataset", "cuhk03"], "(did you mean cuhk03-detected or cuhk03-labeled?)"),
        (["--recipe", "smok"], "(did you mean smoke or smoke-spatial?)"),
        (["--switch", "level-order=x"], "(did you mean level_order?)"),
        (
            ["--device", "gpu"],
            "unknown device 'gpu': choose one of auto, cpu, cuda (did",
        ),
        (["--device", "GPU:1"], "(did you mean cuda?)"),
        (["--set", "epoch=3"], "(did you mean epochs or epoch_unit"),
        (["--set", "speed=1"], "unknown recipe setting 'speed': choose one of backbone_size, "),
        (["--set", "epochs"], "--set wants KEY=VALUE, not 'epochs'"),
        (["--set", "epochs=many"], "epochs wants a value of type int, not 'many'"),
        (["--set", "lr=NaN"], "lr wants a number from 0, not nan"),
        (["--set", "gamma=1e308"], "gamma wants a number from 0 to 1, not 1e+308"),
        (["--seed", "-1"], "a seed is 0 to 2^63 - 1, not -1"),
        (["--threads", "0"], "--threads wants a whole number from 1, not 0"),
        (["--workers", "-2"], "--workers wants a whole number from 0, not -2"),
        (["--workers", "few"], "--workers wants a whole number from 0, not few"),
        (["--switch", "self=1"], "unknown switch 'self'"),
        (["--set", "backbone=vgg"], "unknown recipe setting 'backbone'"),
        (["--store", "a", "--image-cache", "b"], "give --image-cache alone"),
        (["--image-cache", "b", "--store", "a"], "give --image-cache alone"),
        (["--data-root", "--recipe", "smoke"], "--data-root wants a value, and the option --rec"),
        (["--weights", "--recipe", "smoke"], "--weights wants a value, and the option --recipe"),
        (["--device", "meta"], "device 'meta' holds no numbers: try --device cpu"),
        (["--device", "abacus"], "device 'abacus' cannot be used"),
        (["--data-root", "{}/absent"], "cannot read the data root {}/absent (No such file"),
        (["--data-root", "{}/empty"], "the data root {}/empty is empty"),
        (["--data-root", "{}"], "no market1501 in the data root {}"),
        (["--recipe", "channel", "--data-root", "{}/drawn"], "starts from ImageNet weights: name"),
        (["--set", "identities=9", "--data-root", "{}/drawn"], "a batch wants 9: train with --set"),
    ],
)
def test_what_train_refuses(tmp_path, capsys, drawn, options, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "drawn").symlink_to(drawn)
    status = train(tmp_path, *(option.replace("{}", str(tmp_path)) for option in options))
    assert status == 2
    assert message.replace("{}", str(tmp_path)) in sentence(capsys)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    root = tmp_path_factory.mktemp("drawn")
    assert main(["data", "synthesize", "market1501", str(root), "--identities", "2"]) == 0
    return root


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("data check market {}", "unknown dataset 'market'"),
        ("data check market1501 {}/absent", "cannot read the data root {}/absent"),
        ("data check market1501 {} --reading spoken", "unknown reading 'spoken'"),
        ("data check market1501 {} --switch x", "--switch wants KEY=VALUE, not 'x'"),
        ("data synthesize market {}", "unknown dataset 'market'"),
        ("data synthesize market1501 {}/new --identities 1", "2 to 751 identities, not 1"),
        ("data synthesize market1501 {}/new --seed -1", "a seed is 0 or more, not -1"),
        ("data synthesize market1501 {}/file", "cannot"),
        ("data sheet market {}/sheet.png", "unknown dataset 'market'"),
        ("data sheet market1501 {}/sheet.xyz", "sheet.xyz is no picture"),
        ("data sheet market1501 {}/sheet.png --seed -1", "a seed is 0 or more, not -1"),
        ("evaluate --run {} --dataset msmt17 --data-root {} --out {}/o.json", "no finished run in"),
        ("weights resnet50 --out {}/w --from {}/absent.pth", "no weights at {}/absent.pth"),
        ("score {}/absent.npz", "absent.npz"),
    ],
)
def test_what_other_commands_refuse(tmp_path, capsys, command, message):
    (tmp_path / "file").write_text("")
    assert main(command.replace("{}", str(tmp_path)).split()) == 2
    assert message.replace("{}", str(tmp_path)) in sentence(capsys)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("", "Missing command; see apnet --help"),
        ("trian", "unknown command 'trian': choose one of cam, cmc, "),
        ("trian", "why-lower (did you mean train?)"),
        ("data draw", "unknown command 'draw': choose one of check, sheet, synthesize"),
        ("--loud", "No such option '--loud'; see apnet --help"),
        ("train --dataset market1501", "Missing option '--model'; see apnet train --help"),
        ("data sheet market1501", "Missing argument 'OUT'; see apnet data sheet --help"),
        ("data sheet market1501 a.png b", "unexpected extra argument (b); see apnet data sheet"),
        ("data sheet market1501 a.png --seed x", "'x' is not a valid integer; see apnet data"),
        ("weights resnet51 --out w", "unknown backbone 'resnet51': choose one of densenet169, "),
        ("evaluate --run r --batch 0", "--batch wants a whole number from 1, not 0"),
        ("score f.npz --distance far", "'far' is not one of 'cosine', 'euclidean'; see apnet sc"),
        ("score f.npz --dist cosine", "No such option '--dist'. Did you mean '--distance'?; see"),
    ],
)
def test_what_no_command_takes(capsys, command, message):
    assert main(command.split()) == 2
    assert message in sentence(capsys)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command(capsys, command):
    assert main([*command.split(), "--help"]) == 0
    said = capsys.readouterr()
    assert said.err == "" and said.out.startswith(f"Usage: apnet {command} [OPTIONS]")


def test_help_has_groups_defaults_and_a_word_on_everything(capsys):
    assert main(["train", "--help"]) == 0
    said = capsys.readouterr().out
    places = [said.index(f"\n{group}:\n") for group in GROUPS]
    assert places == sorted(places)
    said = " ".join(said.split())
    assert "[default: written]" in said and "[default: 120]" in said and "--store" not in said
    for command in COMMANDS:
        *groups, last = command.split()
        found = apnet_group
        for name in [*groups, last]:
            found = found.get_command(None, name)
        assert found.help, command
        for parameter in found.params:
            assert parameter.help or parameter.hidden, (command, parameter.name)


def test_the_commands_are_these():
    listed = []
    for name in apnet_group.list_commands(None):
        command = apnet_group.get_command(None, name)
        inner = command.list_commands(None) if isinstance(command, Group) else []
        listed += [name, *(f"{name} {each}" for each in inner)]
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("command", "entry", "shown"),
    [
        (
            "models",
            {"name": "resnet50-apnet-c2", "backbone": "resnet50", "attention": "channel"}
            | {"level": 2},
            "resnet50-apnet-c2 resnet50, channel attention, level 2",
        ),
        (
            "models",
            {"name": "pyramid-resnet101", "attention": None, "level": None},
            "Names are <backbone>[-se|-stacked-c3|-apnet-c<1-3>[-r<radix>]|",
        ),
        (
            "datasets",
            {"name": "market1501", "about": "Market-1501 (Zheng et al., ICCV 2015)"},
            "folder market1501; train 12,936 (751), query 3,368 (750), gallery 15,913 (751)",
        ),
        ("recipes", {"name": "spatial"}, "the paper's, for spatial attention: full networks"),
        (
            "switches",
            {"name": "msmt17_feature", "written": "bn", "released": "logits"}
            | {"dataset": "msmt17"},
            "written: bn, released: logits. What is compared:",
        ),
    ],
)
def test_what_there_is_is_listed(capsys, command, entry, shown):
    assert main([command]) == 0
    assert shown in " ".join(capsys.readouterr().out.split())
    assert main([command, "--json"]) == 0
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert entry.items() <= listed[entry["name"]].items() and listed[entry["name"]]["about"]


def test_an_option_takes_all_words_up_to_the_next():
    words = ["--queries", "a.jpg", "b.jpg", "--run", "r", "--data-root", "x", "mine=y"]
    words += ["--dataset", "mine", "--out", "o"]
    context = apnet_group.get_command(None, "cam").make_context("cam", words)
    assert context.params["queries"] == ("a.jpg", "b.jpg")
    assert context.params["data_root"] == ("x", "mine=y")


def test_the_former_name_of_the_image_cache_is_taken_with_a_warning(tmp_path, capsys):
    train = apnet_group.get_command(None, "train")
    words = ["--model", "resnet50", "--dataset", "market1501", "--data-root", "x", "--out", "o"]
    for option, warning in (("--image-cache", ""), ("--store", "--store is now --image-cache")):
        context = train.make_context("train", [*words, option, str(tmp_path)])
        assert context.params["image_cache"] == tmp_path
        said = capsys.readouterr().err
        assert warning in said and said.count("\n") == bool(warning)


def test_a_switchs_former_name_is_taken_with_a_sentence(tmp_path):
    command = [sys.executable, "-m", "apnet", "complexity", "resnet50-apnet-c1"]
    command += ["--switch", 'places=["stage1"]']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and "resnet50-apnet-c1, reading written" in done.stdout
    assert done.stderr.startswith("apnet: the switch places is called stages now: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ev", ["evaluate"]),
        ("data s", ["sheet", "synthesize"]),
        ("train --model resnet50-apnet-c", [f"resnet50-apnet-c{level}" for level in (1, 2, 3)]),
        ("train --model pyr", ["pyramid-resnet50", "pyramid-resnet101"]),
        ("train --dataset ms", ["msmt17"]),
        ("train --reading r", ["released"]),
        ("train --recipe s", ["spatial", "smoke", "smoke-spatial"]),
        ("train --im", ["--image-cache"]),
        ("complexity resnet50-s", ["resnet50-se", "resnet50-stacked-c3", "resnet50-stacked-s3"]),
        ("weights d", ["densenet169"]),
    ],
)
def test_the_shell_completes(typed, offered):
    count = str(len(typed.split()))
    told = {"_APNET_COMPLETE": "bash_complete", "COMP_WORDS": f"apnet {typed}", "COMP_CWORD": count}
    command = [sys.executable, "-m", "apnet"]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True)
    assert [line.removeprefix("plain,") for line in done.stdout.split()] == offered, done.stderr


def test_values_of_options_are_json_where_they_can_be(tmp_path, capsys):
    root = ["--data-root", str(tmp_path / "absent")]
    for pair in ("milestones=[1,2]", "steps_per_epoch=null", "flip_test=false", "precision=auto"):
        assert train(tmp_path, "--set", pair, *root) == 2
        assert "absent" in sentence(capsys)


@pytest.mark.parametrize("word", ["~/absent", "market1501=~/absent"])
def test_the_home_folder_is_put_into_paths(tmp_path, capsys, monkeypatch, word):
    monkeypatch.setenv("HOME", str(tmp_path))
    for command in (
        ["data", "check", "market1501", word],
        ["train", "--model", "resnet50", "--dataset", "market1501", "--out=~/run"]
        + ["--recipe=smoke", f"--data-root={word}"],
    ):
        assert main(command) == 2
        assert f"cannot read the data root {tmp_path}/absent" in sentence(capsys)


def test_a_dataset_is_drawn_and_checked(tmp_path, capsys, drawn):
    capsys.readouterr()
    out = tmp_path / "record.json"
    assert main(["data", "check", "market1501", str(drawn), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "no problems" in said.out and said.err == "" and out.is_file()


@pytest.mark.parametrize("text", ["nan", "-5", "soon"])
def test_what_is_no_time_is_said(tmp_path, capsys, text):
    assert train(tmp_path, "--checkpoint-seconds", text) == 2
    assert f"{text!r} is no time: give seconds, 0 or more" in sentence(capsys)


def test_ctrl_c_is_a_word_and_a_status(tmp_path, capsys, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("apnet.data.check.check_dataset", interrupted)
    assert main(["data", "check", "market1501", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "apnet: stopped\n"


def test_python_m_apnet():
    def run(*arguments):
        command = [sys.executable, "-m", "apnet", *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    version = run("--version")
    assert (version.returncode, version.stdout.strip()) == (0, f"apnet-harness {apnet.__version__}")
    refused = run("data", "check", "market", ".")
    assert refused.returncode == 2
    assert refused.stderr.startswith("apnet: unknown dataset") and refused.stderr.count("\n") == 1
