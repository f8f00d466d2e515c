"""The pages on the paper's text: what stands on them, and what one slip leaves of them."""

import re
import shutil
from html.parser import HTMLParser

import pytest

from reproduction.__main__ import main as reproduce
from reproduction.paper import accept
from reproduction.report import claims, errata
from tests.workflow import tableii
from tests.workflow.conftest import Snakemake
from workflow.lib import front, judge
from workflow.lib.catalogue import EXPERIMENTS, FOLDER

COMMAND = "snakemake --cores 2 --config data_root=/a -- reports/"


@pytest.fixture
def paper(tmp_path):
    """A copy of the paper, to be edited."""
    return shutil.copytree(FOLDER, tmp_path / "paper")


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def pages(paper, cells="absent"):
    """Both pages in both formats, by name."""
    out = paper.parent / "reports"
    files = {name: [str(out / f"{name}.{form}") for form in ("md", "html")] for name in PAGES}
    asked = ["--cells", str(paper.parent / cells), "--command", COMMAND]
    assert claims.main(["--paper", str(paper), *asked, "--out", *files["claims"]]) == 0
    assert errata.main(["--paper", str(paper), "--out", *files["errata"]]) == 0
    return {file.name: file.read_text() for file in out.iterdir()}


PAGES = ("claims", "errata")


def tally(text, source="the paper's tables"):
    line = re.search(rf"^\| {source} \|(.*)\|$", text, re.M).group(1)
    return [int(number) for number in line.split("|")]


def test_a_claim_stands_with_its_quote_its_arithmetic_and_an_answer_a_source(paper):
    text = pages(paper)["claims.md"]
    assert "\n## Section IV-C-6\n" in text and "\n## Abstract\n" in text
    assert "> Specifically, APNet-C outperforms SE-ResNet by +1.6%/+0.7%" in text
    (line,) = (line for line in text.splitlines() if "90.5 − 88.6" in line)
    assert line == (
        "| APNet-C_2 − SE-ResNet = 1.6 (Table II, Market-1501, mAP) "
        "| ✗ **contradicted** 90.5 − 88.6 = 1.9, not 1.6 | ○ **open**: Table II is not made yet "
        "| ○ **open**: Table II is not made yet |"
    )
    assert tally(text) == [134, 60, 20] and tally(text, "written") == [0, 0, 214]
    assert f"Table II is not made yet:\n\n    {COMMAND}table2.html\n" in text


def test_runs_answer_beside_the_paper(paper):
    tableii.render(paper.parent, ".md")
    cells = paper.parent / "cells"
    cells.mkdir()
    shutil.move(paper.parent / "cells.json", cells / "table2.json")
    (cells / "table5.json").write_text("{}")
    text = pages(paper, "cells")["claims.md"]
    (line,) = (line for line in text.splitlines() if "90.5 − 88.6" in line)
    assert re.search(
        r"\| ✗ \*\*contradicted\*\* 90.6 − 90.6 = 0.0, not 1.6, probability < 0.01", line
    )
    assert "- **Scale:** paper\n" in text and sum(tally(text, "written")) == 214
    said = "table5.json does not hold the cells of table5 in version"
    (line,) = re.findall(r"^\| ResNet101 \+ APNet-C = 90.4.*", text, re.M)
    assert line.count(said) == 2 and "Table V is not made yet" not in text


def test_errata_hold_what_is_contradicted_and_each_chapter(paper):
    text = pages(paper)["errata.md"]
    assert "- ResNet101 + APNet-C = 90.4 (Table V, Market-1501, R-1): 96.4, not 90.4" in text
    assert text.count("**Section IV-D, paragraph ") > 5 and "8.4 (Table II" not in text
    assert "holds in 1 of 3 cases: not mAP 59.0 \\> 58.9 and R-5 89.8 \\> 89.7" in text
    titles = re.findall(r"^## (.*)$", text, re.M)
    assert "Contradictions in words" in titles and "Against the wider literature" in titles
    literature = text.partition("## Against the wider literature")[2].partition("\n## ")[0]
    assert literature.count("Source: ") == literature.count("\n- ") > 8


def test_a_changed_cell_is_refused_until_it_is_accepted_and_then_turns_its_claims(paper, capsys):
    edit(paper / "tables" / "table6.yaml", "mAP: 54.1", "mAP: 54.2")
    text = pages(paper)["claims.md"]
    said = "table6.yaml: row apnet-c2 has other numbers, or other bold ones, than were read"
    assert text.count(f"> **Refused:** {said}") == 1 and said in capsys.readouterr().err
    assert f"run python -m reproduction.paper.accept {paper}\n" in text.replace("\\", "")
    supported, contradicted, still, refused = tally(text)
    assert refused == 8 and supported + contradicted + still == 206
    assert "APNet-C_2 − SE-ResNet = 1.6" in text
    assert accept.main([str(paper)]) == 0
    text = pages(paper)["claims.md"]
    assert "| ✓ **supported** 54.2 |" in text and "Refused" not in text
    assert "✗ **contradicted** 54.2 − 43.8 = 10.4, not 10.3" in text


