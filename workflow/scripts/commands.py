"""The commands that the workflow tells a person to type."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from apnet.files import read_json


def fill(target: str, config: dict, configfiles: Sequence[str], missing: str = "run") -> str:
    """The command that makes `target`, with the config that is active now.

    Args:
        config: the resolved config.
        configfiles: those that the user named.
        missing: the mode it is to run in.
    """
    words = ["snakemake", "--cores", "2"]
    if configfiles:
        words += ["--configfile", *(str(file) for file in configfiles)]
    settings = {"data_root": config["data_root"]} if config["data_root"] else {}
    if missing != "run":
        settings["missing"] = missing
    if settings:
        words += ["--config", *(f"{key}={value}" for key, value in settings.items())]
    # `--` keeps a target from being read as one more config value.
    return shlex.join([*words, "--", target] if settings or configfiles else [*words, target])


def after_failure(logs: Path, config: dict, configfiles: Sequence[str]) -> str:
    """What to tell a person after jobs have failed: why, and how to go on."""
    notes = sorted(logs.rglob("*.failed.json"))
    lines = [f"  {note.relative_to(logs)}: {_message(note)}" for note in notes]
    shown = fill("reports/TABLE.md", config, configfiles, missing="show")
    return "\n".join(
        [
            "Failed so far:" if lines else "Stopped; no job has left a reason.",
            *lines,
            "What is finished is kept. Mend the cause and give the same command again, or show",
            f"what there is, with open cells marked:  {shown}",
        ]
    )


def _message(note: Path) -> str:
    found = read_json(note)
    return f"{found['message']} (log: {found['log']})"
