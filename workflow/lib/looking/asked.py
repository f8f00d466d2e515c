"""Which of its looks a call asks for. Such a call prints them and ends: it runs no job.

So it needs no `--cores`, waits for no lock, and works in a folder that cannot be written.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from apnet.errors import InputError
from apnet.runtime import streams
from workflow.lib.looking.look import Look


def _plan(look: Look) -> int:
    from workflow.lib.looking import planning

    page = planning.text(look.plan, look.beside, look.devices)
    print(page, planning.write(Path(), page), sep="\n\n")
    return 0


def _doctor(look: Look) -> int:
    from workflow.lib.looking import doctor
    from workflow.lib.looking.findings import BAD

    found = doctor.examine(look)
    print(doctor.text(found))
    return int(any(finding.sign == BAD for finding in found))


def _status(look: Look) -> int:
    from workflow.lib.looking import status

    head, content = status.heading(look.plan), list(status.parts(look.plan, look.beside))
    page = status.write(Path(), status.page(head, content))
    print(status.text(head, content), page, sep="\n\n")
    return 0


def _explain(look: Look) -> int:
    from workflow.lib.looking.explaining import Explainer

    explainer, cell = Explainer(look.plan, look.root), look.plan.config["cell"]
    if cell is None and not look.beside:
        raise InputError(
            "explain what? Add --config cell=table2/apnet-c2/market1501, or a file beside explain"
        )
    names = [cell] if cell and cell.count("/") == 2 and not Path(cell).suffix else []
    for name in names:
        print(*explainer.cell(name), sep="\n")
    for name in [*look.beside, *([cell] if cell and not names else [])]:
        print(*explainer.file(name), sep="\n")
    return 0


LOOKS: Mapping[str, Callable[[Look], int]] = {
    "plan": _plan,
    "doctor": _doctor,
    "status": _status,
    "explain": _explain,
}
"""By target. Each prints, and returns the exit status of the call."""

FILES = {"reports/plan.md": "plan", "reports/status.html": "status"}
"""Where some are written too."""


def asked(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """The looks that a command line of Snakemake asks for, and its other targets.

    The Snakefile is read before Snakemake says what it was asked for.
    """
    program, *words = argv
    if not {*words} & {*LOOKS, *FILES} or Path(program).name not in ("snakemake", "__main__.py"):
        return [], []
    from snakemake.cli import get_argument_parser

    end = words.index("--") if "--" in words else len(words)
    options, _ = get_argument_parser().parse_known_args(words[:end])
    return divided([*options.targets, *words[end + 1 :]])


def divided(targets: Sequence[str]) -> tuple[list[str], list[str]]:
    """Looks, also by the file that has one, and other targets."""
    looks = [FILES.get(target, target) for target in targets]
    others = [target for target in targets if FILES.get(target, target) not in LOOKS]
    return [look for look in dict.fromkeys(looks) if look in LOOKS], others


def leave_no_log(logger: logging.Logger) -> None:
    """Remove the log that this call has begun: who follows a run looks for the newest log."""
    for handler in logger.handlers:
        if isinstance(handler, logging.FileHandler):
            with suppress(OSError):
                Path(handler.baseFilename).unlink()


def show(looks: Sequence[str], look: Look) -> int:
    """Print them; returns the exit status, the highest of theirs."""
    streams.outlive_readers()  # such as `head`
    return max(LOOKS[name](look) for name in looks)
