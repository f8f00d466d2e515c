"""`reproduction` stands alone: what it imports, and a paper that has nothing to do with re-ID."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import reproduction
from reproduction import errors
from reproduction.__main__ import main
from reproduction.site.__main__ import main as render_site

PACKAGE = Path(reproduction.__file__).parent
PAGE = PACKAGE.parent / "docs" / "another-paper.md"


@cache
def imports(file):
    """The modules that a file imports, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("room", ["torch", "torchvision", "apnet", "workflow", "snakemake"])
def test_it_imports_none_of(room):
    files = list(PACKAGE.rglob("*.py"))
    assert len(files) > 20
    for file in files:
        assert room not in {name.split(".")[0] for name in imports(file)}, file


def test_it_is_five_floors_high():
    """No file stands on more than four others, one on top of the other."""
    names = {}
    for file in PACKAGE.rglob("*.py"):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        names[".".join(part for part in parts if part != "__init__")] = file
    assert max(height(name, names) for name in names) <= 5


def height(name, names):
    below = {found for found in imports(names[name]) if found in names and found != name}
    return 1 + max((height(found, names) for found in below), default=0)


def test_importing_it_loads_nothing_heavy_and_rendering_neither_torch_nor_statistics():
    code = (
        "import sys, reproduction\n"
        "heavy = ('torch', 'apnet', 'workflow', 'snakemake', 'pandas', 'matplotlib')\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "from reproduction import __main__, judge, load_paper, read_results, render\n"
        "heavy = (*heavy[:4], 'scipy.stats')\n"
        "print([name for name in heavy if name in sys.modules], callable(judge))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n[] True\n", "")


@pytest.fixture
def speech(tmp_path):
    """The files that the page shows: a paper on speech, and a CSV of results."""
    for name, text in re.findall(r"```\w+\n# (\S+)\n(.*?)```", PAGE.read_text(), re.S):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def render(folder, *more):
    places = ["--paper", folder / "speech", "--results", folder / "results.csv"]
    return main(["render", *map(str, places), "--out", str(folder / "reports"), *more])


def test_the_page_shows_what_comes_out(speech):
    assert render(speech) == 0
    report = (speech / "reports" / "table1.md").read_text()
    shown = re.search(r"```markdown\n(.*?)```", PAGE.read_text(), re.S).group(1)
    assert shown in report
    assert "lower" not in report and "percent" not in report
    assert "[All tables and figures](index.md)" in report
    index = (speech / "reports" / "index.md").read_text()
    assert "| of 4 cells 1 match, 1 better, 1 worse and 1 not run (1 of 3 compatible) |" in index
    formats = {file.suffix for file in (speech / "reports").iterdir()}
    assert formats == {".md", ".html", ".tex", ".csv"}
    head = (speech / "reports" / "table1.csv").read_text().partition("\n")[0]
    assert head.startswith("table,row,dataset,metric,series,reported,")


def test_a_notebook_has_the_cells_as_a_frame(speech):
    results = reproduction.read_results(speech / "results.csv")
    cells = reproduction.judge(reproduction.load_paper(speech / "speech"), results)
    frame = cells.to_frame().set_index(["row", "metric"])
    # A word error rate of 6.1 where 5.0 is reported is worse, a speed of 31.0 for 25.0 better.
    assert frame.loc[("ours", "WER"), "verdict"] == "worse"
    assert frame.loc[("ours", "speed"), "verdict"] == "better"
    assert frame.loc[("baseline", "WER"), "verdict"] == "match"
    assert frame.loc[("quoted", "WER"), "verdict"] == "quoted"
    assert list(frame.loc[("ours", "WER"), "seeds"]) == [0, 1, 2]


