"""Time the workflow: a dry run, a whole smoke run, a run with nothing to do, and their parts.

    python benchmarks/workflow.py [TARGET] [--cores N] [--keep]

Each time is that of a whole process, in a temporary folder. The limits, on two cores:
dry run 2 s, Table II on smoke data 300 s, nothing to do 3 s, 2 GB of memory a job, 4 GB on disk,
0.5 s of Snakemake's own a job. Seconds of a processor, unlike those of a clock, hardly depend on
what else the machine does.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jobs

ROOT = Path(__file__).resolve().parent.parent
# Snakemake, whose last line on stderr is its own processor time, and that of its jobs.
_SNAKEMAKE = """
import atexit, os, sys
from snakemake.cli import main

atexit.register(lambda: print(sum(os.times()[:2]), sum(os.times()[2:4]), file=sys.stderr))
main()
"""
_MODEL, _DATA = "resnet50-apnet-c2", "dukemtmc"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="?", default="reports/table2.md")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="do not delete the folder")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="apnet-workflow-"))
    command = [
        *(sys.executable, "-c", _SNAKEMAKE, "--snakefile", str(ROOT / "Snakefile")),
        *("--workflow-profile", str(ROOT / "profiles" / "default"), "--directory", str(folder)),
        *("--cores", str(arguments.cores), arguments.target),
    ]
    dry = [_run([*command, "--dry-run"])[0] for _ in range(5)]
    whole, said = _run(command)
    again = [_run(command)[0] for _ in range(3)]
    print(f"dry run         {sorted(dry)[2]:8.2f} s  (median of 5, {min(dry):.2f}–{max(dry):.2f})")
    print(f"whole run       {whole:8.2f} s")
    print(f"nothing to do   {sorted(again)[1]:8.2f} s  (median of 3)")
    print(f"on disk         {_megabytes(folder):8.0f} MB")
    _print_scheduling(said, folder, whole * arguments.cores)
    _print_jobs(folder)
    if arguments.keep:
        print(folder)
    else:
        shutil.rmtree(folder)


def _run(command: list[str]) -> tuple[float, str]:
    """Seconds that a command takes, and what it prints on stderr."""
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return time.monotonic() - begin, done.stderr


def _print_scheduling(said: str, folder: Path, cores: float) -> None:
    """Snakemake's own share of a run: of its `cores` seconds of all cores."""
    own, of_jobs = map(float, said.splitlines()[-1].split())
    count = len([*(folder / "logs").rglob("*.log")])
    print(f"scheduling      {own / count:8.3f} s of a processor a job, {count} jobs")
    print(f"in the jobs     {of_jobs:8.2f} s of a processor, {of_jobs / cores:.0%} of all cores")


def _print_jobs(folder: Path) -> None:
    """The parts of one training and its evaluation, on data that the workflow drew."""
    root, run = folder / "resources" / "synthetic" / "smoke", folder / "job"
    checked = folder / "results" / "smoke" / "written" / _DATA / "dataset.json"
    shared = ["--data-root", root, "--data-record", checked, "--dataset", _DATA, "--threads", 1]
    train = ["--model", _MODEL, "--recipe", "smoke", "--seed", 0, "--out", run]
    evaluate = ["--run", run, "--out", run / "test.json"]
    print(f"\n{'processor s':12}", *(f"{part:>10}" for part in (*jobs.PARTS, "all")))
    for name, own in (("train", train), ("evaluate", evaluate)):
        command = [sys.executable, str(ROOT / "benchmarks" / "jobs.py"), name, *own, *shared]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=ROOT)
        if done.returncode:
            sys.exit(done.stderr)
        parts = json.loads(done.stdout.splitlines()[-1])
        seconds = [*(parts[part] for part in jobs.PARTS), sum(parts.values())]
        print(f"{name:12}", *(f"{second:10.2f}" for second in seconds))


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


if __name__ == "__main__":
    main()
