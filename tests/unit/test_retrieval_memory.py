"""An evaluation's memory beside the features, in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

MARGIN = 24
"""MiB for labels, results, and what the matrix product takes for itself."""

# Peak resident memory of each evaluation, less what there was when it began; a small one
# goes before, so that libraries are loaded and their threads have started.
MEASURE = """
import json, sys
from pathlib import Path
import numpy as np
import torch
from apnet.evaluation import evaluate_retrieval, retrieval

torch.set_num_threads(1)
together, problems, allowed = json.loads(sys.argv[1])
retrieval._count_together = lambda device: together

def resident(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024

def evaluate(queries, gallery, people, copies, memory):
    draw = np.random.default_rng(0)
    rows = np.arange(gallery) % (gallery // copies)
    given = [draw.standard_normal((n, 64), np.float32) for n in (queries, gallery)]
    given[1] = given[1][rows]
    given += [draw.integers(0, people, n) for n in (queries, gallery)]
    given += [draw.integers(0, 6, n) for n in (queries, gallery)]
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    evaluate_retrieval(*given, memory_mb=memory)
    return resident("VmHWM") - before

evaluate(20, 500, 9, 1, 16)
print(json.dumps([[evaluate(*problem, memory) for memory in allowed] for problem in problems]))
"""

PROBLEMS = {
    "many images": (800, 40_000, 1_300, 1),
    "many matches": (300, 20_000, 3, 1),
    "all images twice": (800, 40_000, 1_300, 2),
}
"""Queries, gallery images, identities, copies of each image; the distances are 24 or 128 MB."""
ALLOWED = (8, 100)


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
@pytest.mark.parametrize("together", [False, True])
def test_memory_beside_the_features_is_what_was_allowed(together):
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, json.dumps([together, [*PROBLEMS.values()], ALLOWED])],
        # What is freed goes back at once, so that no evaluation uses what one before it had.
        env=os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"},
        capture_output=True,
        text=True,
        check=True,
    )
    for name, peaks in zip(PROBLEMS, json.loads(done.stdout), strict=True):
        for allowed, peak in zip(ALLOWED, peaks, strict=True):
            assert 1 < peak < allowed + MARGIN, (name, allowed)
