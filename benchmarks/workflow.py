"""Time the workflow: a dry run, a whole smoke run, a run with nothing to do.

    python benchmarks/workflow.py [TARGET] [--cores N] [--keep]

Each time is that of a whole process, in a temporary folder. The limits, on two cores:
dry run 2 s, Table II on smoke data 360 s, nothing to do 3 s, 2 GB of memory a job, 4 GB on disk.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="?", default="reports/table2.md")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="do not delete the folder")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="apnet-workflow-"))
    command = [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
        *("--workflow-profile", str(ROOT / "profiles" / "default"), "--directory", str(folder)),
        *("--cores", str(arguments.cores), arguments.target),
    ]
    dry = [_seconds([*command, "--dry-run"]) for _ in range(5)]
    whole = _seconds(command)
    again = [_seconds(command) for _ in range(3)]
    print(f"dry run         {sorted(dry)[2]:8.2f} s  (median of 5, {min(dry):.2f}–{max(dry):.2f})")
    print(f"whole run       {whole:8.2f} s")
    print(f"nothing to do   {sorted(again)[1]:8.2f} s  (median of 3)")
    print(f"on disk         {_megabytes(folder):8.0f} MB")
    if arguments.keep:
        print(folder)
    else:
        shutil.rmtree(folder)


def _seconds(command: list[str]) -> float:
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return time.monotonic() - begin


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


if __name__ == "__main__":
    main()
