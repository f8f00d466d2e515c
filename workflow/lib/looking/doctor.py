"""`snakemake doctor`: whether this machine, its packages and its data let jobs run.

The checks run side by side, each with a limit of time, so that all take less than 20 s.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from threading import Thread

from apnet.errors import InputError
from workflow.lib.looking import materials, place, software
from workflow.lib.looking.findings import BAD, Finding, bad, good, unsure
from workflow.lib.looking.look import Look
from workflow.lib.plan import Plan

SECONDS = 17
"""After which a check that has not ended is left open."""

Check = Callable[[], Iterable[Finding]]


def examine(look: Look) -> list[Finding]:
    """What was found, in an order of its own. A wrong config is a finding too."""
    try:
        known: Plan | None = look.plan
        config = [good("config", f"scale {known.scale}")]
    except InputError as error:
        known, config = None, [bad("config", str(error), "correct the config (config/README.md)")]
    checks: dict[str, Check] = {
        "Python": software.python,
        "packages": partial(software.packages, look.root),
        "PyTorch": partial(software.torch, look.root, bool(known and known.config["gpu"])),
        "config": lambda: config,
    }
    if known is not None:
        checks |= {
            "datasets": partial(materials.datasets, known),
            "ImageNet weights": partial(materials.weights, known),
            "disk": partial(place.room, known, look.devices),
            "shared memory": partial(place.shared_memory, known, look.devices),
        }
    checks |= {
        "folder": place.folder,
        "open files": place.open_files,
        "Slurm": partial(place.slurm, look.cluster),
        "lock": partial(place.locks, look.unlock),
    }
    return list(run(checks))


def run(checks: dict[str, Check], seconds: float = SECONDS) -> Iterator[Finding]:
    """What checks find that end in time; the others are left open, and hold up nothing."""
    found: dict[str, list[Finding]] = {}

    def work(about: str, check: Check) -> None:
        try:
            found[about] = [*check()]
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            found[about] = [bad(about, words, "mend what it says, or report it")]

    # A disk that is gone keeps its thread for ever; a daemon's end is not waited for.
    threads = [Thread(target=work, args=item, daemon=True) for item in checks.items()]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    for about in checks:
        yield from found.get(about, [unsure(about, f"no answer in {seconds:g} s")])


def text(findings: Sequence[Finding]) -> str:
    """A line a finding, with its remedy below it where something is wrong."""
    width = max(len(finding.about) for finding in findings)
    lines = []
    for sign, about, words, remedy in findings:
        lines.append(f"{sign} {about:{width}}  {words}")
        lines += [f"  {'':{width}}  → {remedy}"] if remedy else []
    wrong = sum(finding.sign == BAD for finding in findings)
    lines.append(f"\n{wrong} to mend." if wrong else "\nNothing to mend.")
    return "\n".join(lines)
