"""An evaluation's memory beside the features, in a process of its own."""

import json
import subprocess
import sys

import pytest

MARGIN = 96
"""MiB for labels, results, what the matrix product takes for itself, and a process that begins:
35 as a rule, and now and then twice that, as the system lays out memory."""

# Peak resident memory of each evaluation, less what there was when it began. A small one goes
# before, so that libraries are loaded; each has a process of its own, so that none uses what
# one before it had.
MEASURE = """
import json, os, sys
from pathlib import Path
import numpy as np
import torch
from apnet.evaluation import evaluate_retrieval, retrieval

torch.set_num_threads(1)
together, cases = json.loads(sys.argv[1])
retrieval._count_together = lambda device: together

def resident(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024

def evaluate(distance, queries, gallery, width, people, copies, memory):
    draw = np.random.default_rng(0)
    rows = np.arange(gallery) % (gallery // copies)
    given = [draw.standard_normal((n, width), np.float32) for n in (queries, gallery)]
    given[1] = given[1][rows]
    given += [draw.integers(0, people, n) for n in (queries, gallery)]
    given += [draw.integers(0, 6, n) for n in (queries, gallery)]
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    evaluate_retrieval(*given, distance, memory)
    return resident("VmHWM") - before

evaluate("cosine", 20, 500, 8, 9, 1, 16)
for case in cases:
    child = os.fork()
    if not child:
        print(evaluate(*case), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""

PROBLEMS = {
    "many images": ("cosine", 800, 40_000, 64, 5_200, 1),
    "many matches": ("euclidean", 300, 20_000, 16, 3, 1),
    "all images twice": ("cosine", 800, 40_000, 64, 5_200, 2),
    "wide features": ("cosine", 30, 10_000, 2_048, 400, 1),
    "wide features, Euclidean": ("euclidean", 30, 10_000, 2_048, 400, 1),
}
"""Distance, queries, gallery images, columns, identities, copies of each image. The distances
of the first are 128 MB, the features of the last 80."""
ALLOWED = dict.fromkeys(PROBLEMS, (8,)) | {"many images": (8, 160)}
"""MiB. More is taken only where there is more to count at once."""


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
@pytest.mark.parametrize("together", [False, True])
def test_memory_beside_the_features_is_what_was_allowed(together):
    cases = [(name, allowed) for name in PROBLEMS for allowed in ALLOWED[name]]
    given = [(*PROBLEMS[name], allowed) for name, allowed in cases]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, json.dumps([together, given])],
        capture_output=True,
        text=True,
        check=True,
    )
    found = dict(zip(cases, map(float, done.stdout.split()), strict=True))
    for (name, allowed), peak in found.items():
        assert peak < allowed + MARGIN, (name, allowed)
    assert found["many images", 160] > 60
