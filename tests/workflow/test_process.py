"""Snakemake's own process."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from apnet.errors import InputError
from workflow.lib.process import require_folder, require_folder_to_unlock, require_temporary_space


def _full(**_):
    return Path("/dev/full").open("wb")


def test_a_full_temporary_folder_is_a_sentence(monkeypatch):
    require_temporary_space()
    monkeypatch.setattr(tempfile, "TemporaryFile", _full)
    with pytest.raises(InputError, match=r"takes no file of a megabyte \(No space left on device"):
        require_temporary_space()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    require_folder()
    Path(".snakemake").touch()
    with pytest.raises(InputError, match=r"cannot be written \(Not a directory\).*--directory"):
        require_folder()


def test_it_is_not_unlocked_either(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    unlocked = []
    workflow = SimpleNamespace(unlock=lambda: unlocked.append(1))
    require_folder_to_unlock(workflow)
    workflow.unlock()
    Path(".snakemake").touch()
    with pytest.raises(SystemExit, match="2"):
        workflow.unlock()
    assert "cannot be written (Not a directory)" in capsys.readouterr().err and unlocked == [1]
