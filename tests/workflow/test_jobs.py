import json
import signal
import subprocess
import sys
import time

import pytest

from apnet.errors import InputError
from workflow.lib.jobs import main

JOB = "import sys; print('working'); print('apnet: no such thing', file=sys.stderr); sys.exit({})"


def test_output_goes_to_the_log_and_the_terminal(tmp_path, capsys):
    log = tmp_path / "deep" / "job.log"
    assert main(["--log", str(log), "--", sys.executable, "-c", JOB.format(0)]) == 0
    assert "working" in log.read_text() and "working" in capsys.readouterr().err
    assert not log.with_suffix(".failed.json").exists()


def test_a_quiet_job_speaks_in_its_log_alone(tmp_path, capsys):
    log = tmp_path / "job.log"
    assert main(["--quiet", "--log", str(log), "--", sys.executable, "-c", JOB.format(2)]) == 2
    assert "working" in log.read_text() and not capsys.readouterr().err
    assert log.with_suffix(".failed.json").exists()


def test_a_failure_leaves_our_sentence_and_success_takes_it_away(tmp_path):
    log = tmp_path / "job.log"
    note = log.with_suffix(".failed.json")
    assert main(["--log", str(log), "--", sys.executable, "-c", JOB.format(2)]) == 2
    expected = {"status": 2, "message": "no such thing", "log": str(log)}
    assert json.loads(note.read_text()) == expected
    assert main(["--log", str(log), "--", sys.executable, "-c", JOB.format(0)]) == 0
    assert not note.exists()


def test_a_full_disk_under_the_log_does_not_end_the_job(tmp_path, capsys):
    log = tmp_path / "job.log"
    log.symlink_to("/dev/full")
    assert main(["--log", str(log), "--", sys.executable, "-c", JOB.format(0)]) == 0
    assert "working" in capsys.readouterr().err


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for log in (tmp_path / "file" / "job.log", tmp_path):
        assert main(["--log", str(log), "--", sys.executable, "-c", JOB.format(0)]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"apnet: cannot write {log}: ") and error.count("\n") == 1


def test_a_note_that_cannot_be_written_leaves_the_status(tmp_path, monkeypatch, capsys):
    def full(*_):
        raise InputError("cannot write the note: No space left on device")

    monkeypatch.setattr("workflow.lib.jobs.write_json", full)
    command = ["--log", str(tmp_path / "job.log"), "--", sys.executable, "-c", JOB.format(3)]
    assert main(command) == 3
    assert "apnet: cannot write the note" in capsys.readouterr().err


def test_a_job_that_is_killed_has_failed(tmp_path):
    log = tmp_path / "job.log"
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert main(["--log", str(log), "--", sys.executable, "-c", kill]) == 128 + signal.SIGKILL
    message = json.loads(log.with_suffix(".failed.json").read_text())["message"]
    assert message == (
        "the job was ended from outside, Killed, status 137 (when memory runs out, the system "
        "does that)"
    )


def test_a_traceback_goes_into_the_log_before_the_sentence(tmp_path, capsys):
    log = tmp_path / "job.log"
    job = "from apnet.ending import ended; ended(ValueError('odd'))"
    assert main(["--log", str(log), "--", sys.executable, "-c", job]) == 0
    said = capsys.readouterr().err
    assert log.read_text() == f"ValueError: odd\n{said}"
    assert said.endswith(f"ValueError: odd: please report it with its traceback in {log}\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_and_its_answer_waited_for(tmp_path, number):
    log = tmp_path / "job.log"
    job = (
        "import signal, sys, time\n"
        f"signal.signal({number:d}, lambda *_: (print('saved'), sys.exit({128 + number})))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-m", "workflow.lib.jobs", "--log", str(log), "--"]
    with subprocess.Popen([*command, sys.executable, "-c", job], stderr=subprocess.PIPE) as process:
        while not (log.exists() and "ready" in log.read_text()):
            time.sleep(0.05)
        # Its reader goes with the same signal, as `tee` does.
        process.stderr.close()
        process.send_signal(number)
        process.wait(timeout=30)
    assert process.returncode == 128 + number
    assert "saved" in log.read_text()
