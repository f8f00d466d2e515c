"""HTML of fabricated judged cells, parsed."""

import re
from html.parser import HTMLParser

import pytest

from tests.workflow import records, tableii
from tests.workflow.judging import COMMAND, Judge
from tests.workflow.markdown import grids, row

C2, S2 = "resnet50-apnet-c2", "resnet50-apnet-s2"
VOID = {"meta", "link", "col", "br", "hr", "img"}
NUMBER = re.compile(r"\d+\.\d+")


class Page(HTMLParser):
    """A page's elements as (tag, attributes, text inside); refuses tags that do not fit."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"attribute twice in {tag}"
        element = (tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open and self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data):
        for _, _, inside in self._open:
            inside.append(data)

    def all(self, *tags, **wanted):
        return [
            (attributes, "".join(inside))
            for tag, attributes, inside in self.elements
            if tag in tags and all(attributes.get(name) == value for name, value in wanted.items())
        ]

    def texts(self, *tags, kind=None):
        return [
            " ".join(inside.split())
            for attributes, inside in self.all(*tags)
            if kind is None or kind in attributes.get("class", "").split()
        ]


def page(judge, **asked):
    return Page(judge.render(".html", **asked))


@pytest.mark.parametrize("make", [records.record, records.synthetic])
@pytest.mark.parametrize("readings", [("written",), ("written", "released")])
def test_it_has_all_that_the_markdown_has(tmp_path, make, readings):
    asked = {"make": make, "readings": readings, "open": [("apnet-s2", "msmt17", None)]}
    html = Page(tableii.render(tmp_path, ".html", **asked).read_text())
    markdown = tableii.render(tmp_path, ".md", **asked).read_text()
    (main,) = html.texts("main")
    ours, theirs = (sorted(NUMBER.findall(text)) for text in (main, "".join(markdown)))
    assert ours == theirs
    assert main.count("ˢ") == markdown.count("ˢ")
    for heading in re.findall(r"^## (?!The paper)(.*)$", markdown, re.M):
        assert heading.replace("'", "’") in html.texts("h2")
    for fact in re.findall(r"^- \*\*([\w, ]+):\*\*", markdown, re.M):
        assert fact in html.texts("dt")


def test_it_needs_nothing_beside_it(judge):
    judge.write(records.synthetic())
    text = judge.render(".html")
    html = Page(text)
    assert not re.search(r"\b(src|srcset|action|poster)=|@import|url\(|<script", text)
    links = {attributes["href"] for _, attributes, _ in html.elements if "href" in attributes}
    names = {f"#{attributes['id']}" for _, attributes, _ in html.elements if "id" in attributes}
    assert links - names == {"data:,"}
    (policy,) = html.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy[0]["content"].startswith("default-src 'none'")


def test_every_row_of_a_table_has_its_columns(tmp_path):
    readings = ("written", "released")
    text = tableii.render(tmp_path, ".html", seeds=(0,), readings=readings).read_text()
    tables = [table for table in text.split("<table")[1:] if "<colgroup" in table]
    assert len(tables) == 2 + 9
    for table in tables:
        body, columns = table.partition("</table>")[0], 0
        for span in re.findall(r'<colgroup span="(\d+)">', body):
            columns += int(span)
        standing = 0
        for line in body.split("<tr")[1:]:
            cells = re.findall(r"<t[hd]\b([^>]*)>", line)
            spans = [int((re.search(r'colspan="(\d+)"', cell) or ["", 1])[1]) for cell in cells]
            assert sum(spans) + standing == columns
            standing = sum('rowspan="2"' in cell for cell in cells)


def test_headers_say_what_they_head(judge):
    html = page(judge)
    assert {attributes.get("scope") for attributes, _ in html.all("th")} == {
        *("col", "colgroup", "row", "rowgroup"),
    }
    assert [text for _, text in html.all("th", scope="rowgroup")[:2]] == ["channel", "spatial"]
    assert html.texts("caption") == ["Table VIII", "Market-1501", "DukeMTMC-reID"]


def test_every_synthetic_number_carries_the_watermark(judge):
    judge.write(*(records.synthetic(seed=seed, mAP=0.2 + seed / 10) for seed in (0, 1)))
    html = page(judge, seeds=(0, 1))
    assert html.texts("td", kind="ours")[0] == "25.0ˢ ± 7.1ˢ"
    assert html.texts("td", kind="pair")[0] == "87.8 / 25.0ˢ"
    assert html.texts("td", kind="difference")[0] == "", "nothing is compared"
    assert html.texts("span", kind="mark") and html.texts("p", kind="banner")
    reported = html.texts("td", kind="reported") + html.texts("span", kind="reported")
    assert not any("ˢ" in text for text in reported)


def test_no_real_number_carries_the_watermark(judge):
    judge.write(*(records.record(seed=seed, mAP=0.9 + seed / 100) for seed in (0, 1)))
    text = judge.render(".html", seeds=(0, 1))
    assert "ˢ" not in text and "ynthetic data" not in text
    assert not Page(text).texts("table", kind="synthetic")


@pytest.mark.parametrize(
    ("values", "sign", "kind", "word"),
    [
        ((0.878, 0.878), "●", "match", "match"),
        ((0.93, 0.93), "▲", "better", "better"),
        ((0.80, 0.80), "▼", "worse", "worse"),
        ((0.873, 0.875), "?", "inconclusive", "inconclusive"),
        ((0.878,), "○", "within", "one run, within e"),
        ((0.93,), "△", "single-better", "one run, better by more than e"),
        ((0.80,), "▽", "single-worse", "one run, worse by more than e"),
    ],
)
def test_verdicts_have_a_sign_a_colour_and_a_word(judge, values, sign, kind, word):
    judge.write(*(records.record(seed=seed, mAP=mAP) for seed, mAP in enumerate(values)))
    html = page(judge, seeds=range(len(values)))
    (attributes, shown), *_ = html.all("span", role="img")
    assert shown == sign and attributes["aria-label"] == word
    pairs = (item["class"] for item, _ in html.all("td") if "pair" in item.get("class", ""))
    assert kind in next(pairs).split()
    assert html.texts("td", kind="verdict")[0].startswith(sign)
    css = judge.render(".html", seeds=range(len(values)))
    assert re.search(rf"\.{kind}\b[^}}]*--tone", css)
    assert f"{sign} {word}" in html.texts("p", kind="key")[0]


def test_a_verdict_and_a_dataset_lead_to_their_details(judge):
    judge.write(*(records.record(seed=seed, mAP=0.8785 + 3 * seed / 1000) for seed in (0, 1)))
    html = page(judge, seeds=(0, 1, 2))
    links = [attributes["href"] for attributes, text in html.all("a") if text == "?≈"]
    assert links
    assert html.all("td", id=links[0][1:])[0][1] == "? inconclusive +2 ≈"
    (market,) = (attributes for attributes, text in html.all("a") if text == "Market-1501")
    assert "88.0 ± 0.2 (2 of 3)" in html.all("div", id=market["href"][1:])[0][1]
    assert not [attributes for _, attributes, _ in html.elements if "title" in attributes]


@pytest.mark.parametrize(("make", "folded"), [(records.record, 0), (records.synthetic, 2)])
def test_what_is_nowhere_compared_is_folded(judge, make, folded):
    judge.write(*(make(dataset) for dataset in ("market1501", "dukemtmc")))
    html = page(judge)
    assert sum("none of which" in text for text in html.texts("summary")) == folded
    assert judge.render(".md").count("<summary>Its numbers") == folded


def test_open_cells_name_the_command_and_what_failed(judge):
    judge.note("train/written/market1501/resnet50-apnet-c2/seed0", "it <b>broke</b> & fell")
    html = page(judge)
    assert html.texts("code") == [COMMAND]
    assert html.texts("p", kind="failed") == [
        "Failed: Ours|C2 on Market-1501, seed 0: it <b>broke</b> & fell "
        "(log: train/written/market1501/resnet50-apnet-c2/seed0.log)"
    ]
    assert len(html.texts("td", kind="failed")) == 2 * 3
    assert "not run" in html.texts("td", kind="not-run")[0]


def test_footnotes_are_told_where_they_are_set_and_below(judge):
    judge.write(
        records.record(**{"training.provenance": "imported", "data.published": False}),
        records.record("dukemtmc", **{"training.provenance": "imported"}),
    )
    html = page(judge)
    assert ({"href": "#note-1", "aria-label": "note: imported"}, "†") in html.all("a")
    assert html.all("li", id="note-1") == [({"id": "note-1"}, "† imported")]
    assert "† imported" in html.texts("li")
    assert "Base0†" in html.texts("th")
    assert html.texts("td", kind="verdict")[0] == "n/c‡"


def test_readings_stand_side_by_side(judge):
    judge.write(records.record(mAP=0.878), records.record(reading="released", mAP=0.86))
    readings = ("written", "released")
    html = page(judge, readings=readings)
    assert html.texts("caption")[:3] == [
        *("Reading: written", "Reading: released", "Market-1501, mAP"),
    ]
    market = grids(judge.render(".md", readings=readings))[2]
    assert row(market, "Base")[1:] == ["87.8", "87.8", "0.0", "○ 1 run: within"] + [
        *("86.0", "−1.8", "▽ 1 run: worse"),
    ]
    line = next(text for text in html.texts("tr") if "1 run" in text)
    assert line == "Base0 87.8 87.8 0.0 ○ 1 run: within 86.0 −1.8 ▽ 1 run: worse"


def test_reasons_are_there_to_be_unfolded(judge):
    judge.write(records.record(mAP=0.878))
    html = page(judge)
    assert html.texts("summary")[1:] == ["The numbers behind 2 verdicts"]
    assert "Base0, Market-1501 mAP" in html.texts("details")[1]


def test_what_html_would_take_for_markup_is_escaped(tmp_path):
    notes = ["<script>alert(1)</script> & \"quotes\" 'too' &lt; b_c x_2"]
    judge = Judge(tmp_path, notes=notes, caption="A<B>C", heading='M"N')
    html = page(judge)
    assert not html.all("script")
    assert notes[0].replace("x_2", "x2") in html.texts("li")
    assert "A<B>C" in html.texts("p") and 'M"N' in html.texts("th")
    assert [text for _, text in html.all("sub")][-1] == "2"


def test_publication_and_backbone_are_columns_of_the_papers_table(tmp_path):
    judge = Judge(tmp_path)
    content = records.yaml.safe_load(judge.table.read_text())
    content["rows"][3] |= {"publication": "CVPR'20", "backbone": "ResNet-50"}
    judge.table.write_text(records.yaml.safe_dump(content, sort_keys=False))
    html = page(judge)
    overview = html.texts("th")[html.texts("th").index("Model") :]
    assert overview[:3] == ["Model", "Publication", "Backbone"]
    assert html.texts("td", kind="described")[-2:] == ["CVPR'20", "ResNet-50"]
