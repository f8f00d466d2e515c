"""LaTeX of fabricated judged cells, by its rows and as TeX sets it."""

import re
import shutil
import subprocess

import pytest

from reproduction.judging.judge import judge_table
from reproduction.report.layout import render
from reproduction.report.tex import caption, escape
from reproduction.results.frame import results_frame
from tests.workflow import records, tableii
from tests.workflow.judging import COMMAND, Judge
from workflow.lib import catalogue

C2, S2 = "resnet50-apnet-c2", "resnet50-apnet-s2"
BOTH = ("written", "released")


TO_CARD = r"\\tocard{([^}]*)}{([^}]*)}{(\\textbf{[^}]*}|[^}]*)}"


def rows(text):
    """The rows of the tabular, each as its cells, without what leads to the site."""
    text = re.sub(TO_CARD, r"\3", text)
    body = text.partition(r"\begin{tabular}")[2].partition(r"\end{tabular}")[0]
    lines = (line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r" \\"))
    return [[cell.strip() for cell in re.split(r"(?<!\\)&", line)] for line in lines]


def width(cells):
    """Columns that cells take up."""
    spans = (re.match(r"\\multicolumn{(\d+)}|(\\across)", cell) for cell in cells)
    return sum(int(span[1] or 2) if span else 1 for span in spans)


def below(text, label, lines=1):
    """A row of the paper and the lines under it."""
    printed = rows(text)
    index = next(index for index, cells in enumerate(printed) if cells[0].startswith(label))
    return printed[index : index + 1 + lines]


def notes(text):
    return " ".join(text.partition(r"\begin{minipage}")[2].split())


def test_rows_columns_and_rules_are_the_papers(judge):
    text = judge.render(".tex")
    printed = rows(text)
    assert [cells[0] for cells in printed] == [
        *(r"\multirow{2}{*}{Model}", "", "Base$_0$", r"\quad\word{reproduced}"),
        *("OursC$_2$", r"\quad\word{reproduced}", "Space", r"\quad\word{reproduced}"),
        r"*Other [33]",
    ]
    assert r"\multicolumn{4}{@{}c@{\hspace{12pt}}}{Market-1501}" in printed[0]
    assert printed[1] == ["", r"\across{mAP}", r"\across{R-1}", r"\across{mAP}"]
    assert r"\cmidrule(r{12pt}){2-5}\cmidrule(r{0pt}){6-7}" in text
    between = text.partition("Space")[0].rpartition("OursC")[2]
    assert r"\midrule" in between, "the rule between the groups of rows"
    assert {width(cells) for cells in printed} == {7}


def test_reported_stands_over_reproduced(judge):
    judge.write(records.record(seed=0, mAP=0.8731), records.record(seed=1, mAP=0.8789))
    reported, ours = below(judge.render(".tex", seeds=(0, 1)), "Base")
    assert reported[1:3] == ["87.8", ""]
    assert ours[1:3] == ["87.6", r"\sd{0.4}\inconclusive\compatible"]


def test_bold_of_the_paper_and_of_what_came_out(judge):
    judge.write(records.record(mAP=0.9), records.record(model=C2, mAP=0.89957))
    text = judge.render(".tex")
    assert below(text, "Base")[1][1] == r"\textbf{90.0}"
    assert [cells[1] for cells in below(text, "Ours")] == [r"\textbf{90.5}", r"\textbf{90.0}"]


def test_every_synthetic_number_carries_the_watermark(judge):
    judge.write(*(records.synthetic(seed=seed, mAP=0.2 + seed / 10) for seed in (0, 1)))
    text = judge.render(".tex", seeds=(0, 1))
    reported, ours = below(text, "Base")
    assert ours[1:3] == ["25.0", r"\syn{}\sd{7.1\syn{}}"]
    assert not any(r"\syn" in cell for cell in reported)
    assert r"\textbf{\syn\,Synthetic data: these numbers show" in text


def test_no_real_number_carries_the_watermark(judge):
    judge.write(*(records.record(seed=seed, mAP=0.9 + seed / 100) for seed in (0, 1)))
    text = judge.render(".tex", seeds=(0, 1))
    assert r"\syn{}" not in text and "ynthetic data:" not in text


