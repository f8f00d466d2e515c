import shutil
import subprocess
import sys

import pytest

from apnet.fingerprint import PACKAGE

ENTRIES = ("training.run", "evaluation.run", "data.check")
MODELS = {"training.run", "evaluation.run"}


@pytest.fixture
def edited(tmp_path):
    """Fingerprints of a copy of the package after an edit: (old, new) -> {entry: digits}."""
    copy = tmp_path / "apnet"

    def fingerprints(file=None, old="", new=""):
        if copy.exists():
            shutil.rmtree(copy)
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        if file:
            text = (copy / file).read_text()
            assert old in text
            (copy / file).write_text(text.replace(old, new, 1))
        code = "from apnet.fingerprint import code_fingerprint as f\n" + "".join(
            f"print(f('apnet.{entry}'))\n" for entry in ENTRIES
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return dict(zip(ENTRIES, done.stdout.split(), strict=True))

    return fingerprints


# edit -> which kinds of job it makes stale
@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        ("training/losses.py", "class Batch", "# a comment\n\n\nclass Batch", set()),
        ("training/losses.py", '"""The two training losses', '"""Both training losses', set()),
        ("training/schedule.py", "warmup = 1.0", "warmup = (1.0)", set()),
        ("training/losses.py", "torch.relu", "torch.abs", {"training.run"}),
        ("training/schedule.py", "warmup = 1.0", "warmup = 2.0", {"training.run"}),
        ("evaluation/embed.py", "/ 2", "/ 3", {"evaluation.run"}),
        (
            "models/reid.py",
            "import torch",
            "import math\nimport torch",
            {"training.run", "evaluation.run"},
        ),
        ("data/datasets/market1501.py", '"""', 'extra = 1\n"""', set(ENTRIES)),
        ("runtime/environment.py", "SCHEMA = 1", "SCHEMA = 7", set()),
        ("cli/__init__.py", "Exit status", "Status", set()),
    ],
)
def test_what_an_edit_makes_stale(edited, file, old, new, stale):
    before, after = edited(), edited(file, old, new)
    assert {entry for entry in ENTRIES if before[entry] != after[entry]} == stale
