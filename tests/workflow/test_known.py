"""What planning keeps from call to call: of the very same files alone."""

import json
import py_compile

import pytest

from apnet import fingerprint
from apnet.fingerprint import files_fingerprint
from reproduction.paper import yamlfiles
from workflow.lib import known

MODULE = "apnet.evaluation.distances"


@pytest.fixture
def call(tmp_path, monkeypatch):
    """A call of Snakemake: what it knew at its start. Its `edit` is made before it ends."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "module.py").write_text("a = 1\n")
    monkeypatch.setattr(known, "_READERS", (code,))

    def run(edit=None):
        ends = []
        monkeypatch.setattr(known.atexit, "register", lambda *words: ends.append(words))
        monkeypatch.setattr(fingerprint, "found", {})
        monkeypatch.setattr(yamlfiles, "sound", set())
        monkeypatch.setattr(yamlfiles, "parsed", {})
        known.use(tmp_path / "known.json")
        knew = dict(fingerprint.found), set(yamlfiles.sound)
        fingerprint.of(MODULE)
        yamlfiles.check_form({}, "digests", "here")
        if edit:
            (code / "module.py").write_text(edit)
        for end, *words in ends:
            end(*words)
        return knew

    run.file = tmp_path / "known.json"
    return run


def test_a_call_knows_what_one_before_it_found_out(call):
    assert call() == ({}, set())
    fingerprints, sound = call()
    fingerprint.found.clear()
    assert [*fingerprints.values()] == [fingerprint.of(MODULE)] and len(sound) == 1


def test_an_edit_leaves_nothing_known(call):
    call()
    assert call(edit="a = 2\n") != ({}, set())
    assert call() == ({}, set())


def test_nothing_is_kept_of_a_call_during_which_a_file_was_edited(call):
    call(edit="a = 2\n")
    assert not call.file.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": 1}', '{"sound": []}'])
def test_a_damaged_file_is_as_none_and_is_written_anew(call, text):
    call.file.write_text(text)
    assert call() == ({}, set())
    assert json.loads(call.file.read_text())["sound"]


def test_what_is_wrong_is_refused_each_time(call):
    for _ in range(2):
        call()
        with pytest.raises(yamlfiles.InputError, match="here: "):
            yamlfiles.check_form([], "digests", "here")


def test_what_python_compiles_makes_no_report_again(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("1")
    before = files_fingerprint(tmp_path.rglob("*.*"))
    py_compile.compile(file)
    assert len([*tmp_path.rglob("*.*")]) == 2
    assert files_fingerprint(tmp_path.rglob("*.*")) == before
    file.write_text("2")
    assert files_fingerprint(tmp_path.rglob("*.*")) != before


@pytest.mark.parametrize("text", ["a: [1, 1.0, null, é]", "1: 2", "a: 2001-01-01", "a: .nan"])
def test_yaml_that_is_known_holds_what_it_held(text, tmp_path, monkeypatch):
    monkeypatch.setattr(yamlfiles, "parsed", {})
    (tmp_path / "form.schema.yaml").write_text("{}")
    file = tmp_path / "file.yaml"
    file.write_text(text)
    former = yamlfiles.read_yaml(file, "form", tmp_path)
    known = dict(yamlfiles.parsed)
    again = yamlfiles.read_yaml(file, "form", tmp_path)
    assert repr(again) == repr(former) and again is not former
    assert bool(known) == text.startswith("a: [")
    file.write_text(f"{text}  # other words\nb: 3")
    assert yamlfiles.read_yaml(file, "form", tmp_path) != former