def test_a_slip_in_an_address_is_named_and_the_rest_is_checked(paper, capsys):
    edit(
        paper / "claims.yaml", "table2[apnet-c2, market1501, mAP]", "table2[apnet-c2, market, mAP]"
    )
    text = pages(paper)["claims.html"]
    said = "claim baseline-market-map: table2[apnet-c2, market, mAP]: table2 has no column"
    error = capsys.readouterr().err
    assert f"reproduction: {said} 'market': the nearest is 'market1501'\n" in error
    assert text.count("<strong>Refused:</strong>") == 1 and "134" not in text
    assert '<td class="answer supported" data-head="supported">✓ 133</td>' in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: ranking", "kind: rank", "'rank' is not one of"),
        ("- id: lightweight", "- id: four-benchmarks", "two claims have the id 'four-benchmarks'"),
        ("    claims:", "    claim:", "sentences.0: "),
        ("kind: number", "kind: words", "sentences.0.claims.four-benchmarks"),
    ],
)
def test_a_file_of_another_form_is_one_sentence(paper, capsys, old, new, said):
    edit(paper / "claims.yaml", old, new)
    assert errata.main(["--paper", str(paper), "--out", str(paper.parent / "errata.md")]) == 2
    error = capsys.readouterr().err
    assert said in error and "claims.yaml" in error and error.count("\n") == 1
    assert not (paper.parent / "errata.md").exists()


class Reader(HTMLParser):
    """Collects ids and targets, and fails on tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.targets, self.open = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.targets += [attrs["href"]] if tag == "a" else []
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_pages_are_sound_and_lead_to_each_other(paper):
    made = pages(paper)
    read = {name: Reader(made[f"{name}.html"]) for name in PAGES}
    assert all(len(page.ids) == len({*page.ids}) for page in read.values())
    linked = [target for target in read["errata"].targets if target.startswith("claims.html#")]
    assert len(linked) == 60 and {target[12:] for target in linked} <= {*read["claims"].ids}
    assert "<script" not in made["claims.html"] + made["errata.html"]


def test_the_index_leads_to_the_pages_that_exist(paper):
    pages(paper)
    out = paper.parent / "reports"
    files = [out / "claims.html", out / "errata.md", out / "errata.html", out / "site/index.html"]
    (out / "errata.html").unlink()
    (out / "site").mkdir()
    files[-1].touch()
    front.write(paper.parent, files, COMMAND, out)
    text = (out / "index.md").read_text()
    assert "\nEvery claim of the text, checked: [html](claims.html)." in text
    assert "\nErrata, and what else to ask of the paper: [md](errata.md)." in text
    assert "\nEvery number, walked back to its queries: [html](site/index.html)." in text


def test_the_pages_train_nothing(tmp_path):
    snakemake = Snakemake(tmp_path)
    assert snakemake.jobs("reports/claims.md", "reports/errata.html") == {"claims": 1, "errata": 1}


def test_a_table_edited_by_hand_is_not_judged_and_the_others_are_rendered(paper, capsys):
    table, out = paper / "tables" / "table6.yaml", paper.parent / "out"
    edit(table, "R-1: 62.2", "R-1: 62.9")
    options = ["--experiments", str(EXPERIMENTS), "--results", str(out), "--scale", "paper"]
    asked = ["--readings", "written", "--seeds", "0", "--out", str(paper.parent / "cells.json")]
    assert judge.main(["--table", str(table), *options, *asked]) == 2
    said = "table6.yaml: row apnet-c2 has other numbers, or other bold ones, than were read"
    assert said in capsys.readouterr().err and not (paper.parent / "cells.json").exists()
    results = paper.parent / "results.csv"
    results.write_text("experiment,test_set,metric,value\nresnet50,market1501,mAP,87\n")
    beside = [*asked[:-1], str(paper.parent / "table5.json")]
    assert judge.main(["--table", str(paper / "tables" / "table5.yaml"), *options, *beside]) == 0
    shown = ["--table", str(paper / "tables" / "table5.yaml"), "--cells", beside[-1]]
    shown += ["--pages", "table5", "table6", "--out", str(out / "table5.md")]
    assert reproduce(["table", *shown, "--command", COMMAND]) == 0
    files = ["--paper", str(paper), "--results", str(results), "--out", str(out)]
    assert reproduce(["render", *files]) == 2
    assert said in capsys.readouterr().err
    assert (out / "table2.md").exists() and not (out / "table6.md").exists()
    index = (out / "index.md").read_text()
    assert said in index and "(table6." not in index
    edit(paper / "tables" / "figure5.yaml", "kind: accuracy", "kind: speed")
    assert reproduce(["render", *files]) == 2
    slip = "figure5.yaml: kind: 'speed' is not one of"
    assert slip in capsys.readouterr().err and slip in (out / "index.md").read_text()
    for page in pages(paper).values():
        assert "figure5.yaml: kind: " in page and "table6.yaml: row apnet-c2" in page
        assert "table6.html" not in page
