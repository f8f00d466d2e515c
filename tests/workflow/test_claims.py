"""The paper's claims: that none is missing, and that each answer is right."""

import re
from collections import Counter
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
import yaml
from scipy import stats

from reproduction.claims.answers import CONTRADICTED, OPEN, REFUSED, SUPPORTED, answers, found
from reproduction.claims.claims import Claim
from reproduction.claims.loading import load_claims, load_errata
from reproduction.claims.rounding import by_rounding
from reproduction.claims.sources import Reported, Reproduced
from reproduction.judging.judge import judge_table
from reproduction.paper.loading import load_paper
from reproduction.results.frame import results_frame
from workflow.lib.catalogue import FOLDER

PAPER = load_paper(FOLDER)
SENTENCES, CHAPTERS = load_claims(FOLDER), load_errata(FOLDER)
CLAIMS = {claim.id: claim for sentence in SENTENCES for claim in sentence.claims}
QUOTES = {claim.id: sentence.quote for sentence in SENTENCES for claim in sentence.claims}
C2_MAP = "table2[apnet-c2, market1501, mAP]"
GAIN = f"{C2_MAP} - table2[apn-0, market1501, mAP] == 2.7"

# Every number of the prose, section by section, read once more from the paper.
NUMBERS = {
    "Abstract": "",
    "I": "",
    "III-D": "",
    "IV": "",
    "IV-A-1": "751 12936 750 19732",
    "IV-A-2": "1,404 702 16522 702 19889 8",
    "IV-A-3": "767 700 1367 100",
    "IV-A-4": "126,441 4,101 15 32,621 1,041 93,820 3,060 4 12",
    "IV-B": "1 2 0.3 0.1 384 192 160 0.0004 10 40 256 128 20 4 2048 1.7 2080",
    "IV-C-1": "2.7 1.2 4.3 2.0 12.3 8.4 7.8 5.4",
    "IV-C-2": "3 0.9 0.8 2.6 1.8 7.9 7.5",
    "IV-C-3": "0.9 0.7 2.5 1.8 4.0 1.8",
    "IV-C-4": "3.7 3.7 4.6 2.9 4.1 2.1 1 2 3",
    "IV-C-5": "1 2 4 8 16 32 2",
    "IV-C-6": "224 224 1.6 0.7 3.4 1.1 5.0 2.6 40 14.0",
    "IV-C-7": "2.7 1.2 91.2 90.4 1.7 0.9 1.5 1.1",
    "IV-D": "1.1 0.1 1.0 0.4 2.3 0.5 37.4 1.5 0.5 2.5 14.0 85.3 87.4 81.5 83.0 63.5 83.7 2.7 1.4",
    "IV-E": "14 15 10 9 100 10 54.2 62.2 10.3 7.1",
    "IV-F": "5.7 6.8 4.6 6.4",
    "V": "",
}
NAMES = (
    r"\[\d+\]|APNet-[CS]_\d|Market-1501|CUHK03|MSMT17|ResNet\d+|DesNet169|Inception-V3|R(ank)?-?1"
)


def numbers(quote):
    return re.findall(r"\d[\d,]*\.?\d*(?<![,.])", re.sub(NAMES, "", quote))


def printed(claim):
    (answer,) = answers(claim, [Reported(PAPER)], PAPER)
    return answer


def holds(text):
    return printed(Claim("x", "number", text)).word


def test_no_number_of_the_prose_is_missing():
    quoted = {}
    for sentence in SENTENCES:
        quoted.setdefault(sentence.place, []).extend(numbers(sentence.quote))
    assert {place: " ".join(found) for place, found in quoted.items()} == NUMBERS


def test_what_is_stated_stands_in_the_quote():
    spelled = {"four": "4", "zero": "0.00", "five": "5", "one": "1"}
    for claim in CLAIMS.values():
        stated = re.search(r"== (\d[\d.]*)$", claim.holds)
        if claim.kind == "number" and stated:
            quote = QUOTES[claim.id]
            words = [spelled[word] for word in spelled if re.search(rf"\b{word}\b", quote)]
            said = [number.replace(",", "") for number in numbers(quote)]
            assert stated.group(1) in [*said, *words], claim.id


def test_how_many_the_papers_own_tables_bear_out():
    words = Counter(printed(claim).word for claim in CLAIMS.values())
    assert words == {SUPPORTED: 134, CONTRADICTED: 60, OPEN: 20}
    page = " ".join((FOLDER.parent / "docs" / "claims.md").read_text().split())
    assert f"Of {len(CLAIMS)} claims the paper's own tables support 134, contradict 60" in page
    kinds = Counter(claim.kind for claim in CLAIMS.values())
    assert kinds == {"number": 115, "ordering": 49, "ranking": 33, "words": 17}
    asked = [entry.claim for chapter in CHAPTERS for entry in chapter.entries if entry.claim]
    assert Counter(printed(one).word for one in asked) == {SUPPORTED: 6, CONTRADICTED: 7}


