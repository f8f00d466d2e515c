"""The plan: what is missing and shared, what it costs, and the limit of GPU-hours."""

import itertools
import json
from pathlib import Path

import pytest

from apnet.errors import InputError
from apnet.records.paths import HISTORY, Evaluation, Run
from tests.workflow.conftest import ROOT
from tests.workflow.test_finished import TESTED, make, write
from tests.workflow.test_plan import CONFIG, RUN
from workflow.lib import finished, jobs
from workflow.lib.config import check_config
from workflow.lib.looking import bill, budget, estimated, needed, planning, sizes, states
from workflow.lib.looking.estimate import START, Estimates
from workflow.lib.looking.explaining import Explainer
from workflow.lib.looking.rates import BEGIN
from workflow.lib.looking.spans import HOUR, Span, hours, lasting, total
from workflow.lib.looking.used import require_left, used
from workflow.lib.plan import Plan

OTHER = Run("written", "market1501", "resnet50-apnet-c2", 0)
GPU = {"device": "cuda:0", "cpu": "x", "threads": 1, "gpu": "NVIDIA H100 80GB HBM3"}


@pytest.fixture(autouse=True)
def fresh():
    finished._read.cache_clear()


def plan_of(tmp_path, monkeypatch, **config):
    monkeypatch.chdir(tmp_path)
    config = CONFIG | {"gpu": 1} | config
    check_config(config, pytest.fail)
    return Plan(config, ROOT)


def rows_of(page):
    lines = (line for line in page.splitlines() if line.startswith("| "))
    return {line.split("|")[1].strip(): line for line in lines}


def test_what_is_finished_is_not_missing_and_what_is_made_is_shared(tmp_path, monkeypatch):
    plan = make(tmp_path, monkeypatch)
    there = needed.asked(plan, ())
    runs, evaluations = there.every()
    assert runs - there.missing_runs == {RUN} and evaluations - there.missing == {TESTED}
    assert there.tables_of(RUN) == ["table2", "table5", "table7"]
    write(plan, "cells/table5.json", {})
    page = planning.text(plan, (), 1)
    rows = rows_of(page.partition("| costs")[0])
    counts = {
        name: [int(word) for word in row.split("|")[2:6] if word.strip()]
        for name, row in rows.items()
        if name in ("Table II", "Table V", "Fig. 5")
    }
    assert counts == {"Table II": [30, 1, 1, 29], "Table V": [8, 1, 0, 7], "Fig. 5": [6, 0, 0, 6]}


def test_reports_and_evaluations_beside_it_narrow_the_plan(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, monkeypatch)
    asked = ["reports/table6.md", f"results/smoke/{TESTED.file}"]
    there = needed.asked(plan, asked)
    assert {*there.of} == {"table6", needed.NAMED} and there.of[needed.NAMED] == [TESTED]
    with pytest.raises(InputError, match=r"table3.* needs no training.*reports/table2\.md"):
        needed.asked(plan, ["reports/table3.md"])
    with pytest.raises(InputError, match=r"unknown report.*table9.*reports/table2\.md"):
        needed.asked(plan, ["reports/table9.md"])
    assert needed.asked(plan, ["reports/paper.pdf"]).of == needed.asked(plan, ()).of


def test_each_table_has_its_own_cost(tmp_path, monkeypatch):
    """Of what it lacks: as if it alone were asked for."""
    plan = plan_of(tmp_path, monkeypatch, rate="H100")
    every, alone = (
        rows_of(planning.text(plan, asked, 2).partition("| costs")[2].partition("\n\n")[0])
        for asked in ((), ["reports/table6.md"])
    )
    words = ["".join(rows["Table VI"].split()) for rows in (every, alone)]
    assert words[0] == words[1] and "MB+" in words[0]
    assert words[1].replace("TableVI", "") == "".join(alone["in all, each once"].split()).replace(
        "inall,eachonce", ""
    )


def test_a_dataset_that_is_not_there_is_in_the_bill(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, monkeypatch, scale="mine", synthetic=None, data_root=str(tmp_path))
    there = needed.asked(plan, ["reports/table6.md"])
    assert len(there.missing_runs) == 2 and there.absent == {"occluded-dukemtmc": ["table6"]}
    assert "Not there yet, and in the bill: occluded-dukemtmc (Table VI)" in planning.text(
        plan, ["reports/table6.md"], 1
    )


