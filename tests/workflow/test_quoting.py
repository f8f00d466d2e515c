"""Folders with any name: of the checkout, the data, the working directory and the configs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from apnet.errors import InputError
from tests.workflow.conftest import ROOT, copy_checkout
from workflow.lib.shell import attempt, in_shell

ODD = "it's $HOME & {model} {{x}} ü"
# Texts that workflow/lib/options.py and rules/functions.smk quote, since they hold several words.
QUOTED = {"accepted", "options", "queries", "reading", "switches", "tolerances", "weights", "words"}
RUN = "results/tiny/written/market1501/resnet50/seed0/test/market1501.json"


def test_every_word_that_snakemake_puts_into_a_command_is_quoted():
    fields = []
    for file in (ROOT / "workflow" / "rules").glob("*.smk"):
        for command in re.findall(r"    shell:\n((?: {8}.*\n)+)", file.read_text()):
            fields += re.findall(r"\{((?:input|output|params|wildcards|log)[^{}]*)\}", command)
    assert len(fields) > 50
    unquoted = {field for field in fields if not field.endswith(":q")}
    assert unquoted == {f"params.{name}" for name in QUOTED}


def test_words_come_out_of_formatting_and_the_shell_as_they_were():
    assert shlex.split(in_shell(ODD, "", "a b").format()) == [ODD, "", "a b"]
    assert f"PYTHONPATH=/{ODD}${{PYTHONPATH:+:$PYTHONPATH}}" in shlex.split(
        attempt(Path("/", ODD)).format()
    )


def test_a_path_that_python_cannot_import_from_is_refused():
    with pytest.raises(InputError, match="move the checkout"):
        attempt(Path("/a:b"))


@pytest.fixture
def place(tmp_path):
    """A checkout and a folder beside it, all under odd names."""
    (tmp_path / ODD / "run here").mkdir(parents=True)
    copy_checkout(tmp_path / ODD / f"my {ODD} repo")
    return tmp_path / ODD


def snakemake(folder, *arguments):
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_commands_from_outside_name_what_is_there(place):
    root = place / f"my {ODD} repo"
    options = ["--snakefile", f"../{root.name}/Snakefile", "--dry-run", "--printshellcmds"]
    data = place / f"{ODD} data"
    for folder in ("bounding_box_train", "query", "bounding_box_test"):
        (data / "market1501" / folder).mkdir(parents=True)
    tiny = (root / "config" / "tiny.yaml").read_text()
    (place / "my config.yaml").write_text(re.sub(r"synthetic:\n(  .*\n)+", "", tiny))
    config = ["scale=mine", f"data_root={data}", "image_cache=my cache"]
    text = snakemake(
        place / "run here",
        *options,
        *("--configfile", "../my config.yaml", "--config", *config),
        *("--", "reports/table3.md", RUN.replace("tiny", "mine")),
    )
    lines = [line.strip() for line in text.splitlines() if "workflow.lib.jobs" in line]
    words = [word for line in lines for word in shlex.split(line)]
    assert str(root / "paper" / "tables" / "table3.yaml") in words
    assert str(root / "workflow" / "experiments.yaml") in words
    assert str(data) in words and "my cache" in words


@pytest.mark.slow
@pytest.mark.parametrize("inside", [True, False])
def test_a_training_and_a_table_are_made_there(place, inside):
    root = place / f"my {ODD} repo"
    folder = root if inside else place / "run here"
    options = [] if inside else ["--snakefile", f"../{root.name}/Snakefile"]
    options += ["--configfile", str(root / "config" / "tiny.yaml")]
    snakemake(folder, *options, "--", "reports/table3.html", "reports/table1.md", RUN)
    assert (folder / RUN).exists() and (folder / "reports" / "table3.html").exists()
    report = ["--report", "report.html", "--", "reports/table3.html"]
    snakemake(folder, *options, *report)
    assert "Nothing to be done" in snakemake(folder, *options, "--", "reports/table3.html", RUN)
