import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.workflow import forked
from tests.workflow.judging import Judge
from workflow.lib import known

ROOT = Path(__file__).resolve().parents[2]


def copy_checkout(folder):
    """What a run needs of the checkout, in `folder`."""
    for name in ("apnet", "config", "paper", "profiles", "reproduction", "workflow"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Snakefile", "environment.yml"):
        shutil.copy(ROOT / name, folder)
    return folder


class Snakemake:
    """The real Snakemake on the real Snakefile, in a folder of its own, in its own words.

    Attributes:
        known: the file that calls in the same folder would share (:mod:`workflow.lib.known`).
    """

    known = None

    def __init__(self, folder, root=ROOT, words=("--printshellcmds",)):
        self.folder, self.root, self.words = folder, root, words

    def command(self, *arguments, **options):
        return [sys.executable, "-m", "snakemake", *self.arguments(*arguments, **options)]

    def arguments(self, targets, options=(), config=()):
        return [
            *("--snakefile", str(self.root / "Snakefile")),
            *("--workflow-profile", str(self.root / "profiles" / "default")),
            *("--directory", str(self.folder), "--cores", "2", *self.words, *options),
            *(("--config", *config) if config else ()),
            *("--", *targets),
        ]

    def __call__(self, *targets, options=(), config=(), check=True):
        own = self.folder / known.FILE
        if self.known and self.known.exists() and not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.known, own)
        done = forked.snakemake(self.arguments(targets, options, config), self.root)
        if self.known and own.exists():
            shutil.copy(own, self.known)
        assert not check or done.returncode == 0, done.stderr
        return done

    def jobs(self, *targets, options=(), config=()):
        """How many jobs of each rule a dry run plans."""
        done = self(*targets, options=["--dry-run", *options], config=config)
        return jobs_in(done.stdout + done.stderr)

    def plainly(self, *targets, options=(), config=()):
        """What a person reads, who asks for nothing but the targets."""
        done = Snakemake(self.folder, self.root, words=())(*targets, options=options, config=config)
        return done.stdout + done.stderr


def jobs_in(text):
    """Snakemake's own job table, the last one in the text."""
    table = text.rpartition("Job stats:")[2].partition("total")[0]
    return {rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", table, re.M)}


@pytest.fixture(scope="session", autouse=True)
def share_what_is_known(tmp_path_factory):
    """With calls in other folders, as calls in one folder do."""
    Snakemake.known = tmp_path_factory.mktemp("known") / known.FILE.name


@pytest.fixture
def snakemake(tmp_path):
    return Snakemake(tmp_path)


@pytest.fixture
def separate_locks(tmp_path, monkeypatch):
    """Locks apart from those of real jobs."""
    (tmp_path / "locks").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "locks"))
    monkeypatch.setattr("tempfile.tempdir", None)


@pytest.fixture
def judge(tmp_path):
    return Judge(tmp_path)


@pytest.fixture
def figure5(tmp_path):
    # Here, since Matplotlib takes long to import and most tests draw nothing.
    from tests.workflow.figure5 import Figure5

    return Figure5(tmp_path)