def test_what_results_have_to_beat_needs_no_experiment(speech):
    file = speech / "results.csv"
    head, *lines = file.read_text().split()
    chance = [f",libri,WER,{value},{seed},chance" for seed, value in enumerate((97, 99))]
    lines = [f"{head},reference", *(f"{line}," for line in lines), *chance]
    file.write_text("\n".join(lines))
    assert render(speech) == 0
    report = (speech / "reports" / "table1.md").read_text()
    assert re.search(r"^\| chance +\| 98.0 +\| +\|$", report, re.M)
    assert "- **chance**: the mean of 2\n" in report


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("experiment,test_set,metric\n", "has no column 'value'"),
        ("experiment,test_set,metric,value\na,b,c,fast\n", "line 2: value 'fast' is not a number"),
        ("experiment,test_set,metric,value,seed\na,b,c,1,x\n", "seed 'x' is not a whole number"),
        (
            "experiment,test_set,metric,value,comparable\na,b,c,1,maybe\n",
            "comparable 'maybe' is not true or false",
        ),
        ("experiment,test_set,metric,value\na,b,c,inf\n", "a value is infinite"),
        ("experiment,test_set,metric,value\na,b,c,1\na,b,c,2\n", "two results are of the same run"),
        ("experiment,test_set,metric,value,status\na,b,c,,lost\n", "status in"),
        ("", "is no CSV of results"),
        ("experiment,test_set,metric,value\n", "there are no results"),
        ("experiment,test_set,metric,value\nours,libri,WER,5.8,\n", "line 2 has 5 fields"),
        ("experiment,test_set,metric,value\n\na,b,c\n", "line 3 has 3 fields"),
        ('experiment,test_set,metric,value\n"ours,libri,WER,5.8\n', "is no CSV of results"),
        ("experiment,test_set,metric,value\na,b,c,5_8\n", "line 2: value '5_8' is not a number"),
        ("experiment,test_set,metric,value\na,b,c,nan\n", "value 'nan' is not a number"),
        (f"experiment,test_set,metric,value,seed\na,b,c,1,{2**63}\n", "line 2: seed 9223"),
        ("experiment,test_set,metric,value,seed\na,b,c,1,0.5\n", "seed '0.5' is not a whole"),
        ("experiment,test_set,metric,value,value\na,b,c,1,2\n", "has two columns 'value'"),
        ("experiment,test_set,metric,value,\na,b,c,1,\n", "column 5 has no name"),
        ("experiment,test_set,metric,value,status\na,b,c,1,failed\n", "beside the status 'failed'"),
        (
            "experiment,test_set,metric,value\nOurs,libri,WER,5\n",
            "experiment 'Ours' is in no table",
        ),
        ("experiment,test_set,metric,value\nours,libri,wer,5\n", "metric 'wer' is in no table"),
        (
            "experiment,test_set,metric,value,series\nours,libri,WER,5,a\nours,libri,WER,5,\n",
            "table1: some results have the series 'a' and others none",
        ),
    ],
)
def test_results_that_are_none_are_one_sentence(speech, capsys, text, said):
    (speech / "results.csv").write_text(text)
    assert render(speech) == 2
    error = capsys.readouterr().err
    assert said in error and "results.csv" in error and error.count("\n") == 1
    assert not (speech / "reports").exists()


