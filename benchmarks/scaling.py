"""The whole paper under both readings on many GPUs, with trainings that only sleep.

    python benchmarks/scaling.py [--seeds N] [--tests N] [--run] [--seconds S] [--gpus N]

Plans all tables and, with --tests, evaluations by name until every run has so many. With --run it
makes them in a temporary folder (without figure 6 and table III, whose jobs are real), and plans
once more with nothing to do. With --write all trainings and evaluations are written at once, as
if copied from elsewhere, before the rest is planned. Jobs of `apnet train` and `apnet evaluate`
are those of tests/fabricating; drawing and checking the datasets is real.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from calls import ROOT, Call, snakemake

_TABLES = [f"reports/table{n}.{form}" for n in (1, 2, 4, 5, 6, 7) for form in ("md", "html")]
_SETS = ("market1501", "dukemtmc", "msmt17", "cuhk03-detected", "cuhk03-labeled")
_FABRICATING = ROOT / "tests" / "fabricating"
_COMMAND = re.compile(r"-- python -m apnet ((?:train|evaluate) .*)")
_CHECK = re.compile(r"--data-record (results/\S+\.json)")
_EVALUATION = re.compile(r"--out (results/\S+/seed\d+)/test/(\S+)\.json")


def main() -> None:
    """Plan, run, and print what each call took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tests", type=int, default=0, help="evaluations of a run, at least")
    parser.add_argument("--gpus", type=int, default=64)
    parser.add_argument("--run", action="store_true", help="also run it all")
    parser.add_argument("--write", action="store_true", help="also plan with results of all runs")
    parser.add_argument("--seconds", type=float, default=0.0, help="that a job sleeps")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="apnet-scaling-") as name:
        _measure(arguments, Path(name))


def _measure(arguments: argparse.Namespace, folder: Path) -> None:
    seeds, count = [*range(arguments.seeds)], str(arguments.gpus)
    options = ["--cores", count, "--resources", f"gpu={count}", "--config", f"seeds={seeds}"]
    options += ["readings=[written,released]", "synthetic={identities: 32, seed: 0}", "--"]
    shown = snakemake(folder, "--dry-run", "--printshellcmds", *options, "all")
    further = _further(shown.said, arguments.tests)
    print(f"{'':24}{'clock s':>9}{'processor s':>12}{'memory MiB':>11}")
    for _ in range(3):
        dry = snakemake(folder, "--dry-run", *options, "all", *further)
        _print("dry run, all", dry)
    print(re.findall(r"^(?:train|evaluate|total) .*?\d+", dry.said, re.MULTILINE))
    words = [*options, *_TABLES, *further]
    if arguments.write:
        said = snakemake(folder, "--dry-run", "--printshellcmds", *words).said
        checks = sorted({*_CHECK.findall(said)})
        # Trainings before the evaluations of their runs.
        _write(folder, [*options, *checks], sorted(_COMMAND.findall(said), reverse=True))
        _print("dry run of a copy", snakemake(folder, "--dry-run", *words))
    if arguments.run:
        _run(arguments, folder, words)


def _write(folder: Path, checks: Sequence[str], commands: Sequence[str]) -> None:
    """Write the results of the commands, after the datasets have been drawn and checked."""
    _print("datasets", snakemake(folder, *checks))
    program = [sys.executable, str(_FABRICATING / "all_at_once.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    lines = "\n".join(commands)
    subprocess.run(program, input=lines, text=True, cwd=folder, env=environment, check=True)
    print(f"{len(commands)} results written")


def _run(arguments: argparse.Namespace, folder: Path, words: Sequence[str]) -> None:
    environment = {
        "PYTHONPATH": str(_FABRICATING),
        "FABRICATED_SECONDS": str(arguments.seconds),
        "CUDA_VISIBLE_DEVICES": ",".join(map(str, range(arguments.gpus))),
        "TMPDIR": str(folder),  # which holds the locks on GPUs
    }
    whole = snakemake(folder, *words, environment=environment)
    _print("run", whole)
    jobs = len([*(folder / "logs").rglob("*.log")])
    each = (whole.own / jobs, whole.of_jobs / jobs)
    print(f"{jobs} jobs: {each[0]:.3f} s of a processor a job for Snakemake, {each[1]:.3f} for it")
    _print_files(folder)
    _print("nothing to do", snakemake(folder, *words, environment=environment))


def _further(said: str, least: int) -> list[str]:
    """Evaluations beside those that a dry run shows, until each of its runs has `least`."""
    found = _EVALUATION.findall(said)
    there = Counter(run for run, _ in found)
    more = []
    for run in sorted(there):
        others = [name for name in _SETS if (run, name) not in found]
        more += [f"{run}/test/{name}.json" for name in others[: max(least - there[run], 0)]]
    return more


def _print(what: str, call: Call) -> None:
    print(f"{what:24}{call.wall:9.2f}{call.own:12.2f}{call.memory:11.0f}", flush=True)


def _print_files(folder: Path) -> None:
    parts: Sequence[str] = ("results", "logs", ".snakemake", "resources", "reports")
    for part in parts:
        files = [file for file in (folder / part).rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files) / 2**20
        print(f"{part:24}{len(files):9} files {size:8.1f} MiB")


if __name__ == "__main__":
    main()
