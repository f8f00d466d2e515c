"""What Snakemake plans: the number of jobs, what makes them stale, how bad input ends."""

import re
import subprocess

import pytest
import yaml

from tests.unit import tiny
from tests.workflow import records
from tests.workflow.conftest import ROOT, Snakemake

SETS, MODELS = 3, 10
SMOKE = "results/smoke"


def test_table_ii_is_thirty_trainings(snakemake):
    jobs = snakemake.jobs("reports/table2.md")
    assert jobs == {
        "synthesize": SETS,
        "check": SETS,
        "train": SETS * MODELS,
        "evaluate": SETS * MODELS,
        "judge": 1,
        "render": 1,
    }


@pytest.mark.parametrize(
    ("table", "trainings", "evaluations"),
    [
        ("table4", 3 * 2, 3 * 2),
        ("table5", 6, 6),
        ("table6", 2, 2),
        ("table7", 0, 8),
        ("figure5", 5, 5),
    ],
)
def test_what_a_table_adds_to_table_ii(snakemake, table, trainings, evaluations):
    jobs = snakemake.jobs("reports/table2.md", f"reports/{table}.md")
    assert jobs["train"] == SETS * MODELS + trainings
    assert jobs["evaluate"] == SETS * MODELS + evaluations


def test_table_i_counts_and_trains_nothing(snakemake):
    jobs = snakemake.jobs("reports/table1.md")
    assert jobs == {"synthesize": 5, "check": 5, "count": 1, "render": 1}


def test_table_iii_trains_nothing(snakemake):
    jobs = snakemake.jobs("reports/table3.md")
    assert jobs == {"complexity": 2, "costs": 1, "render": 1}


def test_figure_5_trains_each_radix_and_counts_its_parameters(snakemake):
    jobs = snakemake.jobs("reports/figure5.svg")
    assert jobs == {
        "synthesize": 1,
        "check": 1,
        "train": 6,
        "evaluate": 6,
        "judge": 1,
        "parameters": 1,
        "curve": 1,
    }


def test_figure_6_is_one_training_a_reading(snakemake):
    jobs = snakemake.jobs("reports/figure6.png")
    made = {"synthesize": 1, "check": 1, "train": 1, "evaluate": 1, "attention_maps": 1}
    assert jobs == made | {"sheet": 1}
    both = snakemake.jobs("reports/figure6.pdf", config=["readings=[written,released]"])
    assert (both["train"], both["attention_maps"], both["sheet"]) == (2, 2, 1)


def test_figure_6_shows_the_queries_that_the_config_names(snakemake):
    named = ["figure6_queries=[0002_c1s1_000001_01.jpg,0004_c2s1_000002_01.jpg]"]
    options = ["--dry-run", "--printshellcmds"]
    done = snakemake("reports/figure6.png", options=options, config=named)
    wanted = "--queries 0002_c1s1_000001_01.jpg 0004_c2s1_000002_01.jpg"
    assert done.stdout.count(wanted) == 1


def test_figure_6_without_a_run_is_drawn_open(snakemake, tmp_path):
    show = ["missing=show"]
    assert snakemake.jobs("reports/figure6.svg", config=show) == {"sheet": 1}
    snakemake("reports/figure6.svg", config=show)
    assert "Reading written: not run" in (tmp_path / "reports" / "figure6.svg").read_text()


def test_a_seed_more_is_as_many_again(snakemake):
    jobs = snakemake.jobs("reports/table2.md", config=["seeds=[0,1]"])
    assert (jobs["train"], jobs["synthesize"]) == (2 * SETS * MODELS, SETS)


def test_both_readings_share_the_data(snakemake):
    jobs = snakemake.jobs("reports/table2.md", config=["readings=[written,released]"])
    assert (jobs["train"], jobs["check"], jobs["synthesize"]) == (60, 2 * SETS, SETS)


def test_a_plain_call_makes_everything(snakemake):
    plan = snakemake.plainly(options=["--dry-run"])
    rows = dict(re.findall(r"^(\w+) +(\d+)  missing output", plan, re.M))
    assert int(rows["train"]) >= SETS * MODELS
    assert rows["collect"] == rows["index"] == "1"
    assert len(plan.splitlines()) < 40 and "jobid" not in plan


@pytest.mark.slow
def test_the_index_lists_what_is_there_and_is_kept_up_to_date(snakemake, tmp_path):
    folder = tmp_path / "reports"
    assert snakemake.jobs("reports/index.html") == {"index": 1}
    snakemake("reports/table2.md", config=["missing=show"])
    index = (folder / "index.md").read_text()
    assert "[md](table2.md)" in index and "table4.md" not in index
    assert "[All tables and figures](index.md)" in (folder / "table2.md").read_text()
    smoke = ["--configfile", str(ROOT / "config" / "smoke.yaml")]
    snakemake("reports/index.md", options=smoke, config=["scale=mine"])
    assert "table2.md" not in (folder / "index.md").read_text(), "it is of another scale"


def test_show_takes_what_there_is_though_it_be_out_of_date(snakemake, tmp_path):
    records.write(tmp_path / "results" / "smoke", records.synthetic())
    jobs = snakemake.jobs("reports/table2.md", config=["missing=show"])
    assert jobs == {"judge": 1, "render": 1}
    snakemake("reports/table2.md", config=["missing=show"])
    report = (tmp_path / "reports" / "table2.md").read_text()
    assert "25.0ˢ" in report and "29 results are not there" in report
    again = snakemake("reports/table2.md", config=["missing=show"])
    assert "Nothing to be done" in again.stdout + again.stderr
    records.write(tmp_path / "results" / "smoke", records.synthetic(mAP=0.3))
    options = ["--dry-run"]
    plan = snakemake.plainly("reports/table2.md", options=options, config=["missing=show"])
    assert re.search(r"^judge +1  settings changed +table2$", plan, re.M)
    assert re.search(r"^render +1  input is made anew +table2 as md$", plan, re.M)