@pytest.mark.parametrize(
    ("images", "identities", "recipe", "steps"),
    [
        (12936, 751, "channel", 160 * 148),  # the sampler makes 151 (results/reference)
        (12936, 751, "spatial", 600 * 37),
        (10, 4, "smoke", 40),
    ],
)
def test_steps_before_the_images_are_read(images, identities, recipe, steps):
    from apnet.config.recipes import get_recipe

    assert sizes.Size(images, identities, 0).steps(get_recipe(recipe)) == steps


@pytest.mark.parametrize("devices", [1, 2, 3])
def test_wall_time_lies_between_the_bounds_of_any_schedule(devices):
    jobs = [5.0, 3.0, 3.0, 2.0, 2.0, 1.0]
    best = min(
        max(
            sum(job for job, at in zip(jobs, where, strict=True) if at == device)
            for device in range(devices)
        )
        for where in itertools.product(range(devices), repeat=len(jobs))
    )
    found = bill._scheduled(jobs, devices)
    assert best <= found <= 4 / 3 * best
    assert bill._scheduled([], devices) == 0


def test_the_bill_adds_up_and_each_run_counts_once(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, monkeypatch, rate="H100")
    evaluations = [Evaluation(OTHER, "market1501"), Evaluation(OTHER, "dukemtmc")]
    made = bill.Bill(Estimates(plan), [OTHER], evaluations)
    parts = [made.runs[OTHER].seconds, *(made.evaluations[item].seconds for item in evaluations)]
    assert made.seconds([OTHER, RUN], evaluations) == pytest.approx(total([*parts, *[START] * 3]))
    assert made.duration(4).middle == pytest.approx(made.seconds([OTHER], evaluations).middle)
    low, middle, high = parts[0]
    assert low < middle < high


def test_jobs_that_share_a_gpu_cost_no_less_until_such_runs_were_timed(tmp_path, monkeypatch):
    full = {"scale": "mine", "recipes": {"channel": "channel", "spatial": "spatial"}}
    full |= {"set": {"pretrained": False}, "synthetic": {"identities": 20, "seed": 0}}
    plans = [plan_of(tmp_path, monkeypatch, rate="H100", gpu_share=n, **full) for n in (1, 0.5)]
    bills = [bill.Bill(Estimates(plan), [OTHER], []) for plan in plans]
    whole, half = (made.runs[OTHER].seconds.middle for made in bills)
    begin, start = BEGIN["cuda"].middle, START.middle
    assert half - begin == pytest.approx(2 * (whole - begin))
    alone, shared = (made.seconds([OTHER], []).middle for made in bills)
    assert shared == pytest.approx(alone - (start + begin) / 2)
    assert bills[1].duration(1) == bills[1].duration(2)


def test_hours_are_words_that_people_read():
    assert hours(Span(HOUR, 2 * HOUR, 300 * HOUR)) == "2.0 (1.0 to 300)"
    assert hours(Span(0, 0, 0)) == "0"
    assert lasting(Span(0.1, 2, 61)) == "2 s (under 1 s to 1 min 1 s)"


def took(plan, run, seconds, hardware=GPU):
    write(plan, run.record, {"wall_seconds": seconds, "hardware": hardware})


def test_used_hours_are_those_on_a_gpu_and_of_runs_under_way(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, monkeypatch)
    took(plan, RUN, 3600.0, GPU | {"gpu_share": 0.5})
    took(plan, Run("written", "msmt17", "resnet50", 0), 9000.0, {"device": "cpu"})
    write(plan, Run("written", "msmt17", "resnet50", 1).record, {"provenance": "imported"})
    history = Path(plan.results, OTHER.folder, HISTORY)
    history.parent.mkdir(parents=True)
    history.write_text('{"seconds": 900}\n{"seconds": 900}\n{"sec')
    results = Path(plan.results)
    assert used(results) == pytest.approx(1.0)
    assert used(results, {OTHER.folder}) == pytest.approx(0.5)
    require_left(results, 1.1)
    with pytest.raises(InputError, match=r"max_gpu_hours is 1, and 1\.00 GPU-hours were used"):
        require_left(results, 1)


