"""Several people's results in one tree."""

import json
import os
import shutil
from pathlib import Path

import pytest
import runs
from fabricated import PLACE, RUN, TEST, WEIGHTS, changed, fabricate

from apnet.cli import main
from apnet.records.check import check_results

CHECK = "written/market1501/dataset.json"


@pytest.fixture
def trees(tmp_path):
    """Seed 0 of one person, and seed 1 of another, who has a copy of seed 0 as well."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    fabricate(ours, 0)
    shutil.copytree(ours, theirs)
    fabricate(theirs, 1)
    for tree in (ours, theirs):
        (tree / CHECK).write_text(json.dumps({"fingerprint": "f", "root": str(tree)}))
    return ours, theirs


def merge(trees, into):
    return main(["results", "merge", *map(str, trees), "--into", str(into)])


def contents(folder):
    return {name: runs.sha256(folder / name) for name in runs.files(folder)}


def test_each_run_is_there_once_and_valid(trees, tmp_path, capsys):
    into = tmp_path / "new" / "all"
    assert merge(trees, into) == 0
    assert capsys.readouterr().out == f"11 files added to {into}, 6 were the same in two places\n"
    assert check_results(into) == {"runs": 2, "evaluations": 2, "findings": []}
    own = {name: digest for tree in trees[::-1] for name, digest in contents(tree).items()}
    assert contents(into) == own
    assert [entry.name for entry in into.parent.iterdir()] == ["all"]
    assert merge(trees, into) == 0 and contents(into) == own


def test_an_evaluation_joins_the_run_that_is_there(trees, capsys):
    ours, theirs = trees
    for suffix in (".json", ".npz"):
        (ours / PLACE / "seed0" / TEST).with_suffix(suffix).unlink()
    before = contents(ours)
    assert merge([theirs], ours) == 0
    assert (
        before.items() <= contents(ours).items()
        and contents(ours).keys() == contents(theirs).keys()
    )


@pytest.mark.parametrize("file", [RUN, TEST, WEIGHTS])
def test_conflicts_are_named_and_nothing_is_merged(trees, tmp_path, capsys, file):
    ours, theirs = (tree / PLACE / "seed0" / file for tree in trees)
    theirs.write_bytes(theirs.read_bytes() + b" ")
    assert merge(trees, tmp_path / "all") == 2 and not (tmp_path / "all").exists()
    error = capsys.readouterr().err
    assert f"{ours} and {theirs}" in error and error.count("\n") == 1


def test_a_dataset_may_lie_elsewhere_but_is_the_same(trees, tmp_path, capsys):
    assert merge(trees, tmp_path / "all") == 0
    changed(trees[1] / CHECK, fingerprint="g")
    assert merge(trees, tmp_path / "more") == 2
    assert CHECK in capsys.readouterr().err


def test_what_would_not_be_valid_is_not_merged(trees, tmp_path, capsys):
    ours, theirs = trees
    before = contents(ours)
    (theirs / PLACE / "seed1" / WEIGHTS).write_bytes(b"other weights")
    assert merge([theirs], ours) == 2 and contents(ours) == before
    error = capsys.readouterr().err
    assert f"{theirs / PLACE}/seed1/{WEIGHTS}: is not the file that run.json names" in error


def test_an_unfinished_run_is_not_overwritten(trees, capsys):
    ours, theirs = trees
    unfinished = ours / PLACE / "seed1" / "history.jsonl"
    unfinished.parent.mkdir()
    unfinished.write_text("")
    assert merge([theirs], ours) == 2 and [*unfinished.parent.iterdir()] == [unfinished]
    assert f"the unfinished run {unfinished.parent}" in capsys.readouterr().err


@pytest.mark.parametrize("name", [f"seed0/{WEIGHTS}", "seed0/test", "seed0", "."])
def test_a_link_is_refused(trees, tmp_path, capsys, name):
    linked = trees[0] / PLACE / name
    linked.rename(tmp_path / "moved")
    linked.symlink_to(tmp_path / "moved")
    assert merge([trees[0]], tmp_path / "all") == 2 and not (tmp_path / "all").exists()
    assert f"{Path(os.path.normpath(linked))} is a link, which may lead out" in (
        capsys.readouterr().err
    )


def test_nothing_is_written_through_a_link(trees, tmp_path, capsys):
    into, outside = tmp_path / "all", tmp_path / "outside"
    for folder in (into, outside):
        folder.mkdir()
    (into / "written").symlink_to(outside)
    assert merge(trees, into) == 2 and not [*outside.iterdir()]
    assert "is a link" in capsys.readouterr().err


def test_a_device_is_refused_and_not_read(trees, tmp_path, capsys):
    os.mkfifo(trees[0] / PLACE / "seed0" / "pipe")
    assert merge([trees[0]], tmp_path / "all") == 2
    assert "pipe is no plain file" in capsys.readouterr().err


def test_a_folder_without_runs_is_named(trees, tmp_path, capsys):
    assert merge([trees[0] / "written"], tmp_path / "all") == 2
    assert f"{trees[0] / 'written'} holds no runs" in capsys.readouterr().err
    shutil.rmtree(trees[0] / PLACE)
    assert (trees[0] / CHECK).exists() and merge([trees[0]], tmp_path / "all") == 2
    assert f"{trees[0]} holds no runs" in capsys.readouterr().err


def test_a_disk_that_fails_half_way_leaves_nothing(trees, tmp_path, capsys, monkeypatch):
    into, rename = tmp_path / "all", Path.rename

    def fails(self, target):
        if self.name == RUN:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    assert merge(trees, into) == 2 and not into.exists()
    assert "No space left on device" in capsys.readouterr().err