@pytest.mark.parametrize(
    ("values", "command"),
    [
        ((0.878, 0.878), r"match\compatible"),
        ((0.93, 0.93), r"better\incompatible"),
        ((0.80, 0.80), r"worse\incompatible"),
        ((0.878,), "within"),
        ((0.93,), "singlebetter"),
        ((0.80,), "singleworse"),
    ],
)
def test_signs_of_verdicts(judge, values, command):
    judge.write(*(records.record(seed=seed, mAP=mAP) for seed, mAP in enumerate(values)))
    text = judge.render(".tex", seeds=range(len(values)))
    assert below(text, "Base")[1][2].endswith(f"\\{command}")
    assert all(rf"\def\{one}{{" in text for one in command.split("\\"))


def test_a_second_reading_is_one_more_line(judge):
    judge.write(records.record(mAP=0.878), records.record(reading="released", mAP=0.86))
    text = judge.render(".tex", readings=BOTH)
    reported, written, released = below(text, "Base", 2)
    assert (reported[1], written[1], released[1]) == ("87.8", "87.8", "86.0")
    assert written[0] == r"\quad\word{written}" and released[0] == r"\quad\word{released}"


def test_a_note_to_all_of_a_row_stands_at_its_label(judge):
    odd = records.record("market1501", **{"data.published": False, "code_fingerprint": "0123"})
    judge.write(odd, records.record("dukemtmc", code_fingerprint="0123"))
    text = judge.render(".tex")
    ours = below(text, "Base")[1]
    assert ours[0] == r"\quad\word{reproduced}\textsuperscript{\dag{}}"
    assert ours[2] == r"\textsuperscript{\ddag{}}", "not comparable: no sign, but why"
    assert r"\textsuperscript{\dag{}}\,made with earlier code." in text
    assert r"\textsuperscript{\ddag{}}\,counts differ from the published: market1501" in text


def test_open_cells_and_partial_ones(judge):
    judge.write(records.record(mAP=0.878))
    judge.note("train/written/market1501/resnet50-apnet-c2/seed0", "it broke\n\\end{table}")
    text = judge.render(".tex", seeds=(0, 1))
    assert below(text, "Base")[1][2].startswith(r"\textsuperscript{1/2}")
    assert below(text, "Base")[1][-1] == r"\across{\word{not run}}"
    assert below(text, "Ours")[1][1] == r"\across{\word{failed}}"
    head = text.partition(r"\begin{table}")[0].splitlines()
    assert all(line.startswith("%") for line in head), "what a job said cannot leave its comment"
    assert f"%   {COMMAND}" in head
    assert any("Failed: Ours|C_2 on Market-1501, seed 0: it broke" in line for line in head)
    assert "Open: 11 results are not there yet" in notes(text)


def test_narrow_tables_keep_to_a_column_and_crowded_ones_set_deviations_below(tmp_path):
    assert r"\begin{table}[tp]" in Judge(tmp_path).render(".tex")
    text = tableii.render(tmp_path, ".tex").read_text()
    assert r"\begin{table*}[tp]" in text and r"\footnotesize" in text
    assert {width(cells) for cells in rows(text)} == {1 + 2 * 9}