def test_a_call_that_may_exceed_the_limit_is_refused_with_the_estimate(tmp_path, monkeypatch):
    free = plan_of(tmp_path, monkeypatch, rate="H100")
    takes = bill.Bill(Estimates(free), [OTHER], []).seconds([OTHER], [])
    budget.begin(free, [OTHER], [])
    kept = json.loads(Path("logs/smoke/estimates.json").read_text())
    assert [*kept] == [OTHER.record]
    for most, enough in ((1.01 * takes.high / HOUR, True), (0.99 * takes.high / HOUR, False)):
        plan = plan_of(tmp_path, monkeypatch, rate="H100", max_gpu_hours=most)
        if enough:
            budget.begin(plan, [OTHER], [])
            continue
        with pytest.raises(InputError, match="1 training and 0 evaluations are estimated at"):
            budget.begin(plan, [OTHER], [])
    took(free, RUN, takes.high)  # used before
    with pytest.raises(InputError, match="were used under results/smoke"):
        budget.begin(
            plan_of(tmp_path, monkeypatch, rate="H100", max_gpu_hours=1.01 * takes.high / HOUR),
            *([OTHER], []),
        )


def test_no_job_begins_once_so_many_hours_were_used(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, monkeypatch)
    took(plan, RUN, 2 * HOUR)
    for most, status in ((1, 2), (3, 0)):
        limit = ["--max-gpu-hours", str(most), "--of", plan.results]
        assert jobs.main([*limit, "--log", "logs/x.log", "--", "touch", f"made{most}"]) == status
    assert not Path("made1").exists() and Path("made3").exists()


def test_what_was_estimated_stands_beside_what_it_took(tmp_path, monkeypatch):
    plan = plan_of(tmp_path, monkeypatch, rate="H100")
    evaluation = Evaluation(OTHER, "market1501")
    budget.begin(plan, [OTHER], [evaluation])
    assert estimated.compared(plan, [OTHER], [evaluation]) is None  # nothing has ended
    took(plan, OTHER, 40.0)
    found = estimated.compared(plan, [OTHER, RUN], [evaluation])
    assert (found.jobs, found.took) == (1, 40.0)
    assert found.estimated == bill.Bill(Estimates(plan), [OTHER], []).runs[OTHER].seconds
    assert "1 job: took 40 s" in estimated.sentence(found)
    assert "| took" in planning.text(plan, (), 1)
    zero = json.dumps({OTHER.record: [0, 0, 0]})
    for broken in ("[1]", zero, zero.replace("0, 0", "NaN, 1"), '{"a": 3}'):
        Path("logs/smoke/estimates.json").write_text(broken)
        assert estimated.compared(plan, [OTHER], []) is None


@pytest.mark.parametrize("content", ["", '{"model": "res', "[]", "\x00", None])
def test_a_record_that_cannot_be_read_is_named_and_not_called_done(tmp_path, monkeypatch, content):
    """It may be of an imported run, so no rule makes it anew."""
    plan = plan_of(tmp_path, monkeypatch)
    record = Path(plan.results, RUN.record)
    record.parent.mkdir(parents=True)
    record.mkdir() if content is None else record.write_text(content)
    words = f"{record} cannot be read, and so is not made again: move it away"
    assert words in planning.text(plan, ["reports/table2.md"], 1)
    there = needed.asked(plan, ["reports/table2.md"])
    state = states.trainings(plan, there)[RUN]
    assert state.state == states.FAILED and words in state.words
    assert any("cannot be read" in line for line in Explainer(plan, ROOT).training(RUN))
    with pytest.raises(InputError, match=r"has a run\.json that cannot be read"):
        plan.check_training(RUN)


def test_an_evaluation_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    plan = make(tmp_path, monkeypatch)
    file = Path(plan.results, TESTED.file)
    file.write_text(file.read_text()[:-9])
    words = f"{file} cannot be read: delete it"
    assert words in planning.text(plan, ["reports/table2.md"], 1)
    there = needed.asked(plan, ["reports/table2.md"])
    state = states.evaluations(plan, there)[TESTED]
    assert state.state == states.FAILED and words in state.words
    first, *_ = Explainer(plan, ROOT).evaluation(TESTED)
    assert first == f"{file}: {states.DAMAGED}"
