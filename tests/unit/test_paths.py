"""What a path is formatted from is what it is parsed to, and what its pattern finds."""

import re
import subprocess
import sys
from pathlib import Path, PurePath

import pytest

from apnet.records.paths import EVALUATION, EVALUATIONS, RUNS, Evaluation, Run, pattern

RUN = Run("written", "market1501", "resnet50-apnet-c2", 10)
TEST = Evaluation(RUN, "dukemtmc")


def test_a_path_is_parsed_to_what_it_was_formatted_from():
    assert Run.parse(PurePath("results/smoke", RUN.folder)) == RUN
    assert Evaluation.parse(PurePath("results/smoke", TEST.file)) == TEST
    assert re.fullmatch(pattern(EVALUATION), TEST.file)
    assert PurePath(RUN.record).match(RUNS) and PurePath(TEST.file).match(EVALUATIONS)


@pytest.mark.parametrize("folder", ["seed", "seed00", "seed-1", "seed0-old", "s0"])
def test_the_folder_of_no_seed_is_no_run(folder):
    assert Run.parse(PurePath("written", "market1501", "resnet50", folder)) is None
    assert Evaluation.parse(PurePath("written/market1501/resnet50", folder, "test/a.json")) is None


def test_the_failures_that_explain_a_missing_evaluation_nearest_first():
    run = "written/market1501/resnet50-apnet-c2/seed10"
    assert TEST.notes == [
        f"evaluate/{run}/dukemtmc.failed.json",
        f"train/{run}.failed.json",
        "admit/written/market1501.failed.json",
        "admit/written/dukemtmc.failed.json",
        "check/written/market1501.failed.json",
        "check/written/dukemtmc.failed.json",
    ]


def test_planning_loads_neither_torch_nor_the_schema_of_records():
    heavy = "{'torch', 'apnet.records.schema'}"
    code = f"import sys, workflow.lib.plan; print({heavy} & sys.modules.keys())"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