def test_the_home_folder_is_put_into_paths(capsys, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert main(["render", "--paper=~/absent", "--results=~/a.csv", "--out=~/out"]) == 2
    assert "/home/me/absent has no tables" in capsys.readouterr().err


def test_a_folder_without_tables_is_one_sentence(tmp_path, capsys):
    (tmp_path / "results.csv").write_text("experiment,test_set,metric,value\n")
    assert render(tmp_path) == 2
    assert "has no tables/*.yaml" in capsys.readouterr().err


def test_a_result_without_a_value_is_open_and_one_that_says_so_is_not_compared(speech):
    lines = "ours,libri,WER,,3,failed,out of memory,\nbaseline,libri,WER,5.8,3,,,another recipe\n"
    file = speech / "results.csv"
    head, *rest = file.read_text().splitlines()
    assert head == "experiment,test_set,metric,value,seed"
    padded = [f"{line},,," for line in rest]
    file.write_text("\n".join([f"{head},status,message,why_not", *padded, lines]))
    assert render(speech) == 0
    report = (speech / "reports" / "table1.md").read_text()
    assert "**Failed:** Ours on LibriSpeech, seed 3: out of memory" in report
    assert "1 result is not there yet.\n" in report and "(3 of 4)" in report
    assert "another recipe" in report


def test_blanks_are_stripped_and_results_of_no_cell_are_counted(speech, capsys):
    lines = "experiment,test_set,metric,value\n ours , libri,WER ,5.1\nours,libry,WER,9\n"
    (speech / "results.csv").write_text(lines)
    assert render(speech) == 0
    assert "/ 5.1" in (speech / "reports" / "table1.md").read_text()
    error = capsys.readouterr().err
    said = "reproduction: 1 of 2 results are of no cell and left out, first ours, libry, WER\n"
    assert error == said
    files = ["--paper", str(speech / "speech"), "--results", str(speech / "results.csv")]
    assert render_site([*files, "--out", str(speech / "site")]) == 0
    assert capsys.readouterr().err == said
    (speech / "results.csv").write_text(lines + "Ours,libri,WER,9\n")
    assert render(speech) == 2
    assert render(speech, "--ignore-unknown") == 0


def exact(folder, kind, text):
    """The page's paper with counts or costs, and results; the status and the report."""
    table = folder / "speech" / "tables" / "table1.yaml"
    table.write_text(table.read_text().replace("kind: accuracy", f"kind: {kind}"))
    (folder / "results.csv").write_text("experiment,test_set,metric,value,seed,series\n" + text)
    return render(folder)


@pytest.mark.parametrize("kind", ["count", "cost"])
def test_an_exact_table_takes_one_result_for_a_cell_and_series(speech, capsys, kind):
    assert exact(speech, kind, "ours,libri,WER,5,0,a\nours,libri,WER,5,0,b\n") == 0
    assert exact(speech, kind, "ours,libri,WER,5,0,\nours,libri,WER,5,1,\n") == 2
    error = capsys.readouterr().err
    assert "results.csv: table1: row ours, libri/WER: 2 results" in error
    assert error.count("\n") == 1


def test_a_count_that_is_not_whole_is_refused(speech, capsys):
    assert exact(speech, "count", "ours,libri,WER,5.87,0,\n") == 2
    error = capsys.readouterr().err
    assert "results.csv: table1: row ours, libri/WER: 5.87 is not a whole number" in error


ROW = {"experiment": "ours", "test_set": "libri", "metric": "WER", "value": 5.1}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": "5.1"}, "row 1: value '5.1' is not a number"),
        ({"seed": 0.5}, "row 1: seed 0.5 is not a whole number"),
        ({"seed": 2**63}, "seed 9223372036854775808 is not"),
        ({"experiment": 3}, "experiment 3 is not a text"),
        ({"comparable": "yes"}, "comparable 'yes' is not true or false"),
        ({"experiment": ...}, "has no column 'experiment'"),
    ],
)
def test_a_frame_of_a_notebook_is_checked(speech, changes, said):
    row = {name: item for name, item in (ROW | changes).items() if item is not ...}
    with pytest.raises(reproduction.InputError, match=re.escape(said)):
        reproduction.judge(reproduction.load_paper(speech / "speech"), pd.DataFrame([row]))


def test_a_frame_of_a_notebook_may_leave_out_what_is_usual(speech):
    frame = pd.DataFrame([ROW | {"training_set": None, "why_not": "another recipe"}], index=["x"])
    cells = reproduction.judge(reproduction.load_paper(speech / "speech"), frame).to_frame()
    assert list(cells[cells.status == "run"].why_not) == [("another recipe",)]
    with pytest.raises(reproduction.InputError, match="there are no results"):
        reproduction.judge(reproduction.load_paper(speech / "speech"), frame[:0])
    twice = pd.concat([frame, frame["value"]], axis=1)
    with pytest.raises(reproduction.InputError, match="two columns 'value'"):
        reproduction.judge(reproduction.load_paper(speech / "speech"), twice)


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (KeyboardInterrupt(), 130, "stopped\n"),
        (ValueError("odd"), 1, "an error that was not foreseen, ValueError: odd: please report"),
    ],
)
def test_any_end_is_a_sentence(tmp_path, capsys, monkeypatch, error, status, sentence):
    def work():
        raise error

    monkeypatch.setenv(errors.LOG, str(tmp_path / "log"))
    assert errors.run_main(work) == status
    said = capsys.readouterr().err
    assert said.startswith(f"reproduction: {sentence}") and said.count("\n") == 1
    assert (tmp_path / "log").exists() == (status == 1)
