"""How a command ends: a sentence, a status, the traceback in a log."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from apnet import ending
from apnet.cli import main
from apnet.ending import ended
from apnet.errors import InputError
from apnet.runtime.memory import enough_memory
from apnet.runtime.stopping import Stopped


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    """The log that tracebacks go into."""
    monkeypatch.setenv(ending.LOG, str(tmp_path / "job.log"))
    return tmp_path / "job.log"


def fails(error):
    def work(*_, **__):
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (InputError("no such file"), 2, "no such file"),
        (KeyboardInterrupt(), 130, "stopped"),
        (Stopped(signal.SIGHUP), 129, "stopped"),
        (MemoryError(), 2, "memory ran out: free some, or lower --workers"),
        (torch.OutOfMemoryError("Tried to allocate 2 GiB"), 2, "the GPU's memory ran out: end "),
        (RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed."), 2, "a process th"),
    ],
)
def test_what_is_foreseen_is_a_sentence_and_no_log(capsys, log, error, status, sentence):
    assert ended(error) == status
    assert capsys.readouterr().err.startswith(f"apnet: {sentence}")
    assert not log.exists()


def test_an_error_that_nobody_foresaw_is_one_sentence_with_its_log(capsys, log, monkeypatch):
    monkeypatch.setattr("apnet.data.check.check_dataset", fails(ZeroDivisionError("by\nzero")))
    log.write_text("what the job said\n")
    assert main(["data", "check", "market1501", str(log.parent)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("apnet: an error that was not foreseen, ZeroDivisionError: by zero: ")
    assert said.endswith(f"in {log}\n") and said.count("\n") == 1
    assert log.read_text().startswith("what the job said\nTraceback (most recent call last):\n")


def test_by_hand_the_log_is_a_new_file_and_without_one_the_traceback_is_shown(
    capsys, log, monkeypatch
):
    monkeypatch.delenv(ending.LOG)
    monkeypatch.setattr("tempfile.tempdir", str(log.parent))
    assert ended(ValueError("odd")) == 1
    (made,) = log.parent.iterdir()
    assert str(made) in capsys.readouterr().err and "ValueError: odd" in made.read_text()
    monkeypatch.setattr("tempfile.tempdir", str(log.parent / "absent"))
    assert ended(ValueError("odd")) == 1
    said = capsys.readouterr().err
    assert "ValueError: odd\napnet: an error that was not foreseen, ValueError: odd: " in said


def test_tracebacks_are_shown_on_request(capsys, monkeypatch):
    monkeypatch.setenv(ending.SHOWN, "1")
    assert ended(InputError("bad")) == 2
    assert capsys.readouterr().err.endswith("apnet.errors.InputError: bad\napnet: bad\n")


def test_an_allocation_that_fails_names_the_batch_and_the_way_on():
    with pytest.raises(InputError) as error, enough_memory(80, 4, "the same command continues"):
        torch.empty(2**60, dtype=torch.uint8)
    assert str(error.value) == (
        "memory ran out with a batch of 80 images and --workers 4: free some, or lower --workers; "
        "the same command continues"
    )


STOPPED = """
import os, signal, sys
from apnet.runtime.stopping import raise_when_stopped
from apnet.runtime.streams import outlive_readers
raise_when_stopped()
outlive_readers()
print("begun", flush=True)
sys.stdin.readline()
print("nobody reads this", flush=True)
try:
    os.kill(os.getpid(), signal.{})
finally:
    os.kill(os.getpid(), signal.SIGTERM)
    os.write(2, b"cleared up")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_stop_outlives_the_reader_of_the_output(name):
    command = [sys.executable, "-c", STOPPED.format(name)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout.readline() == "begun\n"
        process.stdout.close()
        process.stdin.write("\n")
        process.stdin.close()
        said = process.stderr.read()
    assert said.startswith("cleared up")
    assert f"Stopped: stopped by signal {signal.Signals[name]}" in said


@pytest.mark.parametrize("words", [("models",), ("models", "--help"), ("--version",)])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_cannot_be_written_is_a_sentence(words, unbuffered):
    command, buffers = [sys.executable, "-m", "apnet", *words], {"PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=os.environ | buffers
        )
        assert done.returncode == 2
        assert done.stderr == "apnet: cannot write the standard output: No space left on device\n"
        assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=full).returncode == 0


@pytest.mark.parametrize("wanted", ["ascii", "utf-8"])
def test_what_an_encoding_lacks_stands_as_its_code(wanted):
    work = "from apnet.runtime.streams import *; outlive_readers(); print('64×32')"
    command = [sys.executable, "-c", work]
    encoding = os.environ | {"PYTHONIOENCODING": wanted}
    said = subprocess.run(command, capture_output=True, env=encoding).stdout
    assert said == "64×32\n".encode(wanted, "backslashreplace")


def test_a_hang_up_that_is_ignored_stays_ignored():
    work = "import os, signal; from apnet.runtime.stopping import *; raise_when_stopped()\n"
    work += "os.kill(os.getpid(), signal.SIGHUP); print('alive')"
    command = ["nohup", sys.executable, "-c", work]
    assert "alive" in subprocess.run(command, capture_output=True, text=True).stdout
