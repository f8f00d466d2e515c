"""A command line of `python -m reproduction` that is wrong ends in one sentence and status 2."""

import os
import sys
from pathlib import Path

import pytest

from reproduction.__main__ import main
from reproduction.files import print_text
from reproduction.site.__main__ import main as site
from workflow.lib.admit import main as admit
from workflow.lib.draw import main as draw
from workflow.lib.judge import main as judge

EXPORT = ["export", "a", "--paper", "b", "--out", "c"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "are required: command; see python -m reproduction --help"),
        (["comapre"], "unknown command 'comapre': choose one of render, table, compare, export"),
        (["comapre"], "(did you mean compare?)"),
        (["compare", "a"], "are required: B; see python -m reproduction compare --help"),
        (["compare", "a", "b", "c"], "'c' is one word too many; see python -m reproduction comp"),
        (["compare", "a", "b", "--ouy=c"], "unknown option '--ouy': choose one of --paper, --out"),
        (
            ["--out=c", "compare", "a", "b"],
            "option '--out' has to follow a command that knows it; see",
        ),
        (["compare", "a", "b", "--out"], "argument --out: expected one argument; see python -m"),
        ([*EXPORT, "--format", "paperbenhc"], "unknown --format 'paperbenhc': choose one of"),
        ([*EXPORT, "--format", "paperbenhc"], "(did you mean paperbench?)"),
    ],
)
def test_it_is_one_sentence_with_what_may_be_meant(capsys, words, said):
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("reproduction: ") and error.count("\n") == 1 and said in error


def test_so_does_that_of_the_site(capsys):
    assert site(["--paper", "a", "--out", "b"]) == 2
    assert capsys.readouterr().err == (
        "reproduction: one of the arguments --cells --results is required; "
        "see python -m reproduction.site --help\n"
    )


@pytest.mark.parametrize(
    ("command", "words", "said"),
    [
        (admit, ["--data", "a", "--out"], "argument --out: expected one argument; see python -m"),
        (admit, ["--data=a", "--out=b", "--wrods=c"], "'--wrods': choose one of --data, --words"),
        (draw, ["kurve"], "unknown figure 'kurve': choose one of curve, attention"),
        (judge, [], "--table, --experiments, --results"),
    ],
)
def test_so_do_those_of_the_workflow(capsys, command, words, said):
    assert command(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("apnet: ") and error.count("\n") == 1 and said in error


def test_so_does_an_output_that_cannot_be_written(monkeypatch, capsys):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["compare", "--help"]) == 2
    said = "reproduction: cannot write the standard output: No space left on device\n"
    assert capsys.readouterr().err == said


def test_a_reader_that_has_gone_is_no_fault(monkeypatch, capsys):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe, pytest.raises(SystemExit, match="0"):
        monkeypatch.setattr(sys, "stdout", pipe)
        main(["compare", "--help"])
    assert capsys.readouterr().err == ""


def test_what_the_encoding_of_an_output_lacks_stands_as_its_code(monkeypatch, tmp_path):
    with (tmp_path / "out").open("w", encoding="ascii") as out:
        monkeypatch.setattr(sys, "stdout", out)
        print_text("−1 ± 0\n")
    assert (tmp_path / "out").read_text() == "\\u22121 \\xb1 0\n"
