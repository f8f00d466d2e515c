"""A process that loads fails or is killed: the job ends with a sentence, and leaves none behind."""

import multiprocessing
import os
import signal
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from apnet.config.recipes import get_recipe
from apnet.data.pipeline.loading import test_batches as ordered_batches
from apnet.data.pipeline.loading import training_batches
from apnet.errors import InputError
from apnet.runtime.memory import enough_memory

RECIPE = get_recipe("smoke", height=24, width=12, identities=2, instances=2)
IDENTITIES = [1, 1, 2, 2]
PIXELS = np.zeros((16, 8, 3), np.uint8)


def unsendable():
    class Unsendable(Exception):
        pass

    raise Unsendable("of no importable class")


def out_of(text):
    raise RuntimeError(text)


FULL = "unable to allocate shared memory(shm) for file </torch_1_2_3>: No space left on device (28)"
FAULTS = {
    "memory": (lambda: [0] * 10**15, "memory ran out with a batch of 4 images and --workers 2: "),
    "shared": (lambda: out_of(FULL), "the shared memory of the processes that load images ran out"),
    "files": (lambda: os.open("/absent/file", 0), r"failed \(\[Errno 2\] No such file"),
    "killed": (
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        r"a process that loads images was killed \(when memory runs out, .* with a batch of 4",
    ),
}


class Images(list):
    """Four images, of which one has a fault."""

    def __init__(self, fault):
        super().__init__([PIXELS] * 4)
        self.fault = fault

    def __getitem__(self, index):
        return self.fault() if index == 2 else super().__getitem__(index)


def load(kind, fault):
    images = Images(fault)
    if kind == "train":
        list(islice(training_batches(images, IDENTITIES, RECIPE, 0, workers=2), 50))
    else:
        list(ordered_batches(images, RECIPE, 1, workers=2))


@pytest.mark.parametrize("kind", ["train", "test"])
@pytest.mark.parametrize("fault", FAULTS)
def test_too_little_memory_for_a_process_is_a_sentence(kind, fault):
    made, message = FAULTS[fault]
    with pytest.raises(InputError, match=message) as error, enough_memory(4, 2, "go on"):
        load(kind, made)
    assert "--workers" in str(error.value) and str(error.value).endswith("; go on")
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("kind", ["train", "test"])
def test_any_other_error_is_handed_on_with_its_traceback(kind):
    with pytest.raises(RuntimeError, match=r"failed \(Unsendable: of no importable") as error:
        load(kind, unsendable)
    assert "in unsendable" in "".join(error.value.__notes__)
    assert multiprocessing.active_children() == []


def use(pipe):
    batches = training_batches(Images(lambda: PIXELS), IDENTITIES, RECIPE, 0, workers=2)
    next(batches)
    pipe.send([worker.pid for worker in multiprocessing.active_children()])
    time.sleep(60)


def runs(number):
    stat = Path("/proc", str(number), "stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_they_end_with_a_job_that_is_killed():
    here, there = multiprocessing.Pipe()
    job = multiprocessing.get_context("fork").Process(target=use, args=[there])
    job.start()
    workers = here.recv()
    assert len(workers) == 2 and all(map(runs, workers))
    job.kill()
    job.join()
    # Sooner than they would notice that nobody asks for a batch.
    deadline = time.monotonic() + 3
    while any(map(runs, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
