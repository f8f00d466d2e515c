"""Messages at the end of a call, and the commands that they tell the user to run."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from apnet.errors import plain
from apnet.files import read_json
from apnet.records.paths import NOTES, by_number
from workflow.lib import call as calls
from workflow.lib.catalogue import ROOT

if TYPE_CHECKING:
    from snakemake.workflow import Workflow


class Call(NamedTuple):
    """A call of Snakemake, and its config, resolved."""

    workflow: "Workflow"
    config: dict


def fill(targets: Sequence[str], call: Call, missing: str = "run", **changes: str) -> str:
    """The command that makes `targets` as this call would.

    Args:
        missing: value of the config's `missing`.
        changes: other values of the config's keys. With another `scale`, the Snakefile loads no
            config by itself.
    """
    workflow = call.workflow
    given = workflow.config_settings.config_args or ()
    settings = [word for word in given if word.partition("=")[0] not in {"missing", *changes}]
    if call.config["missing"] != missing or any(word.startswith("missing=") for word in given):
        settings.append(f"missing={missing}")
    settings += [f"{key}={value}" for key, value in changes.items()]
    usual = [ROOT / "config" / "smoke.yaml"] if "scale" in changes else []
    files = [calls.shown(file, workflow) for file in workflow.overwrite_configfiles or usual]
    words = [
        *calls.same(workflow),
        *(["--configfile", *files] if files else []),
        *(["--config", *settings] if settings else []),
    ]
    # `--` keeps a target from being read as one more value of an option.
    end = ["--"] if targets and calls.SEVERAL & {*words} else []
    return shlex.join([*words, *end, *targets])


def after_failure(logs: Path, asked: Sequence[str], call: Call) -> str:
    """The message after jobs have failed: why, and how to continue.

    Args:
        logs: logs/<scale>.
        asked: the targets of this call.
    """
    notes = sorted(logs.rglob(NOTES), key=by_number)
    lines = [f"  {note.relative_to(logs)}: {reason(note)}" for note in notes]
    reports = [target for target in asked if Path(target).parent.name == "reports"]
    shown = fill(reports, call, missing="show")
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
    reasons = sorted({plain(" ".join(why.split())) for why in missing.values() if why})
    because = f": {'; '.join(reasons)}" if reasons else ""
    results = "result" if len(missing) == 1 else "results"
    yield f"  {file.stem}: {len(cells)} cells wait for {len(missing)} {results}{because}"
    yield f"    then:  {refill(f'reports/{file.stem}.md')}"


def reason(note: Path) -> str:
    """Why a job failed, and where its log is.

    Args:
        note: the one that it left.

    Raises:
        InputError: there is none.
    """
    failure = read_json(note)
    return plain(f"{failure['message']} (log: {failure['log']})")
