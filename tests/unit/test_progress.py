import io
import os
import pty
import re
import subprocess
import sys

import runs

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
    printer.show_progress("step 1")
    printer.show_progress("step 2, and more than fits")
    printer("epoch 1")
    printer.clear()
    shown = re.split(r"\r\x1b\[2K", screen.getvalue())
    assert shown == ["", "[run] step 1", "step 2, and more th", "[run] epoch 1\n"]
    assert max(len(line.rstrip("\n")) for line in shown) < 20


def test_on_a_narrow_terminal_the_subject_goes_first_and_the_end_last(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    screen = Screen()
    printer = ProgressPrinter("market1501/resnet50", screen)
    for line in ("step 1  9 s left", "epoch 1    9 s   left"):
        printer.show_progress(line)
    shown = re.split(r"\r\x1b\[2K", screen.getvalue())
    assert shown == ["", "step 1  9 s left", "epoch 1 9 s left"]


def command(root, out, **settings):
    code = "import sys, apnet.training.loop as l; l._SHOWN_EVERY = 0; from apnet.cli import main"
    options = ["train", "--model", "resnet50", "--recipe", "smoke", "--dataset", "market1501"]
    options += ["--device", "cpu", "--threads", "1", "--data-root", str(root), "--out", str(out)]
    options += [f"--set={key}={value}" for key, value in (runs.TINY | settings).items()]
    return [sys.executable, "-c", f"{code}; sys.exit(main(sys.argv[1:]))", *options]


def on_a_terminal(command):
    """Status and what appears on a terminal of the usual width."""
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


STATUS = (
    r"\[market1501/resnet50 seed 0\] epoch {epoch}/2  step {step}/6  loss \d+\.\d+  "
    r"lr \d\.\de-\d+  \d+ images/s  0:00:\d\d left"
)


def test_a_person_at_a_terminal_sees_each_step_and_a_log_each_epoch(root, tmp_path):
    status, seen = on_a_terminal(command(root, tmp_path / "one", steps_per_epoch=3))
    assert status == 0
    steps = ((1, 1), (1, 2), (1, 3), (2, 4), (2, 5), (2, 6))
    wanted = [STATUS.format(epoch=epoch, step=step) for epoch, step in steps]
    wanted[2] += "\r\n"
    wanted[5] += "\r\n"
    assert re.fullmatch(r"\r\x1b\[2K".join(["", *wanted]).replace("\r\n\\r", "\r\n\\r"), seen)
    done = subprocess.run(
        command(root, tmp_path / "two", steps_per_epoch=3), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch("".join(f"{wanted[n].strip()}\n" for n in (2, 5)), done.stdout)


def test_what_is_refused_begins_a_line(root, tmp_path):
    status, seen = on_a_terminal(command(root, tmp_path / "run", steps_per_epoch=3, lr=1e30))
    assert status == 2
    last = seen.replace("\r\x1b[2K", "\n").rstrip().splitlines()[-1]
    assert last.startswith("apnet: the loss was not finite at step ")