@cache
def rows(table):
    """The rows of a table's YAML."""
    text = (FOLDER / "tables" / f"{table}.yaml").read_text()
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["rows"]


def cell(text):
    """A cell's number as its YAML prints it."""
    table, row, column, metric = re.fullmatch(r"(\w+)\[(\S+), (\S+), (\S+)\]", text).groups()
    (cells,) = (one["cells"] for one in rows(table) if one["id"] == row)
    return Decimal(str(cells[column][metric]))


def test_differences_agree_with_decimal_arithmetic():
    checked = 0
    for claim in CLAIMS.values():
        parts = re.fullmatch(r"(\w+\[[^]*]+\]) ([-+]) (\w+\[[^]*]+\]) == ([\d.]+)", claim.holds)
        if parts:
            first, sign, second, stated = parts.groups()
            value = cell(first) + (cell(second) if sign == "+" else -cell(second))
            word = SUPPORTED if value == Decimal(stated) else CONTRADICTED
            assert printed(claim).word == word, claim.id
            checked += 1
    assert checked > 60


def test_rankings_agree_with_sorting():
    others = [row for row in rows("table4") if row["id"] not in ("apnet-s", "apnet-c")]
    (ours,) = (row for row in rows("table4") if row["id"] == "apnet-c")
    names = {"market1501": "market", "dukemtmc": "duke", "msmt17": "msmt"}
    names |= {"cuhk03-detected": "detected", "cuhk03-labeled": "labeled"}
    for column, cells in ours["cells"].items():
        for metric, value in cells.items():
            best = sorted(row["cells"][column][metric] or 0 for row in others)[-1]
            claim = f"superior-{names[column]}-{metric.lower().replace('r-', 'rank')}"
            assert printed(CLAIMS[claim]).word == (SUPPORTED if value > best else CONTRADICTED)


@pytest.mark.parametrize(
    ("claims", "word"),
    [
        ("stacked-msmt-map stacked-msmt-rank1 stacked-four-datasets", CONTRADICTED),
        ("stacked-below-s1-duke stacked-below-s1-msmt stacked-below-c1-market", CONTRADICTED),
        ("se-market-map se-duke-map se-duke-rank1 resnet101-rank1 rga-sc-map", CONTRADICTED),
        ("isp-rank1 scsn-same-rank1 occluded-map duke-to-market-c2-map", CONTRADICTED),
        ("scsn-cost-c2 pyramid-cost-c2 almost-40 c-s-level2-rank1-first", CONTRADICTED),
        ("msmt-rank1-first deeper-c levels-larger-rank1 similar-market-map", CONTRADICTED),
        ("consistent-c1 consistent-s1 consistent-s3 baseline-msmt-s2-map", CONTRADICTED),
        ("isp-second-map scsn-best-duke rga-sc-best-map pyramid-best-map", CONTRADICTED),
        ("abd-best-rank1 above-scsn-detected-rank1 msmt-train-ids", CONTRADICTED),
        ("scsn-cost-c1 pyramid-cost-c1 baseline-msmt-s3-map horeid-map", SUPPORTED),
        ("msmt-images msmt-ids-text backbones channel-above-spatial", SUPPORTED),
        ("radix-map radix-rank1 radix-drops multi-part occluded-shares", OPEN),
    ],
)
def test_what_was_known_of_the_paper_comes_out(claims, word):
    assert {printed(CLAIMS[name]).word for name in claims.split()} == {word}


def test_rounding_is_named_where_it_could_explain_a_contradiction():
    def softened(name):
        return by_rounding(found(CLAIMS[name], PAPER), Reported(PAPER), PAPER)

    assert softened("duke-to-market-c2-map")  # 4.7 of 24.0 and 19.3, for 4.6
    assert not softened("duke-to-market-c2-rank1")  # 6.6 for 6.4
    assert not softened("occluded-map")  # one cell is rounded once
    assert not softened("msmt-train-ids")  # counts are not rounded


def judged(values, **changes):
    """Table II with runs of APN_0 and APNet-C_2 on Market-1501, by experiment."""
    usual = {"training_set": "market1501", "test_set": "market1501", "metric": "mAP"}
    rows = [
        usual | {"experiment": name, "value": value, "seed": seed, "series": "written"} | changes
        for name, runs in values.items()
        for seed, value in enumerate(runs)
    ]
    return {"table2": judge_table(PAPER.tables["table2"], results_frame(rows), ["written"])}


def of_runs(text, values, **changes):
    source = Reproduced(PAPER, judged(values, **changes), "written")
    (answer,) = answers(Claim("x", "number", text), [source], PAPER)
    return answer


RUNS = {"resnet50": [87.2, 87.9, 87.6], "apnet-c2": [90.2, 90.9, 90.1]}