def test_what_jobs_left_and_was_damaged_is_named_and_made_again(snakemake, tmp_path):
    cells, cost = "results/smoke/cells/table5.json", "results/complexity/written/resnet50.json"
    for file, content in ((cells, '{"table": "table5"}'), (cost, '{"gflops": 4')):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text(content)
    planned = snakemake.plainly("reports/table3.md", options=["--dry-run"])
    assert f"apnet: {cost} is damaged or was edited: it is made again\n" in planned
    assert "table5" not in planned
    text = snakemake.plainly("reports/table5.md", config=["missing=show"])
    assert f"apnet: {cells} is damaged or was edited: it is made again\n" in text
    assert "Table V: all 24 cells not run" in text
    assert not snakemake.jobs("reports/table5.md", config=["missing=show"])


def test_an_absent_dataset_is_open_cells(snakemake, tmp_path):
    root = tmp_path / "data"
    for folder in ("bounding_box_train", "query", "bounding_box_test"):
        (root / "market1501" / folder).mkdir(parents=True)
    done = snakemake(
        "reports/table2.md",
        options=["--dry-run", "--configfile", str(ROOT / "config" / "paper.yaml")],
        config=[f"data_root={root}", "seeds=[0]"],
    )
    assert "dukemtmc" not in done.stdout
    assert done.stdout.count("rule train:") == MODELS


def test_a_call_ends_with_what_is_open_and_why(snakemake, tmp_path):
    data = tmp_path / "my {data}"
    tiny.write(data / "market1501", tiny.MARKET)
    options = ["--configfile", str(ROOT / "config" / "paper.yaml")]
    config = [f"data_root={data}", "seeds=[0]", "missing=show"]
    text = snakemake.plainly("reports/table7.md", options=options, config=config)
    line = r"^ +0:\d\d:\d\d  1 of 2  judge table7: .* s\n.* 2 of 2  render table7 as md: .* s\n"
    made = r"Table VII is in reports/table7\.md\n  Table VII: all 32 cells not run\nOpen:$"
    assert re.search(line + made, text, re.M), text
    assert "\x1b" not in text and "jobid" not in text
    assert "table7: 32 cells wait for 8 results" in text
    assert f"dukemtmc not found under {data}" in text
    call = f"--snakefile {ROOT}/Snakefile --directory {tmp_path} --cores 2 --configfile"
    assert call in text and "missing=run -- reports/table7.md" in text
    report = (tmp_path / "reports" / "table7.md").read_text()
    assert f"dukemtmc not found under {data}" in report
    row, *_ = (line for line in report.splitlines() if line.startswith("| Baseline"))
    assert row.count("not run") == 8


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ("scale=paper", "name a whole config with --configfile"),
        ("set={height: 50}", "resnet50-apnet-s"),
    ],
)
def test_a_wrong_config_ends_at_once_with_one_sentence(snakemake, config, named):
    done = snakemake("reports/table2.md", options=["--dry-run"], config=[config], check=False)
    assert done.returncode == 2
    text = [line for line in done.stderr.splitlines() if line.startswith("apnet: ")]
    assert len(text) == 1 and named in text[0]
    assert "Traceback" not in done.stderr


def test_configs_that_contradict_each_other_plan_nothing(snakemake):
    files = [str(ROOT / "config" / f"{name}.yaml") for name in ("tiny", "paper")]
    options = ["--dry-run", "--configfile", *files]
    done = snakemake("reports/table2.md", options=options, check=False)
    assert done.returncode == 2 and "synthetic data here: give this config another" in done.stderr


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("./reports//figure9.svg", "unknown report 'reports/figure9.svg'"),
        (f"{SMOKE}/written/market1502/resnet50/seed0/run.json", "unknown dataset 'market1502'"),
        (f"{SMOKE}/written/market1501/resnet50/seed0/run.jsn", "no rule makes"),
        (f"{SMOKE}/written/market1501/resnet50/seed0/test/market.json", "unknown dataset 'market'"),
    ],
)
def test_an_unknown_target_is_named_in_one_sentence(snakemake, target, named):
    done = snakemake(target, options=["--dry-run"], check=False)
    assert done.returncode == 2
    text = [line for line in done.stderr.splitlines() if line.startswith("apnet: ")]
    assert len(text) == 1 and named in text[0]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "target"),
    [
        (["--dry-run"], "./reports/table3.md"),
        (["--dry-run"], "reports//table3.md"),
        (["--report", "reports/report.html"], "reports/table3.md"),
    ],
)
def test_a_target_is_a_target_and_an_options_value_is_none(snakemake, options, target):
    (snakemake.folder / "reports").mkdir()
    snakemake(target, options=options)


def test_an_archive_is_no_target(snakemake):
    done = snakemake("reports/table3.md", options=["--archive", "reports/x.tgz"], check=False)
    assert done.returncode != 2 and "unknown report" not in done.stderr  # It wants conda.


def test_work_may_be_done_in_a_folder_named_reports(tmp_path):
    command = Snakemake("reports").command(["reports/table3.md"], ["--dry-run"])
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_code_trigger_is_off_under_every_profile():
    profiles = sorted(ROOT.glob("profiles/*/config.yaml"))
    assert len(profiles) == 3
    for profile in (yaml.safe_load(file.read_text()) for file in profiles):
        assert {*profile["rerun-triggers"]} == {"mtime", "params", "input", "software-env"}
        assert profile["rerun-incomplete"]
