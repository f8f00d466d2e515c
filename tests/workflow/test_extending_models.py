"""What docs/extending.md adds, in a checkout of its own: built, trained, evaluated."""

import json
import re
import subprocess
import sys

import pytest

from tests.workflow.conftest import ROOT, Snakemake, copy_checkout

PAGE = (ROOT / "docs" / "extending.md").read_text()
FILES = re.findall(r"`(apnet/models/\S+\.py)`:\n\n```python\n(.*?)```", PAGE, flags=re.DOTALL)
(LINE,) = re.findall(r"```python\n(Attention\(.*?\))\n```", PAGE, flags=re.DOTALL)
MODELS = ("toynet-apnet-c2", "pcb-resnet50", "toynet-apnet-e2")
TINY = {"epochs": 1, "steps_per_epoch": 2, "identities": 2}
CONFIG = ("synthetic={identities: 2, seed: 0}", f"set={json.dumps(TINY)}")
RUN = "results/smoke/written/market1501/{}/seed0"
TEST = f"{RUN}/test/market1501.json"
# The jobs that the workflow plans, in one process.
JOBS = f"""
from apnet.cli import main

def apnet(command):
    assert main(command.split()) == 0, command

apnet("data synthesize market1501 data --identities 2")
for model in {MODELS!r}:
    run = {RUN!r}.format(model)
    settings = "{" ".join(f"--set {key}={value}" for key, value in TINY.items())}"
    apnet(f"train --model {{model}} --dataset market1501 --recipe smoke {{settings}} "
          f"--data-root data --out {{run}}")
    apnet(f"evaluate --run {{run}} --dataset market1501 --data-root data "
          f"--out {{run}}/test/market1501.json")
"""
OWN_RECIPE = """
from apnet.config.recipes import get_recipe
from apnet.config.settings import deviations, paper_recipe
from apnet.models.cost import complexity
name = paper_recipe("pcb-resnet50")
recipe = get_recipe(name)
print(name, recipe.triplet_weight, deviations("pcb-resnet50", recipe.settings()))
print(complexity("pcb-resnet50", num_classes=10).classifier_params)
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout with the page's files."""
    folder = copy_checkout(tmp_path_factory.mktemp("checkout"))
    assert len(FILES) == 3
    for file, text in FILES:
        assert not (folder / file).exists()
        (folder / file).write_text(text)
    registry = folder / "apnet" / "config" / "attentions.py"
    registry.write_text(
        registry.read_text().replace("for attention in (\n", f"for attention in (\n{LINE},\n", 1)
    )
    return folder


@pytest.fixture(scope="module")
def said(checkout):
    """What a process says in which a run of each has been evaluated."""
    done = subprocess.run(
        [sys.executable, "-c", JOBS + OWN_RECIPE],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PATH": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_is_planned(checkout, tmp_path):
    tests = [TEST.format(model) for model in MODELS]
    jobs = Snakemake(tmp_path, root=checkout).jobs(*tests, config=CONFIG)
    assert jobs == {"synthesize": 1, "check": 1, "train": 3, "evaluate": 3}


@pytest.mark.parametrize("model", MODELS)
def test_it_trains_and_evaluates(checkout, said, model):
    record = json.loads((checkout / RUN.format(model) / "run.json").read_text())
    assert (record["model"], record["steps"], record["recipe"]) == (model, 2, "smoke")
    assert 0 <= json.loads((checkout / TEST.format(model)).read_text())["mAP"] <= 1


def test_a_methods_own_recipe_is_found_by_name(said):
    assert said[-2:] == ["pcb 0.0 {}", str(6 * 10 * 257)]


@pytest.mark.slow
def test_the_workflow_trains_and_evaluates_it(checkout, tmp_path):
    test = TEST.format("toynet-apnet-e2")
    Snakemake(tmp_path, root=checkout)(test, config=CONFIG)
    assert 0 <= json.loads((tmp_path / test).read_text())["mAP"] <= 1
