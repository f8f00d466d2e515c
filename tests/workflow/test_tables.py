"""The script that renders: its formats, and what it refuses."""

import json
import os

import pytest

from reproduction.report.layout import FORMATS as RENDERED
from workflow.lib.targets import FORMATS


def test_every_format_that_can_be_asked_for_can_be_rendered():
    assert set(FORMATS) == set(RENDERED)


@pytest.mark.parametrize("suffix", [f".{suffix}" for suffix in FORMATS])
def test_a_table_without_any_run_renders(judge, suffix):
    text = judge.render(suffix, readings=("written", "released"))
    assert "87.8" in text and "not run" in text and text.endswith("\n")


@pytest.mark.parametrize("suffix", [f".{suffix}" for suffix in FORMATS])
def test_the_same_cells_make_the_same_bytes(judge, suffix):
    assert judge.render(suffix) == judge.render(suffix)


def test_an_unknown_format_is_named(judge, capsys):
    judge()
    assert judge.render_status(judge.folder / "table8.docx") == 2
    error = capsys.readouterr().err
    assert "'docx'" in error and "md" in error and "csv" in error


@pytest.mark.parametrize("text", ["", "[1]", "[" * 10**5, '{"a": NaN}', "half"])
def test_torn_cells_are_one_sentence(judge, capsys, text):
    judge()
    cells = judge.folder / "cells.json"
    cells.write_text(cells.read_text()[:500] if text == "half" else text)
    assert judge.render_status(judge.folder / "table8.md") == 2
    error = capsys.readouterr().err
    assert str(cells) in error and error.count("\n") == 1 and len(error) < 400


@pytest.mark.parametrize("changes", [{"schema": 1}, {"table": "table9"}])
@pytest.mark.parametrize("suffix", [".md", ".csv"])
def test_cells_of_another_table_or_version_are_refused(judge, capsys, changes, suffix):
    (judge.folder / "cells.json").write_text(json.dumps(judge() | changes))
    out = judge.folder / f"table8{suffix}"
    assert judge.render_status(out) == 2
    assert "judge the table again" in capsys.readouterr().err
    assert not out.exists()


def test_cells_with_a_number_edited_by_hand_are_refused(judge, capsys):
    judge()
    cells, out = judge.folder / "cells.json", judge.folder / "table8.md"
    text = cells.read_text()
    assert judge.render_status(out) == 0 and '"reported": 87.8' in text
    cells.write_text(text.replace('"reported": 87.8', '"reported": 87.9'))
    assert judge.render_status(out) == 2
    assert "cells.json was edited after it was judged" in capsys.readouterr().err


def test_a_pipe_in_place_of_cells_is_refused_and_not_waited_for(judge, capsys):
    os.mkfifo(judge.folder / "cells.json")
    assert judge.render_status(judge.folder / "table8.md") == 2
    assert "cells.json: it is a pipe or a device" in capsys.readouterr().err
