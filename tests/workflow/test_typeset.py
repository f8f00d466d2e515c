"""The document as TeX sets it, and what is said where there is no TeX."""

import os
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from reproduction.report import pdf as typeset
from tests.workflow import alltables, records
from tests.workflow.test_as_latex import TO_CARD
from tests.workflow.test_paper import write

needs_tex = pytest.mark.skipif(bool(typeset.lacking()), reason="needs pdflatex and IEEEtran")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")

CASES = {
    "one run": {},
    "two readings": {"readings": ("written", "released"), "seeds": (0, 1)},
    "open": {"without": ("msmt17", "cuhk03-labeled")},
}


def program(folder, name, lines):
    """An executable of the shell, found alone."""
    file = folder / name
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    file.chmod(0o755)


def status(folder, document, beside=()):
    arguments = ["--document", str(document), "--tex-log", str(folder / "logs" / "paper.log")]
    files = ["--beside", *map(str, beside)] if beside else []
    return typeset.main([*arguments, *files, "--out", str(folder / "paper.pdf")])


@pytest.fixture
def document(tmp_path):
    file = tmp_path / "reports" / "paper.tex"
    file.parent.mkdir()
    file.write_text(r"\documentclass{IEEEtran}\begin{document}\absent\end{document}")
    return file


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_without_tex_it_says_what_to_install(tmp_path, document, alone, capsys):
    assert status(tmp_path, document) == 2
    message = capsys.readouterr().err
    assert message.startswith("reproduction: ") and len(message.splitlines()) == 1
    assert "pdflatex cannot be found" in message and typeset.INSTALL in message
    assert "every other report is made without it" in message
    assert not (tmp_path / "paper.pdf").exists()


def test_without_a_class_or_a_package_it_names_them(tmp_path, document, alone, capsys):
    there = [name for name in typeset.FILES if name not in ("IEEEtran.cls", "multirow.sty")]
    program(alone, "pdflatex", ["exit 0"])
    program(alone, "kpsewhich", [*(f"echo /tex/{name}" for name in there), "exit 1"])
    assert status(tmp_path, document) == 2
    assert "IEEEtran.cls, multirow.sty cannot be found" in capsys.readouterr().err


@needs_tex
def test_an_error_of_tex_is_one_sentence_with_its_log(tmp_path, document, capsys):
    (tmp_path / "paper.pdf").write_text("an older one")
    assert status(tmp_path, document) == 2
    message = capsys.readouterr().err
    assert "TeX stopped at" in message and "Undefined control sequence" in message
    assert len(message.splitlines()) == 1
    assert r"\absent" in (tmp_path / "logs" / "paper.log").read_text()
    assert (tmp_path / "paper.pdf").read_text() == "an older one"


@pytest.mark.parametrize("lacking", [True, False])
def test_everything_is_made_with_the_pdf_only_where_there_is_tex(
    snakemake, tmp_path, monkeypatch, lacking
):
    folder = tmp_path / "bin"
    folder.mkdir()
    if not lacking:
        program(folder, "pdflatex", ["exit 0"])
        program(folder, "kpsewhich", [f"echo /tex/{name}" for name in typeset.FILES])
    kept = [folder for folder in os.get_exec_path() if not Path(folder, "pdflatex").exists()]
    for name in ("bash", "sh", "git", "uname"):
        if shutil.which(name) and not (folder / name).exists():
            (folder / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), *kept]))
    jobs = snakemake.jobs()
    assert jobs["document"] == 1
    assert jobs.get("typeset", 0) == (0 if lacking else 1)


def test_the_pdf_is_a_report_to_ask_for(snakemake):
    assert snakemake.jobs("reports/paper.pdf")["typeset"] == 1


@needs_tex
@needs_poppler
@pytest.mark.slow
@pytest.mark.parametrize("make", [records.record, records.synthetic])
@pytest.mark.parametrize("asked", CASES.values(), ids=CASES)
def test_every_page(tmp_path, make, asked):
    pages, log = made(tmp_path, make, **asked)
    assert not re.findall(r"Overfull .[hv]box|Missing character|undefined", log)
    text = "\n".join(pages)
    check_numbers(text)
    assert re.search(r"Fig\. 5\. +Reproduced", text) and re.search(r"Fig\. 6\. +Reproduced", text)
    marked = ["SYNTHETIC DATA" in page for page in pages]
    assert all(marked) if make is records.synthetic else not any(marked)


@needs_tex
@needs_poppler
def test_the_same_tables_give_the_same_bytes_under_the_papers_numbers(tmp_path):
    pages, _ = made(tmp_path, records.record)
    check_numbers("\n".join(pages))
    first = (tmp_path / "paper.pdf").read_bytes()
    beside = sorted((tmp_path / "reports").glob("*[0-9].*"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert status(elsewhere, tmp_path / "reports" / "paper.tex", beside) == 0
    assert (elsewhere / "paper.pdf").read_bytes() == first


@needs_tex
@pytest.mark.slow
def test_every_reproduced_number_is_a_link_to_its_card(tmp_path):
    cells, tables = alltables.render(tmp_path)
    write(tmp_path, cells, site="site/pages")
    assert status(tmp_path, tmp_path / "reports" / "paper.tex", tables) == 0
    streams = re.findall(rb"stream\r?\n(.*?)endstream", (tmp_path / "paper.pdf").read_bytes(), re.S)
    unpacked = b"".join(unpack(stream) for stream in streams)
    links = re.findall(rb"/URI ?\(([^)]+)\)", unpacked)
    numbers = sum(len(re.findall(TO_CARD, file.read_text())) for file in tables)
    assert len(links) == numbers > 200
    assert b"site/pages/table2_apnet-c2_msmt17.html#mAP.written" in links


def unpack(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def check_numbers(text):
    """The paper's tables, each once, an annex under the number of its table."""
    numbers = re.findall(r"\bTABLE ([IVX]+(?:-A)?)\b", text)
    assert sorted(numbers) == sorted([*("I", "II", "III", "IV", "V", "VI", "VII"), "I-A", "III-A"])


def made(folder, make, **asked):
    """The text of each page, and what TeX said."""
    cells, tables = alltables.render(folder, make, **asked)
    figures = [draw(folder / "reports" / f"figure{number}.pdf") for number in (5, 6)]
    write(folder, cells, figures)
    assert status(folder, folder / "reports" / "paper.tex", [*tables, *figures]) == 0
    command = ["pdftotext", "-layout", str(folder / "paper.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return text.split("\f")[:-1], (folder / "logs" / "paper.log").read_text()


def draw(file):
    Figure(figsize=(3.5, 2.5)).savefig(file, metadata={"CreationDate": None})
    return file