@pytest.mark.parametrize("stated", ["2.7", "3.0", "3.4", "2.0"])
def test_probabilities_are_those_of_the_t_distribution(stated):
    """The spread is shared, so a difference of two means of three is t-distributed exactly."""
    base, ours = RUNS.values()
    pooled = np.sqrt((np.var(base, ddof=1) + np.var(ours, ddof=1)) / 2)
    difference, scale = np.mean(ours) - np.mean(base), pooled * np.sqrt(2 / 3)
    ends = (float(stated) + e for e in (0.5, -0.5))
    above, below = (stats.t.cdf((end - difference) / scale, 4) for end in ends)
    answer = of_runs(GAIN.replace("2.7", stated), RUNS)
    assert answer.probability == pytest.approx(above - below, abs=0.01)
    ordering = of_runs(GAIN.replace("== 2.7", f"> {stated}"), RUNS)
    expected = stats.t.sf((float(stated) - difference) / scale, 4)
    assert ordering.probability == pytest.approx(expected, abs=0.01)
    assert of_runs(GAIN, RUNS) == of_runs(GAIN, RUNS)


def test_a_tolerance_is_of_cells_and_not_of_counts_or_quotients():
    one = f"count({C2_MAP} > 95) == 0"
    assert of_runs(one, RUNS).word == SUPPORTED
    assert of_runs(one.replace("== 0", "== 1"), RUNS).word == CONTRADICTED
    assert of_runs(f"{C2_MAP} / 100 == 0.90", RUNS).word == OPEN
    assert of_runs(f"{C2_MAP} / 100 == 0.5", RUNS).word == CONTRADICTED


def test_runs_support_contradict_or_leave_open():
    assert of_runs(f"{C2_MAP} > 80", RUNS).word == SUPPORTED
    assert of_runs(f"{C2_MAP} > 95", RUNS).word == CONTRADICTED
    undecided = of_runs(f"{C2_MAP} > 90.4", RUNS)
    assert undecided.word == OPEN and undecided.reason == "the runs do not decide it"


@pytest.mark.parametrize(
    ("changes", "values", "reason"),
    [
        ({"synthetic": True}, RUNS, "Table II: synthetic data"),
        ({"why_not": "another recipe"}, RUNS, "Table II: another recipe"),
        ({}, {"apnet-c2": [90.2]}, "Table II: one run, which says nothing of the spread"),
        ({}, {"resnet50": [87.8, 87.9]}, "Table II: not run"),
    ],
)
def test_runs_that_say_nothing_leave_a_claim_open(changes, values, reason):
    answer = of_runs(f"{C2_MAP} > 80", values, **changes)
    assert (answer.word, answer.reason, answer.probability) == (OPEN, reason, None)


def test_a_table_that_is_not_judged_leaves_a_claim_open():
    (answer,) = answers(CLAIMS["resnet50-map"], [Reproduced(PAPER, {}, "written")], PAPER)
    assert (answer.word, answer.reason) == (OPEN, "Table V is not made yet")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GAIN.replace("c2", "c9"), "claim x: table2[apnet-c9, market1501, mAP]: table2 has no row"),
        (GAIN.replace("mAP]", "map]", 1), "has no metric 'map': the nearest is 'mAP'"),
        (GAIN.replace("table2", "tabel2", 1), "has no table 'tabel2': the nearest is 'table2'"),
        (GAIN.replace("market1501", "market", 1), "the nearest is 'market1501'"),
        ("table2[apnet-c2 .. apn-0, *, mAP] > 1", "put it into all(…) or any(…)"),
        ("all(table2[apnet-c2 .. apn-0, *, mAP] > 1)", "write a range of rows as the first, .."),
        ("all(table2[*, *, mAP] > table5[*, *, mAP])", "compares 30 cells one by one with 8"),
        ("table3[scsn, cost, GFLOPS] / (1 - 1) > 1", "divides by zero"),
        ("__import__('os')", "at character 1: there has to be a number, a cell"),
        ("open(1) > 2", "function 'open' is none of max, min, abs, count, all, any"),
        (C2_MAP, "is a number: compare it with another"),
        ("(" * 30 + "1 > 2", "more than 20 brackets inside each other"),
        (f"{'1 + ' * 200}1 > 2", "characters: 600 are the most"),
        ("1 > 2 > 3", "has '> 3' at character 7: there has to be the end"),
        ("all(1)", "all(…) takes comparisons"),
        ("1 + (1 > 2) > 1", "takes a comparison for a number"),
    ],
)
def test_a_slip_names_the_claim_and_the_nearest(text, said):
    answer = printed(Claim("x", "number", text))
    assert answer.word == REFUSED
    assert said in answer.reason and answer.reason.startswith("claim x: ")


def test_a_missing_value_is_left_out_of_several_and_leaves_one_open():
    assert holds("max(table4[pcb-rpp bot, msmt17, mAP]) == 40.4") == SUPPORTED
    assert holds("table4[bot, msmt17, mAP] > 0") == OPEN
    assert holds("all(table4[bot, msmt17, *] > 0)") == OPEN
