import hashlib
import os

import pytest

from apnet.errors import InputError
from apnet.files import digest, read_json, replaced, sha256, write_json, write_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    file = tmp_path / "record.json"
    write_text(file, "old")
    with pytest.raises(ValueError, match="broken"), replaced(file) as temporary:
        temporary.write_text("half")
        raise ValueError("broken")
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["record.json"]


def test_not_a_number_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError):
        write_json(tmp_path / "record.json", {"mAP": float("nan")})
    assert os.listdir(tmp_path) == []


def test_files_are_readable_by_others(tmp_path):
    umask = os.umask(0o022)
    try:
        write_text(tmp_path / "a.txt", "x")
    finally:
        os.umask(umask)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_json(tmp_path / "file" / "record.json", {})


def test_absent_and_broken_json_are_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*none\.json"):
        read_json(tmp_path / "none.json")
    (tmp_path / "cut.json").write_text('{"mAP": 0.')
    with pytest.raises(InputError, match=r"cut\.json is not valid JSON"):
        read_json(tmp_path / "cut.json")


def test_digests(tmp_path):
    (tmp_path / "a").write_bytes(b"pyramid")
    assert sha256(tmp_path / "a") == hashlib.sha256(b"pyramid").hexdigest()
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1}) != digest({"a": 1, "b": [3]})
