"""What an edit makes stale: a copy of the package is edited, and its fingerprints compared."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from apnet.fingerprint import PACKAGE

MODELS = ("resnet50", "resnet50-apnet-c2", "resnet50-apnet-s2", "densenet169", "pyramid-resnet50")
SETS = ("market1501", "msmt17", "mine")
CODE = f"""
import json
from apnet import numeric_core as core
sets = {SETS!r}
jobs = {{
    f"{{kind}} {{model}} {{name}}": getattr(core, kind)(model, name)
    for kind in ("training", "evaluation") for model in {MODELS!r} for name in sets
}}
jobs |= {{f"complexity {{model}}": core.complexity(model) for model in {MODELS!r}}}
jobs |= {{f"{{kind}} {{name}}": getattr(core, kind)(name) for kind in ("check",) for name in sets}}
jobs |= {{f"synthesis {{name}}": core.synthesis(name) for name in sets[:2]}}
print(json.dumps(jobs))
"""


class Copy:
    """A copy of the package, and the fingerprints of its jobs."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(PACKAGE, folder / "apnet", ignore=shutil.ignore_patterns("__pycache__"))

    def replace(self, file, old, new):
        text = (self.folder / "apnet" / file).read_text()
        assert old in text
        (self.folder / "apnet" / file).write_text(text.replace(old, new, 1))

    def add(self, file, text):
        (self.folder / "apnet" / file).write_text(text)

    def rename(self, file, name):
        """Rename a module, and the imports of it."""
        path = self.folder / "apnet" / file
        path.rename(path.with_name(f"{name}.py"))
        old = ".".join(("apnet", *path.relative_to(self.folder / "apnet").with_suffix("").parts))
        new = f"{old.rpartition('.')[0]}.{name}"
        for other in self.folder.rglob("*.py"):
            text = other.read_text()
            other.write_text(re.sub(rf"{re.escape(old)}\b", new, text))

    def jobs(self):
        command = [sys.executable, "-c", CODE]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("before")).jobs()


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


STALE = {
    "a formula of a loss": (
        ("training/losses.py", "torch.relu(positive", "2 * torch.relu(positive"),
        r"training .*",
    ),
    "a default of a loss": (
        ("training/losses.py", "margin: float = 0.3", "margin: float = 0.4"),
        r"training .*",
    ),
    "the schedule": (
        ("training/schedule.py", "warmup = 1.0", "warmup = 2.0"),
        r"training .*",
    ),
    "the order of batches": (
        ("data/pipeline/sampling.py", "len(left) >= p", "len(left) > p"),
        r"(training|evaluation) .*",
    ),
    "what is erased": (
        ("data/pipeline/augmentation.py", "_ERASING_TRIES = 100", "_ERASING_TRIES = 10"),
        r"(training|evaluation) .*",
    ),
    "the mean of a feature and its mirror image's": (
        ("evaluation/embed.py", "/ 2", "/ 3"),
        r"evaluation .*",
    ),
    "which rank is which": (
        ("evaluation/result.py", "self.cmc[rank - 1]", "self.cmc[rank]"),
        r"evaluation .*",
    ),
    "whether weights are loaded": (
        ("evaluation/measure.py", "    fill(model.state_dict()", "    dict(model.state_dict()"),
        r"evaluation .*",
    ),
    "how many steps there are": (
        ("training/loop.py", "trainer.step < trainer.steps:", "trainer.step < trainer.steps - 1:"),
        r"training .*",
    ),
    "who shares BatchNorm": (
        ("training/trainer.py", "recipe.identities * recipe.instances", "recipe.identities"),
        r"training .*",
    ),
    "what a line of the registry says of an attention": (
        ("config/attentions.py", 'splits="rows"', 'splits="columns"'),
        r"(training|evaluation|complexity) .*-s2.*",
    ),
    "the separator of a list": (
        ("data/datasets/msmt17.py", 'rpartition(" ")', 'rpartition("  ")'),
        r".* msmt17",
    ),
    "a name that stands for another": (
        ("training/trainer.py", "BatchHardTripletLoss, Label", "BatchHardTripletLoss as X, Label"),
        r"training .*",
    ),
    "a statement that is called log": (
        ("evaluation/embed.py", "    model.eval()\n", "    model.eval()\n    torch.log(model.x)\n"),
        r"evaluation .*",
    ),
    "ranks": (
        ("evaluation/ranking.py", "ranks = first + 1", "ranks = first + 2"),
        r"evaluation .*",
    ),
    "what is split at a level": (
        ("models/pyramid.py", "radix ** (i - 1)", "radix**i"),
        r"(training|evaluation|complexity) .*",
    ),
    "spatial attention": (
        ("models/attention/relation_aware_spatial.py", "channels // 8", "channels // 4"),
        r"(training|evaluation|complexity) .*-s2.*",
    ),
    "a backbone": (
        ("models/backbones/densenet.py", "nn.Identity()", "nn.AvgPool2d(2)"),
        r"(training|evaluation|complexity) densenet169.*",
    ),
    "a method": (
        ("models/baselines/pyramid_reid.py", "_DROPOUT = 0.2", "_DROPOUT = 0.3"),
        r"(training|evaluation|complexity) pyramid-resnet50.*",
    ),
    "a dataset's reader": (
        ("data/datasets/msmt17.py", "for line in", "for line in list() or"),
        r".* msmt17",
    ),
    "the reader of lists of one's own": (
        ("data/csvfile.py", "sorted(set(texts)), 1)", "sorted(set(texts)), 2)"),
        r".* mine",
    ),
    "the drawing": (
        ("data/synthetic/pedestrian.py", '"rings", "bars"', '"bars", "rings"'),
        r"synthesis .*",
    ),
    "the rules of costs": (
        ("models/cost.py", "2 * inputs[0].numel()", "3 * inputs[0].numel()"),
        r"complexity .*",
    ),
}


