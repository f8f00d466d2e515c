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
TINY = ("synthetic={identities: 2, seed: 0}", "set={epochs: 1, steps_per_epoch: 2, identities: 2}")


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A checkout with the page's files, in which a run of each has been evaluated."""
    folder = copy_checkout(tmp_path_factory.mktemp("checkout"))
    assert len(FILES) == 3
    for file, text in FILES:
        assert not (folder / file).exists()
        (folder / file).write_text(text)
    registry = folder / "apnet" / "config" / "attentions.py"
    registry.write_text(
        registry.read_text().replace("for attention in (\n", f"for attention in (\n{LINE},\n", 1)
    )
    runs = {name: f"results/smoke/written/market1501/{name}/seed0" for name in MODELS}
    Snakemake(folder, root=folder)(
        *(f"{run}/test/market1501.json" for run in runs.values()), config=TINY
    )
    return folder, {name: folder / run for name, run in runs.items()}


@pytest.mark.parametrize("model", MODELS)
def test_it_trains_and_evaluates(extended, model):
    run = extended[1][model]
    record = json.loads((run / "run.json").read_text())
    assert (record["model"], record["steps"], record["recipe"]) == (model, 2, "smoke")
    assert 0 <= json.loads((run / "test" / "market1501.json").read_text())["mAP"] <= 1


def test_a_methods_own_recipe_is_found_by_name(extended):
    code = """
from apnet.config.recipes import get_recipe
from apnet.config.settings import deviations, paper_recipe
from apnet.models.cost import complexity
name = paper_recipe("pcb-resnet50")
recipe = get_recipe(name)
print(name, recipe.triplet_weight, deviations("pcb-resnet50", recipe.settings()))
print(complexity("pcb-resnet50", num_classes=10).classifier_params)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=extended[0],
        env={"PYTHONPATH": str(extended[0]), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["pcb 0.0 {}", str(6 * 10 * 257)]
