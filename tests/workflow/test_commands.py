"""What the workflow tells a person to type."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.resources import Resources
from snakemake.sourcecache import GithubFile, LocalGitFile, LocalSourceFile
from snakemake_interface_executor_plugins.registry.plugin import Plugin
from snakemake_interface_executor_plugins.settings import ExecutorSettingsBase

from tests.workflow.conftest import ROOT
from workflow.lib import call as calls
from workflow.lib.hints import Call, after_failure, fill

TARGET = "reports/table2.md"


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    """The user stands in a checkout, whose environment is active."""
    (tmp_path / "Snakefile").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(calls, "_program", lambda _: ["snakemake"])
    return tmp_path


def call(source=None, missing="run", directory=None, files=(), given=(), **changes):
    resources = {"cores": 2, "nodes": None, "resources": {}, "default_resources": None}
    resources |= {
        "overwrite_resources": {},
        "overwrite_threads": {},
        "overwrite_resource_scopes": {},
    }
    workflow = {
        "included": [source or LocalSourceFile(str(Path.cwd() / "Snakefile"))],
        "overwrite_workdir": directory,
        "overwrite_configfiles": files,
        "config_settings": SimpleNamespace(config_args=given),
        "resource_settings": SimpleNamespace(**resources | changes.pop("resources", {})),
        "deployment_settings": SimpleNamespace(deployment_method=set()),
        "execution_settings": SimpleNamespace(keep_going=False, retries=0),
        "local_exec": True,
    }
    return Call(SimpleNamespace(**workflow | changes), {"missing": missing})


def test_a_plain_call_is_repeated_plainly():
    assert fill([TARGET], call()) == f"snakemake --cores 2 {TARGET}"
    usual = {"resources": Resources.from_mapping({"gpu": 1, "_cores": 2})}
    assert fill([], call(resources=usual)) == "snakemake --cores 2"


def test_what_was_given_is_given_again_and_the_mode_is_not(checkout):
    given = ["seeds=[0,1]", "missing=show", "data_root=/my data"]
    files = [checkout / "config" / "paper.yaml", Path("/else where.yaml")]
    shows = call(missing="show", files=files, given=given)
    words = "snakemake --cores 2 --configfile config/paper.yaml '/else where.yaml' --config"
    words += " 'seeds=[0,1]' 'data_root=/my data'"
    assert fill([TARGET], shows) == f"{words} missing=run -- {TARGET}"
    assert fill([TARGET], shows, "show") == f"{words} missing=show -- {TARGET}"


def test_a_mode_of_a_config_file_is_overruled():
    assert "missing=run" in fill([TARGET], call(missing="show", files=[Path("/show.yaml")]))


def test_another_snakefile_is_named(checkout):
    inside = LocalSourceFile(str(checkout / "workflow" / "Snakefile"))
    (checkout / "workflow").mkdir()
    (checkout / "workflow" / "Snakefile").touch()
    assert "--snakefile workflow/Snakefile" in fill([], call(inside))
    (checkout / "Snakefile").unlink()
    (checkout / "workflow" / "Snakefile").unlink()
    assert "--snakefile '/a repo/Snakefile'" in fill([], call(LocalSourceFile("/a repo/Snakefile")))


def test_a_lock_is_removed_where_it_is(checkout):
    assert calls.unlocking(call().workflow) == "snakemake --unlock"
    (checkout / "Snakefile").unlink()
    there = call(LocalSourceFile("/a repo/Snakefile"), directory="elsewhere").workflow
    words = f"--snakefile '/a repo/Snakefile' --directory {checkout} --unlock"
    assert calls.unlocking(there) == f"snakemake {words}"


def test_with_a_directory_every_path_is_absolute(checkout):
    text = fill([], call(directory="results", files=[checkout / "my.yaml"]))
    here = f"--snakefile {checkout}/Snakefile --directory {checkout}"
    assert text == f"snakemake {here} --cores 2 --configfile {checkout}/my.yaml"


@pytest.mark.parametrize(
    ("source", "address"),
    [
        (
            GithubFile("a/b", path="workflow/Snakefile", tag="v1"),
            "gh:github.com:a/b@v1:workflow/Snakefile",
        ),
        (LocalGitFile("/repo", "Snakefile", ref="main"), "git+file:///repo/Snakefile@main"),
    ],
)
def test_an_address_is_named_without_its_token(monkeypatch, source, address):
    monkeypatch.setattr(source, "token", "secret", raising=False)
    assert f"--snakefile {address} " in fill([], call(source))


@dataclass
class Settings(ExecutorSettingsBase):
    partition: str | None = field(default=None, metadata={"help": ""})
    requeue: bool = field(default=False, metadata={"help": ""})
    wait: int = field(default=40, metadata={"help": ""})
    key: str | None = field(default=None, metadata={"help": "", "env_var": True})


def test_what_a_profile_gave_is_written_out():
    plugin = Plugin(None, None, Settings, "slurm")
    resources = {
        "cores": None,
        "nodes": 20,
        "resources": {"gpu": 16},
        "default_resources": Resources.from_mapping({"slurm_account": "my lab"}),
        "overwrite_resources": {"train": Resources.from_mapping({"mem_mb": 9000})},
        "overwrite_resource_scopes": {"gpu": "local"},
        "overwrite_threads": {"train": 8},
    }
    text = fill(
        [TARGET],
        call(
            resources=resources,
            local_exec=False,
            executor_plugin=plugin,
            executor_settings=Settings(partition="gpu", requeue=True, key="secret"),
            execution_settings=SimpleNamespace(keep_going=True, retries=3, latency_wait=60),
        ),
    )
    assert text == (
        "snakemake --executor slurm --jobs 20 --latency-wait 60 --slurm-partition gpu"
        " --slurm-requeue --keep-going --retries 3 --resources gpu=16"
        " --default-resources 'slurm_account=my lab' --set-resources train:mem_mb=9000"
        f" --set-resource-scopes gpu=local --set-threads train=8 -- {TARGET}"
    )


def test_the_default_profile_is_what_is_left_out():
    profile = yaml.safe_load((ROOT / "profiles" / "default" / "config.yaml").read_text())
    assert profile["resources"] == calls.OF_PROFILE


def test_after_a_failure_the_reports_that_were_asked_for_are_shown(tmp_path):
    asked = [TARGET, "results/smoke/metrics.csv"]
    command = f"snakemake --cores 2 --config missing=show -- {TARGET}"
    assert after_failure(tmp_path, asked, call()).endswith(f":  {command}")
    assert shlex.split(fill([], call(), "show"))[-1] == "missing=show"
