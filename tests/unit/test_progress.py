import io
import os
import pty
import re
import shlex
import subprocess
import sys

import pytest
import runs

from apnet.cli import main
from apnet.runtime.progress import ProgressPrinter


class Screen(io.StringIO):
    def isatty(self):
        return True


def test_a_log_has_plain_lines_and_nobody_watches():
    log = io.StringIO()
    printer = ProgressPrinter("run", log)
    assert printer.show_progress is None
    printer("epoch 1")
    printer.clear()
    assert log.getvalue() == "[run] epoch 1\n"


def test_on_a_terminal_a_line_is_shown_in_place_and_taken_back(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    screen = Screen()
    printer = ProgressPrinter("run", screen)
    printer.show_progress("step 1 of 20", 0.5)
    printer.show_progress("step 2, and more than fits", 1)
    printer("epoch 1")
    printer.clear()
    shown = re.split(r"\r\x1b\[2K", screen.getvalue())
    assert shown == ["", "[run] step 1 of 20", "step 2, and more th", "[run] epoch 1\n"]
    assert max(len(line.rstrip("\n")) for line in shown) < 20


def test_on_a_narrow_terminal_the_subject_goes_first_and_the_end_last(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    screen = Screen()
    printer = ProgressPrinter("market1501/resnet50", screen)
    for line in ("step 1  9 s left", "epoch 1    9 s   left"):
        printer.show_progress(line, 0.5)
    shown = re.split(r"\r\x1b\[2K", screen.getvalue())
    assert shown == ["", "step 1  9 s left", "epoch 1 9 s left"]


@pytest.mark.parametrize(
    ("columns", "done", "shown"),
    [
        ("60", 0.01, "[....................] [run] 8 s  left"),
        ("60", 0.5, "[##########..........] [run] 8 s  left"),
        ("60", 1, "[####################] [run] 8 s  left"),
        ("25", 0.5, "[###...] [run] 8 s  left"),
        ("17", 0.5, "[##...] 8 s left"),
    ],
)
def test_a_bar_takes_the_room_that_is_left(monkeypatch, columns, done, shown):
    monkeypatch.setenv("COLUMNS", columns)
    screen = Screen()
    ProgressPrinter("run", screen).show_progress("8 s  left", done)
    assert screen.getvalue() == f"\r\x1b[2K{shown}"


def words(root, out, **settings):
    options = ["train", "--model", "resnet50", "--recipe", "smoke", "--dataset", "market1501"]
    options += ["--device", "cpu", "--threads", "1", "--data-root", str(root), "--out", str(out)]
    options += [f"--set={key}={value}" for key, value in (runs.TINY | settings).items()]
    return options


def on_a_terminal(words):
    """Status of a command and what appears on a terminal of the usual width."""
    code = "import sys, apnet.training.loop as l; l._SHOWN_EVERY = 0; from apnet.cli import main"
    command = [sys.executable, "-c", f"{code}; sys.exit(main(sys.argv[1:]))", *words]
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command, stdout=slave, stderr=slave, env={**os.environ, "COLUMNS": "200"}
    )
    os.close(slave)
    found = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # Linux says so at the end of a terminal.
            break
        if not part:
            break
        found += part
    os.close(master)
    return process.wait(), found.decode()


SUBJECT = r"\[market1501/resnet50 seed 0\] "
OPENING = [
    SUBJECT + line
    for line in (
        r"on cpu, 1 thread of .+",
        r"\d+ drawn images of \d+ identities, in .+/market1501",
        r"6 steps in 2 epochs, each of 2 x 2 images of 64x32, thin network",
        r"into .+",
    )
]
NEXT = [SUBJECT + "next:", r"apnet evaluate --run .+ --out .+/test/market1501\.json.?"]


def status(step, shown):
    bar = r"\[#*\.*\] " if shown else ""
    return (
        rf"{bar}{SUBJECT}epoch {(step + 2) // 3}/2  step {step}/6  loss \d+\.\d+  "
        r"lr \d\.\de-\d+  \d+ images/s  0:00:\d\d left"
    )


def assert_lines(said, wanted):
    lines = [line for line in re.split(r"\r\x1b\[2K|\r?\n", said) if line]
    assert len(lines) == len(wanted)
    for line, pattern in zip(lines, wanted, strict=True):
        assert re.fullmatch(pattern, line)


def test_a_person_at_a_terminal_sees_each_step_and_a_log_each_epoch(
    root, tmp_path, capsys, monkeypatch
):
    ended, seen = on_a_terminal(words(root, tmp_path / "one", steps_per_epoch=3))
    assert ended == 0
    steps = [status(step, shown=step % 3) for step in range(1, 7)]
    assert_lines(seen, [*OPENING, *steps, *NEXT])
    monkeypatch.setattr("apnet.training.loop._SHOWN_EVERY", 0)
    assert main(words(root, tmp_path / "a two", steps_per_epoch=3)) == 0
    log = capsys.readouterr()
    assert log.err == ""
    assert_lines(log.out, [*OPENING, steps[2], steps[5], *NEXT])
    assert main(shlex.split(log.out.splitlines()[-1])[1:]) == 0
    assert "mAP" in capsys.readouterr().out and (tmp_path / "a two/test/market1501.json").exists()


def test_what_is_refused_begins_a_line(root, tmp_path):
    ended, seen = on_a_terminal(words(root, tmp_path / "run", steps_per_epoch=3, lr=1e30))
    assert ended == 2
    last = seen.replace("\r\x1b[2K", "\n").rstrip().splitlines()[-1]
    assert last.startswith("apnet: the loss was not finite at step ")
