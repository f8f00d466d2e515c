"""Kill a small real run at random points, go on each time, and compare it with one left alone.

    python benchmarks/killing.py [--kills N] [--seed S] [--minutes M]

Two thin networks are trained and evaluated on drawn images through Snakemake. A signal (KILL,
TERM or HUP) goes to Snakemake, to one process of its jobs, or to all of them; then the same call
is made again, as a user would. A run that came to its end is compared, and begun again.
Prints a table; the exit status is 1 if anything finished was made again, or differs.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
from calls import command

from apnet.files import sha256

_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
_VICTIMS = ("a job", "Snakemake", "all of them")
_RUNS = [f"results/smoke/written/market1501/{name}/seed0" for name in ("resnet50", "resnet50-se")]
_TARGETS = [f"{run}/test/market1501.json" for run in _RUNS]
_FINISHED = ("run.json", "test/market1501.json")
_EQUAL = ("model.safetensors", "history.jsonl", *_FINISHED, "test/market1501.npz")
_CONFIG = (
    "synthetic={identities: 2, seed: 0}",
    "set={epochs: 40, steps_per_epoch: 1, identities: 2}",
    "checkpoint_seconds=0",
)
_OF_THE_MACHINE = {"wall_seconds", "images_per_second", "peak_memory_mb", "seconds"}
"""Keys of records that differ between two runs of the same."""


class Runs:
    """A folder in which the runs are made.

    Attributes:
        made_again: sentences on results that were finished and did not stay.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made_again: list[str] = []
        self._finished: dict[str, str] = {}
        folder.mkdir()

    def make(self) -> subprocess.Popen:
        """The call that a user repeats."""
        return self._call("--config", *_CONFIG, "--", *_TARGETS)

    def unlock(self) -> None:
        """What the message on a lock asks for."""
        if any((self.folder / ".snakemake" / "locks").glob("*")):
            self.require(self._call("--unlock"))

    def require(self, process: subprocess.Popen) -> None:
        """End the benchmark with what Snakemake said, unless a call ends well."""
        if process.wait():
            sys.exit((self.folder / "said.log").read_text(errors="replace"))

    def look(self) -> None:
        """Note what is finished, and what of it is not as it was when it was seen first."""
        for file in (f"{run}/{name}" for run in _RUNS for name in _FINISHED):
            # Snakemake deletes what it makes again, and it may be kept under a second name.
            there = self.folder / file
            with suppress(FileNotFoundError):
                digest = sha256(there)
                if self._finished.setdefault(file, digest) != digest:
                    self._finished[file] = digest
                    self.made_again.append(f"{file} was finished and was made again")

    def contents(self) -> dict[str, object]:
        """What must be equal, by file."""
        files = [f"{run}/{name}" for run in _RUNS for name in _EQUAL]
        return {file: _content(self.folder / file) for file in files}

    def _call(self, *words: str) -> subprocess.Popen:
        """Snakemake in a session of its own."""
        with (self.folder / "said.log").open("ab") as log:
            return subprocess.Popen(
                [*command(self.folder), "--cores", "2", *words],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def main() -> int:
    """Kill, go on, compare; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the points in time and the kinds")
    parser.add_argument("--minutes", type=float, default=600, help="no kill after that")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="apnet-killing-") as name:
        alone = Runs(Path(name, "alone"))
        begin = time.monotonic()
        alone.require(alone.make())
        longest, killing = time.monotonic() - begin, Killing(arguments)
        print(f"left alone it takes {longest:.0f} s", flush=True)
        faults, wanted = 0, alone.contents()
        while killing.goes_on():
            runs = Runs(Path(name, "killed"))
            killing.until_finished(runs, longest)
            found = runs.contents()
            differing = [file for file in wanted if found[file] != wanted[file]]
            for line in (*map("{} differs".format, differing), *runs.made_again):
                print(line)
                faults += 1
            shutil.rmtree(runs.folder)
    killing.report(faults)
    return int(faults > 0)


class Killing:
    """Kills at random points, counted by what was sent and to whom."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._wanted = arguments.kills
        self._draw = random.Random(arguments.seed)
        self._end = time.monotonic() + 60 * arguments.minutes
        self._counts: Counter[tuple[str, str]] = Counter()
        self._runs = 0

    def goes_on(self) -> bool:
        """Whether there are kills to come."""
        return self._counts.total() < self._wanted and time.monotonic() < self._end

    def until_finished(self, runs: Runs, longest: float) -> None:
        """Make the runs, by as many calls as it takes.

        Args:
            longest: seconds of a run left alone; a call is killed in the first half of that.
        """
        killed = True
        while killed:
            process = runs.make()
            killed = self.goes_on() and self._kill(process, runs, longest)
            if not killed:
                runs.require(process)
            _wait_for_all(process)
            runs.unlock()
            runs.look()
        self._runs += 1

    def report(self, faults: int) -> None:
        """Print how often what was done."""
        print(f"\n{'sent to':12}" + "".join(f"{number.name:>9}" for number in _SIGNALS))
        for victim in _VICTIMS:
            counts = (self._counts[victim, number.name] for number in _SIGNALS)
            print(f"{victim:12}" + "".join(f"{count:9}" for count in counts))
        kills = self._counts.total()
        print(f"{kills} kills of {self._runs} runs of {len(_RUNS)} trainings: {faults} faults")

    def _kill(self, process: subprocess.Popen, runs: Runs, longest: float) -> bool:
        """Whether a signal was sent before the call ended by itself."""
        try:
            process.wait(self._draw.uniform(0, longest / 2))
            return False
        except subprocess.TimeoutExpired:
            pass
        number, victim = self._draw.choice(_SIGNALS), self._draw.choice(_VICTIMS)
        # A call that still plans has no jobs.
        jobs = [other for other in _session(process) if other != process.pid]
        if not jobs and victim == "a job":
            victim = "Snakemake"
        sent_to = {
            "a job": lambda: [self._draw.choice(jobs)],
            "Snakemake": lambda: [process.pid],
            "all of them": lambda: [process.pid, *jobs],
        }[victim]()
        runs.look()
        for each in sent_to:
            with suppress(ProcessLookupError):
                os.kill(each, number)
        self._counts[victim, number.name] += 1
        return True


def _session(process: subprocess.Popen) -> list[int]:
    """Processes of a call that live, whoever their parent is by now."""
    numbers = []
    for other in psutil.process_iter(["status"]):
        with suppress(ProcessLookupError):
            if other.info["status"] != psutil.STATUS_ZOMBIE and os.getsid(other.pid) == process.pid:
                numbers.append(other.pid)
    return sorted(numbers)


def _wait_for_all(process: subprocess.Popen) -> None:
    """Wait until a call and its jobs have ended, as the message on a lock asks for."""
    process.wait()
    while _session(process):
        time.sleep(0.1)


def _content(file: Path) -> object:
    """What a file holds but for what the machine decides."""
    if file.suffix == ".json":
        return _without_the_machine(json.loads(file.read_text()))
    if file.suffix == ".jsonl":
        return [_without_the_machine(json.loads(line)) for line in file.open()]
    return file.read_bytes()


def _without_the_machine(record: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in record.items() if key not in _OF_THE_MACHINE}


if __name__ == "__main__":
    sys.exit(main())
