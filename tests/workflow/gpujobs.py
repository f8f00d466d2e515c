"""Jobs that are given devices, none of which is there."""

import os
import signal
import subprocess
import sys
import time

from tests.workflow.conftest import ROOT
from workflow.lib import gpus

TRAINING = [
    "gpu=1",
    "seeds=[0,1]",
    "synthetic={identities: 2, seed: 0}",
    "set={epochs: 1, steps_per_epoch: 2, identities: 2}",
]
JOB = """
import os, pathlib, sys, time
folder, name = pathlib.Path(sys.argv[1]), os.environ.get("CUDA_VISIBLE_DEVICES", "none")
share, begin = os.environ.get("APNET_GPU_SHARE", "none"), time.monotonic()
(folder / f"begun-{os.getpid()}").write_text(name)
time.sleep(float(sys.argv[2]))
while (folder / "hold").exists():
    time.sleep(0.02)
(folder / f"{os.getpid()}.txt").write_text(f"{name} {share} {begin} {time.monotonic()}")
"""


def start(tmp_path, number, devices, seconds=0.2, count=1, share=1, **options):
    command = [sys.executable, "-m", "workflow.lib.jobs", "--gpus", str(count)]
    command += ["--gpu-share", str(share)]
    command += ["--log", str(tmp_path / f"{number}.log"), "--"]
    command += [sys.executable, "-c", JOB, str(tmp_path), str(seconds)]
    environment = {name: value for name, value in os.environ.items() if name != gpus.VARIABLE}
    if devices is not None:
        environment[gpus.VARIABLE] = devices
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_ctrl_c,
        **options,
    )


def _heed_ctrl_c():
    """What a shell starts in the background ignores it, and so does all that that starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def written(tmp_path):
    return [file.read_text().rsplit(" ", 3) for file in tmp_path.glob("*.txt")]


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def begun(tmp_path):
    return [int(file.name.partition("-")[2]) for file in tmp_path.glob("begun-*")]