def test_what_stands_around_is_noted(judge):
    judge.write(records.record(mAP=0.878))
    below = notes(judge.render(".tex"))
    for fact in (r"\textit{Scale}: paper.", r"\textit{Reading}: written.", r"\textit{Seeds}: 0."):
        assert fact in below
    assert "single query; cosine distance" in below and "0.5 on Market-1501" in below
    assert "First line of each row: reported in Table VIII of the paper." in below


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("50 % & #1 $x$ {a}", r"50 \% \& \#1 \$x\$ \{a\}"),
        ("a_b ~ ^ \\", r"a\_b \textasciitilde{} \textasciicircum{} \textbackslash{}"),
        ("a < b > c | d", "a $<$ b $>$ c $|$ d"),
        ("APNet-C_2, APN_0", "APNet-C$_{2}$, APN$_{0}$"),
        ("−0.1 ± 2 – x → y", r"$-$0.1 $\pm$ 2 -- x $\rightarrow$ y"),
        ("two\nlines", "two lines"),
        ("é 中", "é [U+4E2D]"),
    ],
)
def test_text_is_shown_as_it_is(text, shown):
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("STUDIES OF THE APNET-C ON MSMT17.", "Studies of the APNet-C on MSMT17."),
        ("THE STATE-OF-THE-ART. WE USE CUHK03-NP.", "The State-of-the-Art. We Use CUHK03-NP."),
        ("* denotes the result", "* denotes the result"),
    ],
)
def test_captions_are_small_capitals(printed, shown):
    assert caption(printed, ["APNet-C", "MSMT17"]) == rf"\textsc{{{shown}}}"


def has_tex():
    files = ["IEEEtran.cls", *(f"{name}.sty" for name in ("amssymb", "booktabs", "multirow"))]
    if shutil.which("pdflatex") is None:
        return False
    return subprocess.run(["kpsewhich", *files], capture_output=True).returncode == 0


needs_tex = pytest.mark.skipif(not has_tex(), reason="needs pdflatex, IEEEtran and booktabs")

DOCUMENT = r"""\documentclass[journal]{IEEEtran}
\usepackage{amssymb,booktabs,graphicx,multirow}
\newcommand{\word}{kept}
\let\shrink\resizebox
\def\resizebox{\typeout{SHRUNK}\shrink}
\begin{document}
\input{%s}
Text.\typeout{WORD \word}
\end{document}
"""


@needs_tex
@pytest.mark.parametrize("make", [records.record, records.synthetic])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"seeds": (0,)},
        {"readings": BOTH},
        {"open": [(None, "msmt17", None), ("apnet-c2", None, None), ("apnet-s2", None, 2)]},
    ],
    ids=["one reading", "one seed", "two readings", "open"],
)
def test_it_fits_a_paper(tmp_path, make, asked):
    file = tableii.render(tmp_path, ".tex", make=make, **asked)
    log = compiled(tmp_path, file)
    assert not re.findall(r"Overfull .hbox|SHRUNK|Missing character|undefined", log)
    assert "WORD kept" in log, "commands of the document are its own again"


@needs_tex
def test_a_narrow_table_fits_its_column(judge):
    runs = [records.record(model=model, seed=seed) for model in (C2, S2) for seed in (0, 1)]
    judge.write(*runs)
    judge.render(".tex", seeds=(0, 1), readings=BOTH)
    assert "Overfull" not in compiled(judge.folder, judge.folder / "table8.tex")


def compiled(folder, file):
    """The log of a paper that inputs the file."""
    (folder / "paper.tex").write_text(DOCUMENT % file.name)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    return (folder / "paper.log").read_text(errors="replace")


def test_the_note_is_short_and_the_long_one_waits_to_be_asked_for(judge):
    judge.write(records.record(mAP=0.878))
    text = judge.render(".tex")
    long, _, rest = text.partition(r"\ifdefined\longnotes")[2].partition(r"\else")
    short, _, always = rest.partition(r"\fi")
    for fact in ("Reading", "Seeds", "Protocol"):
        assert rf"\textit{{{fact}}}" in short and rf"\textit{{{fact}}}" in long
    assert "Outcome" not in short and "Outcome" in long and "Bold: " in long
    assert "one run, within e" in always and r"\textit{e}: the tolerance" in always


@pytest.mark.parametrize("name", ["table2", "table4", "table6", "table7"])
def test_names_in_the_papers_captions_keep_their_capitals(name):
    table = catalogue.paper().tables[name]
    judged = judge_table(table, results_frame([]), [""], [0])
    shown = re.findall(r"\\caption{(.*)}", render(judged, table, "tex"))[0]
    assert {*re.findall("duke\\w+(?:-reid)?", shown, re.IGNORECASE)} <= {
        "DukeMTMC",
        "DukeMTMC-reID",
    }
