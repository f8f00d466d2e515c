"""Time the workflow: a dry run, a whole smoke run, a run with nothing to do, and their parts.

    python benchmarks/workflow.py [TARGET] [--cores N] [--keep]

Each time is that of a whole process, in a temporary folder. The limits, on two cores:
dry run 1 s, Table II on smoke data 300 s, nothing to do 3 s, 2 GB of memory a job, 4 GB on disk,
0.5 s of Snakemake's own a job. Seconds of a processor, unlike those of a clock, hardly depend on
what else the machine does.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jobs
from calls import ROOT, Call, snakemake

_MODEL, _DATA = "resnet50-apnet-c2", "dukemtmc"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="?", default="reports/table2.md")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="do not delete the folder")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="apnet-workflow-"))
    words = ["--cores", str(arguments.cores), arguments.target]
    dry = [snakemake(folder, *words, "--dry-run").wall for _ in range(5)]
    whole = snakemake(folder, *words)
    again = [snakemake(folder, *words).wall for _ in range(3)]
    print(f"dry run         {sorted(dry)[2]:8.2f} s  (median of 5, {min(dry):.2f}–{max(dry):.2f})")
    print(f"whole run       {whole.wall:8.2f} s")
    print(f"nothing to do   {sorted(again)[1]:8.2f} s  (median of 3)")
    print(f"on disk         {_megabytes(folder):8.0f} MB")
    _print_scheduling(whole, folder, arguments.cores)
    _print_jobs(folder)
    if arguments.keep:
        print(folder)
    else:
        shutil.rmtree(folder)


def _print_scheduling(call: Call, folder: Path, cores: int) -> None:
    """Snakemake's own share of a run, and the jobs' of all cores."""
    count = len([*(folder / "logs").rglob("*.log")])
    share = call.of_jobs / (call.wall * cores)
    print(f"scheduling      {call.own / count:8.3f} s of a processor a job, {count} jobs")
    print(f"in the jobs     {call.of_jobs:8.2f} s of a processor, {share:.0%} of all cores")


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
