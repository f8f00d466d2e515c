"""Calls of Snakemake for the benchmarks, each a process of its own that is measured."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Snakemake, whose last line on stderr is what it and its jobs took.
_SNAKEMAKE = """
import atexit, json, os, resource, sys
from snakemake.cli import main

def taken():
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [sum(os.times()[:2]), sum(os.times()[2:4]), memory]

atexit.register(lambda: print(json.dumps(taken()), file=sys.stderr))
main()
"""


@dataclass(frozen=True)
class Call:
    """What a call took.

    Attributes:
        wall: seconds of a clock.
        own: seconds of a processor of Snakemake, which hardly depend on what else runs.
        of_jobs: the same of its jobs.
        memory: the most that Snakemake held, in MiB.
        said: its output.
    """

    wall: float
    own: float
    of_jobs: float
    memory: float
    said: str


def snakemake(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> Call:
    """Call the project's Snakefile in `folder`; its message ends the benchmark if it fails."""
    own = command(folder, sys.executable, "-c", _SNAKEMAKE)
    return _run([*own, *words], {**os.environ, **(environment or {})})


def command(folder: Path, *program: str) -> list[str]:
    """The words that call the project's Snakefile in `folder`.

    Args:
        program: that stands for `snakemake`.
    """
    return [
        *(program or (sys.executable, "-m", "snakemake")),
        *("--snakefile", str(ROOT / "Snakefile")),
        *("--workflow-profile", str(ROOT / "profiles" / "default"), "--directory", str(folder)),
    ]


def _run(words: Sequence[str], environment: Mapping[str, str]) -> Call:
    begin = time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    wall = time.monotonic() - begin
    if done.returncode:
        sys.exit(done.stderr)
    said, _, taken = done.stderr.rstrip().rpartition("\n")
    return Call(wall, *json.loads(taken), said=f"{done.stdout}{said}")
