"""Help, lists and completion of the commands, and how a call ends."""

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


def test_a_dataset_is_drawn_and_checked(tmp_path, capsys, drawn):
    capsys.readouterr()
    out = tmp_path / "record.json"
    assert main(["data", "check", "market1501", str(drawn), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "no problems" in said.out and said.err == "" and out.is_file()


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
