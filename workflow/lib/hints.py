"""The commands that the workflow tells a person to type."""

import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from apnet.files import read_json


class Call(NamedTuple):
    """What decides the config of this call of Snakemake.

    Attributes:
        config: the resolved config.
        configfiles: those that the user named.
        settings: those that the user gave beside them, as KEY=VALUE.
    """

    config: dict
    configfiles: Sequence[Path]
    settings: Sequence[str] = ()


def fill(target: str, call: Call, missing: str = "run") -> str:
    """The command that makes `target` with the config that is active now.

    Args:
        missing: the mode it is to run in.
    """
    words = ["snakemake", "--cores", "2"]
    if call.configfiles:
        words += ["--configfile", *(_near(file) for file in call.configfiles)]
    settings = [word for word in call.settings if not word.startswith("missing=")]
    if call.config["data_root"] and not any(word.startswith("data_root=") for word in settings):
        settings.append(f"data_root={call.config['data_root']}")
    if missing != "run":
        settings.append(f"missing={missing}")
    if settings:
        words += ["--config", *settings]
    # `--` keeps a target from being read as one more config value.
    return shlex.join([*words, "--", target] if settings or call.configfiles else [*words, target])


def _near(file: Path) -> str:
    """A path from here if it leads down, so that reports do not differ from place to place."""
    near = os.path.relpath(file)
    return str(file) if near.startswith("..") else near


def after_failure(logs: Path, call: Call) -> str:
    """What to tell a person after jobs have failed: why, and how to go on."""
    notes = sorted(logs.rglob("*.failed.json"))
    lines = [f"  {note.relative_to(logs)}: {_message(note)}" for note in notes]
    shown = fill("reports/TABLE.md", call, missing="show")
    return "\n".join(
        [
            "Failed so far:" if lines else "Stopped; no job has left a reason.",
            *lines,
            "What is finished is kept. Mend the cause and give the same command again, or show",
            f"what there is, with open cells marked:  {shown}",
        ]
    )


def after_success(cells: Path, asked: Sequence[str], refill: Callable[[str], str]) -> str:
    """What to tell a person after all jobs went well: what is open all the same.

    Args:
        cells: results/<scale>/cells.
        asked: names of the tables that were asked for.
        refill: the command that makes a report.

    Returns:
        Nothing where nothing is open.
    """
    files = (cells / f"{table}.json" for table in asked)
    lines = [line for file in files if file.exists() for line in _open(file, refill)]
    return "\n".join(["Open:", *lines]) if lines else ""


def _open(file: Path, refill: Callable[[str], str]) -> Iterator[str]:
    found = [cell for cell in read_json(file)["cells"] if cell.get("missing")]
    if not found:
        return
    lacking = {item["file"]: item["message"] for cell in found for item in cell["missing"]}
    reasons = sorted({" ".join(why.split()) for why in lacking.values() if why})
    for_want = f": {'; '.join(reasons)}" if reasons else ""
    several = len(lacking) != 1
    yield (
        f"  {file.stem}: {len(found)} cells wait for {len(lacking)} result{'s' * several}{for_want}"
    )
    yield f"    then:  {refill(f'reports/{file.stem}.md')}"


def _message(note: Path) -> str:
    found = read_json(note)
    return f"{found['message']} (log: {found['log']})"
