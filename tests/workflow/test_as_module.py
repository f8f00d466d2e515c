"""The workflow as a module of another one, from a folder and from a git repository."""

import os
import subprocess
import sys

import pytest

from tests.workflow.conftest import ROOT, copy_checkout, jobs_in

RUN = "results/mine/written/market1501/resnet50/seed0/test/market1501.json"
CONFIG = """
paper:
  scale: mine
  synthetic: {identities: 2, seed: 0}
  readings: [written]
  seeds: [0]
  recipes: {channel: smoke, spatial: smoke}
  set: {epochs: 1, steps_per_epoch: 1, identities: 2}
  missing: show
"""
OWN = """
rule own:
    default_target: True
    output: "reports/own.txt"
    shell: "echo mine > {output}"
"""
ADDRESS = 'github("apnet-harness/apnet-harness", path="workflow/Snakefile", branch="main")'


class Project:
    """Another workflow, which uses ours."""

    def __init__(self, folder, snakefile, prefix="", names=" as apnet_*"):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        lines = ['configfile: "config.yaml"', "module apnet:", f"    snakefile: {snakefile}"]
        lines += ['    config: config["paper"]', f'    prefix: "{prefix}"' if prefix else ""]
        text = "\n".join([*lines, f"use rule * from apnet{names}", OWN])
        (folder / "Snakefile").write_text(text)
        (folder / "config.yaml").write_text(CONFIG)

    def __call__(self, *targets, options=(), check=True, **environment):
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *options, "--", *targets]
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": "", **environment},
        )
        assert not check or done.returncode == 0, done.stderr
        return done


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A git repository of the files as they are."""
    folder = copy_checkout(tmp_path_factory.mktemp("repository") / "apnet-harness")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], check=True)
    return folder


def test_under_a_prefix_beside_packages_of_the_same_names(tmp_path):
    project = Project(tmp_path, f'"{ROOT}/workflow/Snakefile"', prefix="paper")
    for package in ("workflow/lib", "apnet"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "workflow" / "__init__.py").touch()
    targets = [f"paper/{RUN}", "paper/reports/table2.md", "paper/results/mine/metrics.csv"]
    options = ["--dry-run", "--printshellcmds"]
    text = project(*targets, "reports/own.txt", options=options).stdout
    jobs = {"train": 1, "evaluate": 1, "synthesize": 1, "check": 1, "judge": 1, "render": 1}
    wanted = {f"apnet_{rule}": count for rule, count in jobs.items()} | {"apnet_collect": 1}
    assert jobs_in(text) == {**wanted, "own": 1}
    assert "--data-root paper/resources/synthetic/mine" in text
    assert "--results paper/results" in text and "--failed-logs paper/logs/mine" in text
    assert f"input: paper/{RUN}\n" in text  # what `collect` waits for


@pytest.mark.slow
def test_its_jobs_run(tmp_path):
    project = Project(tmp_path, f'"{ROOT}/Snakefile"', prefix="paper")
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow" / "__init__.py").touch()
    targets = [f"paper/{RUN}", "paper/reports/table2.md"]
    project(*targets, "reports/own.txt")
    # Its training was no part of the plan of the table, which shows what there is.
    project("paper/reports/table2.md")
    report = (tmp_path / "paper" / "reports" / "table2.md").read_text()
    assert "89 cells" not in report and "29 results are not there" in report
    assert "Nothing to be done" in project(*targets).stderr


@pytest.mark.slow
@pytest.mark.parametrize("names", ["", " as apnet_*"])
def test_from_a_repository(tmp_path, repository, names):
    address = f'gitfile("{repository}", path="workflow/Snakefile", ref="main")'
    project = Project(tmp_path, address, names=names)
    project(RUN, "reports/table3.md", "reports/own.txt")
    assert (tmp_path / RUN).exists() and (tmp_path / "reports" / "table3.md").exists()


@pytest.mark.slow
def test_from_an_address(tmp_path, repository):
    served = {"KEY": f"url.file://{repository.parent}/.insteadOf", "VALUE": "apnet-harness/"}
    served["VALUE"] = f"https://github.com/{served['VALUE']}"
    git = {f"GIT_CONFIG_{name}_0": value for name, value in served.items()}
    environment = {**git, "GIT_CONFIG_COUNT": "1", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    project = Project(tmp_path / "project", ADDRESS, prefix="paper")
    project("paper/reports/table2.md", **environment)
    # And without a module, as what Snakemake is told to run.
    options = ["--snakefile", "gh:apnet-harness/apnet-harness@main:Snakefile"]
    options += ["--config", "missing=show"]
    done = project("reports/table2.md", options=options, **environment)
    command = "--snakefile gh:github.com:apnet-harness/apnet-harness@main:Snakefile"
    assert command in done.stderr and (tmp_path / "project" / "reports" / "table2.md").exists()


@pytest.mark.slow
def test_a_package_that_is_absent_is_one_sentence(tmp_path):
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "numpy.py").write_text("raise ModuleNotFoundError(name='numpy')")
    project = Project(tmp_path, f'"{ROOT}/Snakefile"')
    done = project("reports/table2.md", check=False, PYTHONPATH=str(hidden))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "apnet: Snakemake's Python has no numpy: run " in done.stderr
