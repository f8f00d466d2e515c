"""What the one document of all tables and figures says."""

import re
import shutil

import pytest

from apnet.config import readings
from reproduction.report import paper
from reproduction.report.tex import escape
from tests.workflow import alltables, records
from workflow.lib import catalogue
from workflow.lib.captions import caption, category, labels

COMMAND = "snakemake --cores 2 --config data_root=/data/re_id -- reports/paper.pdf"
PAPER = catalogue.paper()
TABLES = [f"table{number}" for number in range(1, 8)]


def write(folder, cells, figures=(), site="", of=alltables.PAPER.parent):
    """The text of the document."""
    out = folder / "reports" / "paper.tex"
    arguments = ["--cells", *map(str, cells), "--paper", str(of)]
    shown = ["--figures", *map(str, figures), "--command", COMMAND, "--by", "us", "--out", str(out)]
    assert paper.main([*arguments, *shown, "--site", site]) == 0
    return out.read_text()


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    cells, _ = alltables.render(folder, seeds=(0, 1), without=("occluded-dukemtmc",))
    return write(folder, cells[::-1])


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic")
    cells, _ = alltables.render(folder, records.synthetic)
    return write(folder, cells, [folder / "figure6.pdf", folder / "figure5.pdf"])


def section(text, title):
    section = text.partition(f"section{{{title}}}")[2] or text.partition(f"section*{{{title}}}")[2]
    return " ".join(re.split(r"\\(?:sub)?section", section)[0].split())


def test_tables_stand_in_the_papers_order_under_its_numbers(real):
    counters = re.findall(r"\\setcounter{table}{(\d)}", real)
    assert counters == [str(number) for number in range(7)]
    assert re.findall(r"\\input{(\w+)}", real) == TABLES


def test_figures_keep_their_numbers(synthetic, real):
    assert re.findall(r"\\setcounter{figure}{(\d)}", synthetic) == ["4", "5"]
    assert re.findall(r"\\includegraphics\[.*]{(.+)}", synthetic) == ["figure5.pdf", "figure6.pdf"]
    assert r"\includegraphics" not in real


def test_the_first_page_says_what_it_is_and_of_which_runs(real):
    abstract = " ".join(
        real.partition(r"\begin{abstract}")[2].partition(r"\end{abstract}")[0].split()
    )
    assert "not by the authors" in abstract
    for fact in ("Scale: paper.", "Reading: written.", "Seeds: 0 and 1."):
        assert fact in abstract
    top = real.partition(r"\begin{tabular}")[0]
    assert "of 224 cells 12 match, none of 185 is compatible, none is worse, 29 counts are " in top
    index = real.partition(r"\begin{tabular}{@{}")[2].partition(r"\end{tabular}")[0]
    assert all(escape(PAPER[name].summary) in index for name in TABLES)
    assert r"Table III & \pageref{tab:table3} &" in index and "& counts as published " in index
    assert "not run" in next(line for line in index.splitlines() if "Table VI &" in line)


def test_tables_that_are_refused_are_named_and_the_others_are_set(tmp_path):
    cells, _ = alltables.render(tmp_path)
    of = shutil.copytree(alltables.PAPER.parent, tmp_path / "paper")
    for name, old, new in (("table2", "mAP: 8", "mAP: 1"), ("table7", "rows:", "rows")):
        file = of / "tables" / f"{name}.yaml"
        file.write_text(file.read_text().replace(old, new, 1))
    (of / "tables" / "figure5.yaml").write_text("rows: [")
    (of / "figures" / "figure6.yaml").write_text("- 6")
    (tmp_path / "cells" / "table5.json").write_text("{")
    text = write(tmp_path, cells, ["figure5.pdf", "figure6.pdf"], of=of)
    assert re.findall(r"\\input{(\w+)}", text) == ["table1", "table3", "table4", "table6"]
    left_out = " ".join(re.findall(r"Left out:} {\\sloppy (.*)", text))
    for said in ("table2.yaml: row ", "table7.yaml: line ", "table5.json is not valid JSON"):
        assert said in left_out
    assert "figure5.yaml: line " in left_out and "figure6.yaml: " in left_out
    assert "includegraphics" not in text


def test_a_figure_that_the_paper_does_not_have_is_a_sentence(tmp_path, capsys):
    cells, _ = alltables.render(tmp_path)
    given = ["--cells", *map(str, cells), "--paper", str(alltables.PAPER.parent)]
    shown = ["--figures", "figure7.pdf", "--command", "c", "--by", "b", "--out", "paper.tex"]
    assert paper.main([*given, *shown]) == 2
    assert "unknown table or figure 'figure7': choose one of" in capsys.readouterr().err


def test_what_tables_share_is_said_once_and_the_rest_with_their_names(real):
    about = section(real, "Data and Protocol")
    assert about.count("single query; cosine distance") == 1
    assert r"\textit{Training recipe (Tables II and IV):} channel and spatial." in about
    assert r"\textit{Training recipe (Tables V and VII):} channel." in about


def test_synthetic_numbers_are_never_taken_for_a_reproduction(synthetic, real):
    assert r"\textbf{Synthetic data." in synthetic
    assert r"\markboth{Synthetic data: these numbers say nothing about the paper}" in synthetic
    assert synthetic.count(r"\textbf{Synthetic data: it says nothing about the paper.}") == 2
    assert "ynthetic" not in real


def test_slips_of_the_paper_stand_with_its_table(real):
    note = PAPER["table6"].notes[1]
    assert note in section(real, "Table VI")


def test_open_results_are_counted_with_the_command_that_makes_them(real, synthetic):
    about = section(real, "Data and Protocol")
    assert "Table VI waits for 4 results." in about
    assert r"data\_root=/data/re\_id -- reports/paper.pdf" in about.replace("-{}-", "--")
    assert r"\textit{Open:}" not in synthetic


def test_numbers_are_counted():
    numbers = ("I", "IV", "IX", "XIV", "5")
    assert [paper.counter(number) for number in numbers] == [1, 4, 9, 14, 5]


def test_every_reading_is_explained():
    assert set(PAPER.series) == set(readings.READINGS)


def test_a_caption_is_one_sentence_with_its_circumstances():
    config = {"scale": "mine", "readings": ["released"], "seeds": [0, 3], "synthetic": None}
    config |= {"recipes": {"channel": "channel"}, "set": {}}
    assert caption("table2", config) == (
        f"Table II, {PAPER['table2'].summary}: reported beside reproduced, scale mine, "
        "reading released, seeds 0 and 3."
    )
    drawn = config | {"synthetic": {"identities": 4}}
    maps = caption("figure6", config)
    assert maps.endswith(": reproduced, scale mine, reading released, seed 0."), "one run's maps"
    assert caption("figure5", drawn).endswith("synthetic data, which say nothing about the paper.")
    assert "synthetic" not in caption("table3", drawn), "costs are counted, whatever the data"
    small = config | {"recipes": {"channel": "smoke"}}
    assert caption("table2", small).endswith(", seeds 0 and 3, thin networks.")
    assert "thin" not in caption("table1", small), "nothing is trained for it"


def test_labels_tell_tables_and_figures_apart():
    config = {"scale": "mine", "readings": ["released"]}
    other = {"scale": "mine", "format": "HTML"}
    assert labels("table4", "HTML", config) == {"table": "IV", "readings": "released"} | other
    assert labels("table3", "HTML", config)["readings"] == "written and released"
    assert labels("figure6", "SVG", config)["figure"] == "6"
    assert [category(name) for name in ("table4", "figure5")] == ["Tables", "Figures"]