@pytest.mark.parametrize("name", STALE)
def test_an_edit_makes_exactly_its_jobs_stale(before, copy, name):
    edit, pattern = STALE[name]
    copy.replace(*edit)
    after = copy.jobs()
    stale = {job for job in before if after[job] != before[job]}
    assert stale == {job for job in before if re.fullmatch(pattern, job)} and stale


FRESH = {
    "a comment": ("training/losses.py", "class Batch", "# a comment\n\n\nclass Batch"),
    "a docstring": ("training/losses.py", '"""The two training', '"""Both training'),
    "brackets": ("training/schedule.py", "warmup = 1.0", "warmup = (1.0)"),
    "an error": ("models/pyramid.py", "has level and radix of 1", "wants level and radix of 1"),
    "an error of the CSV reader": ("data/csvfile.py", "which is not there", "which is absent"),
    "a problem of a dataset": ("data/source.py", "which query or gallery have too", "in both"),
    "a line of progress": ("training/loop.py", "images/s  {left} left", "images/s, {left} left"),
    "a log line": ("data/pipeline/image_cache.py", 'log(f"decoding', 'log(f"now decoding'),
    "a warning's text": ("config/former.py", "is called", "is now called"),
    "an import of a type": (
        "models/reid.py",
        "import torch\n",
        "import torch\nfrom typing import Any\n",
    ),
    "a dataset's tolerance": (
        "data/datasets/msmt17.py",
        "SOURCE = Source(",
        "SOURCE = Source(\n    tolerance=9.0,",
    ),
    "what a check prints": ("data/check.py", "_SHOWN = 20", "_SHOWN = 21"),
    "a constant in another dataset's file": (
        "data/datasets/dukemtmc.py",
        "NAMING = ",
        "UNUSED = 1\nNAMING = ",
    ),
    "a recipe, which is recorded": ("config/recipes.py", "margin=0.3", "margin=0.4"),
    "the version of records": ("runtime/environment.py", "SCHEMA = 1", "SCHEMA = 7"),
    "how a record is written": ("training/run.py", "provenance=TRAINED", "provenance=str(TRAINED)"),
    "the command line": ("cli/__init__.py", "Exit status", "Status"),
    "where a dataset is looked for": ("data/roots.py", "_nested(source", "list(source"),
}


@pytest.mark.parametrize("name", FRESH)
def test_an_edit_makes_nothing_stale(before, copy, name):
    copy.replace(*FRESH[name])
    assert copy.jobs() == before


ADDED = {
    "a backbone": ("models/backbones/toy.py", "SPECS = ()\n"),
    "a method": (
        "models/baselines/toy.py",
        'METHOD = {"models": {"toy": "resnet50"}, "network": "Toy", "recipe": "channel"}\n',
    ),
    "a dataset": ("data/datasets/toy.py", "SOURCE = None\n"),
    "an attention": ("models/attention/toy.py", "class Toy: ...\n"),
    "a command": ("cli/commands/toy.py", "def toy(): ...\n"),
}


@pytest.mark.parametrize("name", ADDED)
def test_a_new_file_makes_nothing_stale(before, copy, name):
    copy.add(*ADDED[name])
    assert copy.jobs() == before


def test_a_line_in_the_registry_of_attentions_makes_nothing_stale(before, copy):
    copy.replace("config/attentions.py", "ATTENTIONS", "TOY = 1\nATTENTIONS")
    assert copy.jobs() == before


@pytest.mark.parametrize("file", ["models/shared_means.py", "training/losses.py", "data/naming.py"])
def test_a_renamed_file_makes_nothing_stale(before, copy, file):
    copy.rename(file, "renamed")
    assert copy.jobs() == before


def test_a_function_that_changes_files_makes_nothing_stale(before, copy):
    losses = copy.folder / "apnet" / "training" / "losses.py"
    text = losses.read_text()
    start = text.index("def _distances(")
    head = "import torch\nfrom torch import Tensor, nn\n\n\n"
    copy.add("training/euclidean.py", head + text[start:])
    losses.write_text(
        text[:start].replace(
            "import torch\n", "import torch\nfrom apnet.training.euclidean import _distances\n", 1
        )
    )
    assert copy.jobs() == before


def test_a_fingerprint_names_its_rule(before):
    assert all(re.fullmatch(r"v2-[0-9a-f]{16}", digits) for digits in before.values())
