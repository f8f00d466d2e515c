"""Messages at the end of a call, and the commands that they tell the user to run."""

import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from apnet.files import read_json
from apnet.records.paths import NOTES


class Call(NamedTuple):
    """The config of this call of Snakemake, and where it is from.

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
        missing: value of the config's `missing`.
    """
    words = ["snakemake", "--cores", "2"]
    if call.configfiles:
        words += ["--configfile", *(_relative(file) for file in call.configfiles)]
    settings = [word for word in call.settings if not word.startswith("missing=")]
    if call.config["data_root"] and not any(word.startswith("data_root=") for word in settings):
        settings.append(f"data_root={call.config['data_root']}")
    if missing != "run":
        settings.append(f"missing={missing}")
    if settings:
        words += ["--config", *settings]
    # `--` keeps a target from being read as one more config value.
    return shlex.join([*words, "--", target] if settings or call.configfiles else [*words, target])


def _relative(file: Path) -> str:
    """A relative path if it is below the working directory, so that moved reports do not differ."""
    relative = os.path.relpath(file)
    return str(file) if relative.startswith("..") else relative


def after_failure(logs: Path, call: Call) -> str:
    """The message after jobs have failed: why, and how to continue."""
    notes = sorted(logs.rglob(NOTES))
    lines = [f"  {note.relative_to(logs)}: {_message(note)}" for note in notes]
    shown = fill("reports/TABLE.md", call, missing="show")
    return "\n".join(
        [
            "Failed so far:" if lines else "Stopped; no job has recorded a reason.",
            *lines,
            "Finished results are kept. Fix the cause and run the same command again, or show",
            f"the results so far, with open cells marked:  {shown}",
        ]
    )


def after_success(cells: Path, asked: Sequence[str], refill: Callable[[str], str]) -> str:
    """The message after all jobs have succeeded: which cells are open even so.

    Args:
        cells: results/<scale>/cells.
        asked: names of the tables that were asked for.
        refill: the command that makes a report.

    Returns:
        An empty text if no cell is open.
    """
    files = (cells / f"{table}.json" for table in asked)
    lines = [line for file in files if file.exists() for line in _open(file, refill)]
    return "\n".join(["Open:", *lines]) if lines else ""


def _open(file: Path, refill: Callable[[str], str]) -> Iterator[str]:
    cells = [cell for cell in read_json(file)["cells"] if cell.get("missing")]
    if not cells:
        return
    missing = {item["file"]: item["message"] for cell in cells for item in cell["missing"]}
    reasons = sorted({" ".join(why.split()) for why in missing.values() if why})
    because = f": {'; '.join(reasons)}" if reasons else ""
    results = "result" if len(missing) == 1 else "results"
    yield f"  {file.stem}: {len(cells)} cells wait for {len(missing)} {results}{because}"
    yield f"    then:  {refill(f'reports/{file.stem}.md')}"


def _message(note: Path) -> str:
    failure = read_json(note)
    return f"{failure['message']} (log: {failure['log']})"
