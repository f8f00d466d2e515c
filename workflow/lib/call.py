"""The words that call Snakemake again, from where the user stands.

Snakemake keeps no profile, only the settings that it gave: they are written out, without those
of profiles/default, which every call finds again by itself.
"""

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from snakemake.common import SNAKEFILE_CHOICES
from snakemake.resources import Resources
from snakemake.sourcecache import HostingProviderFile, LocalSourceFile, SourceFile

if TYPE_CHECKING:
    from snakemake.workflow import Workflow

FOUND = shutil.which("snakemake")
"""What `snakemake` is in the user's shell: found on import, before PATH is changed for jobs."""

OF_PROFILE = Resources.from_mapping({"gpu": 1}).args
"""`resources` of profiles/default."""

SEVERAL = {
    "--config",
    "--configfile",
    "--default-resources",
    "--executor",
    "--resources",
    "--set-resource-scopes",
    "--set-resources",
    "--set-threads",
    "--software-deployment-method",
}
"""Options that take several values, or bring options that do."""


def same(workflow: "Workflow") -> list[str]:
    """A call with the Snakefile, folder, machine and executor of this one.

    Options of several values stand last; the config and targets are for the caller to add.
    """
    return [*_where(workflow), *_machine(workflow)]


def unlocking(workflow: "Workflow") -> str:
    """The command that removes the lock on this call's folder."""
    return shlex.join([*_where(workflow), "--unlock"])


def _where(workflow: "Workflow") -> list[str]:
    directory = ["--directory", str(Path.cwd())] if workflow.overwrite_workdir else []
    return [*_program(workflow), *_snakefile(workflow), *directory]


def shown(file: Path, workflow: "Workflow") -> str:
    """A relative path below the user's folder, so that moved reports do not differ.

    With `--directory` that folder is unknown, and every path absolute.
    """
    inside = file.is_relative_to(Path.cwd()) and not workflow.overwrite_workdir
    return str(file.relative_to(Path.cwd()) if inside else file)


def _program(workflow: "Workflow") -> list[str]:
    beside = Path(sys.executable).parent / "snakemake"
    if not beside.exists():
        return [sys.executable, "-m", "snakemake"]
    on_path = FOUND and beside.samefile(FOUND)
    return ["snakemake" if on_path else shown(beside, workflow)]


def _snakefile(workflow: "Workflow") -> list[str]:
    source = next(iter(workflow.included))
    if not isinstance(source, LocalSourceFile):
        return ["--snakefile", _address(source)]
    file = Path(source)
    found = next((choice for choice in SNAKEFILE_CHOICES if choice.exists()), None)
    by_itself = found and found.samefile(file) and not workflow.overwrite_workdir
    return [] if by_itself else ["--snakefile", shown(file, workflow)]


def _address(source: SourceFile) -> str:
    """As `--snakefile` takes it; without the token that may be part of a web address."""
    if not isinstance(source, HostingProviderFile):
        return source.get_path_or_uri(secret_free=True)
    kind = {"GithubFile": "gh", "GitlabFile": "gl"}[type(source).__name__]
    return f"{kind}:{source.host}:{source.repo}@{source.ref}:{source.path}"


def _machine(workflow: "Workflow") -> list[str]:
    settings, execution = workflow.resource_settings, workflow.execution_settings
    cores = [] if settings.cores is None else ["--cores", str(settings.cores)]
    executor = [] if workflow.local_exec else _executor(workflow)
    usual = {*Resources.default("full").args, *Resources.default("bare").args}
    several = {
        "--software-deployment-method": sorted(
            method.item_to_choice() for method in workflow.deployment_settings.deployment_method
        ),
        "--resources": [word for word in _args(settings.resources) if word not in OF_PROFILE],
        "--default-resources": [
            word for word in _args(settings.default_resources or {}) if word not in usual
        ],
        "--set-resources": [
            f"{rule}:{word}"
            for rule, resources in settings.overwrite_resources.items()
            for word in _args(resources)
        ],
        "--set-resource-scopes": [
            f"{name}={scope}" for name, scope in settings.overwrite_resource_scopes.items()
        ],
        "--set-threads": [
            f"{rule}={getattr(threads, 'value', threads)}"
            for rule, threads in settings.overwrite_threads.items()
        ],
    }
    keep_going = ["--keep-going"] if execution and execution.keep_going else []
    retries = ["--retries", str(execution.retries)] if execution and execution.retries else []
    lists = [word for option, words in several.items() if words for word in (option, *words)]
    return [*cores, *executor, *keep_going, *retries, *lists]


def _executor(workflow: "Workflow") -> list[str]:
    """A cluster's executor, with its own settings but for those that may be secret."""
    plugin, settings = workflow.executor_plugin, workflow.executor_settings
    words = ["--executor", plugin.cli_prefix, "--jobs", str(workflow.resource_settings.nodes)]
    words += ["--latency-wait", str(workflow.execution_settings.latency_wait)]
    for item in plugin.get_settings_info():
        value = getattr(settings, item["name"])
        if item["env_var"] or value in (None, False, item["default"]):
            continue
        values = value if isinstance(value, list | tuple) else [value]
        words += [item["cliarg"], *([] if value is True else map(str, values))]
    return words


def _args(resources: Resources | dict) -> list[str]:
    """As options say it; Snakemake keeps cores and nodes among them, under names of its own."""
    words = Resources.from_mapping(resources).args
    return [word for word in words if not word.startswith("_")]
