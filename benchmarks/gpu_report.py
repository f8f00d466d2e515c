"""What a GPU does in a few minutes, as one page: tests, training, evaluation, reference runs.

    python benchmarks/gpu_report.py --minutes N --out DIR [--archive FILE.tar.gz]
        [--device cuda|cpu] [--only PART …] [--toy] [--list]

Each part is a process of its own with a limit of its own, in order of worth; a part whose
estimate does not fit into what is left of the minutes is skipped. What a part has measured is in
DIR at once, so whatever ends the report, its page DIR/report.md says what was found until then.
The same call goes on where the last one ended: parts that are done, or took too long, are not
run again. --archive keeps a copy of all but data and weights in one file, written again as the
parts go on, for a machine whose disk is lost. --only takes some parts, in the order given.
--toy shows in two minutes on a CPU that every part runs.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from importlib import metadata
from itertools import groupby
from pathlib import Path

from gpu_page import page
from gpu_parts import REAL, ROOT, TOY, Part, parts

from apnet.files import replaced

FINISHED = ("done", "overran")
_LEFT_OUT = ("cache", "resources", ".snakemake", "checkpoints", "model.safetensors", "image-cache")


def main() -> None:
    """Run the parts and write the page."""
    arguments, found = _arguments()
    if arguments.list:
        for part in found:
            print(f"{part.name:20} {part.estimate:4} s, at most {part.limit:4} s  {part.title}")
        return
    # An end by a signal is an end like any other: parts are ended and the page is written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report(arguments.out.resolve(), arguments.archive, found)
    try:
        report.run(60 * arguments.minutes)
    finally:
        report.write()
    print((report.folder / "report.md").read_text(encoding="utf-8"))


def _arguments() -> tuple[argparse.Namespace, list[Part]]:
    """Arguments, and the parts that they ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--archive", type=Path, metavar="FILE")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--only", nargs="+", metavar="PART")
    parser.add_argument("--toy", action="store_true", help="tiny sizes")
    parser.add_argument("--list", action="store_true", help="the parts and their limits, no run")
    arguments = parser.parse_args()
    found = parts(TOY if arguments.toy else REAL, arguments.device, os.cpu_count() or 1)
    if arguments.only:
        by_name = {part.name: part for part in found}
        if unknown := [name for name in arguments.only if name not in by_name]:
            parser.error(f"no part is called {', '.join(unknown)}: --list shows them")
        found = [by_name[name] for name in arguments.only]
    return arguments, found


class Report:
    """The parts of a report and what is known of them, in a folder.

    Args:
        archive: a tar.gz of the folder without data and weights.
    """

    def __init__(self, folder: Path, archive: Path | None, todo: list[Part]) -> None:
        self.folder, self.parts = folder, todo
        self._archive, self._machine = archive, _machine()
        for name in ("states", "logs", "work"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def run(self, seconds: float) -> None:
        """All parts that are not finished, as far as they fit into these seconds."""
        self._end = time.monotonic() + seconds
        for timed, together in groupby(self.parts, key=lambda part: part.timed):
            for group in [[part] for part in together] if timed else [list(together)]:
                self._run_together([part for part in group if self._fits(part)])
                self.write()
            if not timed:
                self._forget_tuning()

    def write(self) -> None:
        """The page, and the archive."""
        states = {part: self._state(part) for part in self.parts}
        text = page(self.folder, states)
        with replaced(self.folder / "report.md") as temporary:
            temporary.write_text(text, encoding="utf-8")
        if self._archive:
            with replaced(self._archive) as temporary, tarfile.open(temporary, "w:gz") as tar:
                tar.add(self.folder, self.folder.name, filter=_kept)

    def _fits(self, part: Part) -> bool:
        if self._state(part).get("status") in FINISHED:
            return False
        left = self._end - time.monotonic()
        if left < part.estimate:
            why = f"takes about {part.estimate} s, and {max(left, 0):.0f} s were left"
            self._set(part, status="skipped", why=why)
            return False
        return True

    def _run_together(self, group: list[Part]) -> None:
        begin = time.monotonic()
        running = {part: self._start(part) for part in group}
        written = begin
        try:
            while running:
                time.sleep(0.2)
                now = time.monotonic()
                for part, process in list(running.items()):
                    late = now > min(begin + part.limit, self._end)
                    if late:
                        _kill(process)
                    if late or process.poll() is not None:
                        del running[part]
                        seconds = now - begin
                        status = _status(process, late, overran=seconds > part.limit)
                        self._set(part, status=status, seconds=seconds)
                        print(f"   {part.name}: {status} after {seconds:.0f} s", flush=True)
                if now > written + 10:
                    self.write()
                    written = time.monotonic()
        finally:
            for process in running.values():
                _kill(process)

    def _start(self, part: Part) -> subprocess.Popen:
        print(f"== {part.name}: {part.title}", flush=True)
        self._set(part, status="cut off")
        log = (self.folder / "logs" / f"{part.name}.log").open("w")
        here = Path(sys.executable).parent
        environment = os.environ | {
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *_paths("PYTHONPATH")]),
            "PATH": os.pathsep.join([str(here), *_paths("PATH")]),
            "TORCHINDUCTOR_CACHE_DIR": str(self.folder / "cache" / "inductor"),
        }
        with log:
            return subprocess.Popen(
                part.command,
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                process_group=0,
            )

    def _state(self, part: Part) -> dict:
        file = self.folder / "states" / f"{part.name}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def _set(self, part: Part, **state: object) -> None:
        with replaced(self.folder / "states" / f"{part.name}.json") as temporary:
            temporary.write_text(json.dumps({"machine": self._machine} | state), encoding="utf-8")

    def _forget_tuning(self) -> None:
        """Drop what the compiler found to be fastest while others were at the device, too."""
        for file in (self.folder / "cache").rglob("*.best_config"):
            file.unlink()


def _status(process: subprocess.Popen, late: bool, overran: bool) -> str:
    """How a part ended; one that the end of the minutes cut off begins again in another call."""
    if late:
        return "overran" if overran else "cut off"
    return f"failed with status {process.returncode}" if process.returncode else "done"


def _paths(name: str) -> Iterator[str]:
    return filter(None, os.environ.get(name, "").split(os.pathsep))


def _kill(process: subprocess.Popen) -> None:
    """End a part and all that it has started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(entry.name).name in _LEFT_OUT else entry


def _machine() -> str:
    """Card, memory, driver and versions, in words."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        card = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        card = "no NVIDIA card"
    names = ("torch", "triton", "nvidia-cudnn-cu13", "nvidia-cudnn-cu12", "torchvision", "numpy")
    versions = [f"{name} {version}" for name in names if (version := _version(name))]
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{card}; {os.cpu_count()} CPU cores; Python {python}, {', '.join(versions)}"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
