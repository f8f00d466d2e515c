"""A line a job, and the plan of a dry run, in place of Snakemake's blocks."""

import io
import json
import logging
import re
from functools import partial
from types import SimpleNamespace

import pytest
from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter
from snakemake.persistence import ParamsChange
from snakemake.settings.enums import Quietness
from snakemake_interface_logger_plugins.common import LogEvent

from reproduction.judging.cells import Cell, JudgedTable
from reproduction.judging.stored import write_judged
from workflow.lib import lines
from workflow.lib.closing import closing
from workflow.lib.lines import Lines, Plan, spelled
from workflow.lib.planned import Planned, about, table, why
from workflow.lib.terminal import hidden, print_lines

RULES, PROGRESS, ALL = Quietness.RULES, Quietness.PROGRESS, Quietness.ALL
RUN = {"reading": "written", "dataset": "dukemtmc", "model": "resnet50", "seed": "0"}


class Call:
    """Snakemake's logger as a call has it, and what that prints."""

    def __init__(self, quiet=(RULES,), log=None, **settings):
        usual = dict.fromkeys(("dryrun", "verbose", "printshellcmds"), False)
        self.settings = SimpleNamespace(quiet={*quiet}, **usual | settings)
        self.logger = logging.Logger("snakemake")
        self.terminal, self.log = io.StringIO(), io.StringIO()
        handlers = {"Stream": ColorizingTextHandler(stream=self.terminal)}
        if log:
            handlers["LogFile"] = logging.StreamHandler(self.log)
            handlers["LogFile"].baseFilename = log
        for kind, handler in handlers.items():
            handler.name = f"Default{kind}Handler"
            shown = self.settings.verbose, self.settings.dryrun, self.settings.printshellcmds
            handler.addFilter(DefaultFilter(self.settings.quiet, False, *shown))
            handler.setFormatter(DefaultFormatter(self.settings.quiet))
            self.logger.addHandler(handler)
        print_lines(self.logger, self.settings, lambda wildcards: "it", lambda rules: "THE TABLE")

    def says(self, event, text="", level=logging.INFO, **fields):
        self.logger.log(level, text, extra={"event": event, **fields})

    def starts(self, jobid=1, rule="train", output=(), log=(), local=True):
        fields = dict.fromkeys(("rule_msg", "benchmark", "reason", "indent"))
        self.says(
            LogEvent.JOB_INFO,
            **fields | {"jobid": jobid, "rule_name": rule, "output": output, "log": log},
            **{"wildcards": {}, "local": local, "is_checkpoint": False, "input": ["THE INPUT"]},
            **{"priority": 0, "threads": 1, "resources": {}},
        )

    def ends(self, *jobs, done, total=12):
        for jobid in jobs:
            self.says(LogEvent.JOB_FINISHED, f"Finished jobid: {jobid}", job_id=jobid)
        self.says(LogEvent.PROGRESS, done=done, total=total)

    def printed(self):
        return self.terminal.getvalue()


def test_a_job_is_a_line_and_other_jobs_may_end_before_it():
    call = Call(log="/log")
    call.says(None, "Building DAG of jobs...")
    call.says(LogEvent.RUN_INFO, "Job stats:", stats={"train": 12, "total": 12})
    call.starts(1)
    call.starts(2, rule="costs")
    call.ends(2, done=1)
    call.ends(1, done=2)
    call.says(None, "Elapsed time: 1")
    first, *rest = call.printed().splitlines()
    assert re.fullmatch(r"12 jobs; more on each in \S*/log, or with --printshellcmds", first)
    assert rest == [" 0:00:00   1 of 12  costs it: 0 s", " 0:00:00   2 of 12  train it: 0 s"]
    assert "THE INPUT" in call.log.getvalue()  # Snakemake's log file lacks nothing


def test_jobs_of_a_group_end_together():
    call = Call()
    call.starts(1, local=False)
    call.starts(2, local=False)
    call.ends(1, 2, done=4)
    assert re.findall(r"(\d+) of 12", call.printed()) == ["3", "4"]


def test_the_speed_is_that_of_the_record(tmp_path):
    (tmp_path / "test").mkdir()
    files = [tmp_path / "run.json", tmp_path / "test" / "a.json", tmp_path / "dataset.json"]
    files[0].write_text(json.dumps({"images_per_second": 1234.5}))
    counts = {"query": 10, "gallery": 20}
    files[1].write_text(json.dumps({"counts": counts, "wall_seconds": 4}))
    files[2].write_text(json.dumps({"images_per_second": 1}))
    speeds = [lines.speed([str(file)]) for file in (*files, tmp_path / "x" / "run.json")]
    assert speeds == [1234.5, 7.5, None, None]
    call = Call()
    call.starts(output=[str(tmp_path / "model.safetensors"), str(files[0])])
    call.ends(1, done=1)
    assert call.printed().endswith("train it: 0 s, 1,234 images/s\n")


def test_a_failure_is_its_sentence_and_its_log(tmp_path):
    log = tmp_path / "a.log"
    note = {"status": 2, "message": "no such data", "log": "a.log"}
    log.with_suffix(".failed.json").write_text(json.dumps(note))
    call = Call()
    call.starts(1, log=[str(log)])
    for jobid, logs in ((1, [str(log)]), (2, ["b.log"])):
        fields = {"jobid": jobid, "log": logs, "rule_name": "train"}
        call.says(LogEvent.JOB_ERROR, level=logging.ERROR, **fields)
    call.says(LogEvent.ERROR, "MissingOutputException: late", level=logging.ERROR)
    assert call.printed().splitlines() == [
        " 0:00:00  FAILED after 0 s  train it: no such data (log: a.log)",
        " 0:00:00  FAILED  train: no reason is recorded (log: b.log)",
        "MissingOutputException: late",
    ]


def test_a_long_job_on_this_machine_is_named_with_its_log(monkeypatch):
    monkeypatch.setattr(lines, "PATIENCE", 0)
    call = Call()
    call.starts(1, log=["a.log"])
    (reminder,) = (job.reminder for job in call.logger.handlers[-1]._jobs.values())
    reminder.join()
    call.starts(2, local=False)
    assert call.printed() == " 0:00:00  still running: train it (log: a.log)\n"


@pytest.mark.parametrize(
    ("settings", "handler", "blocks", "jobs_print"),
    [
        ({}, Lines, False, False),
        ({"dryrun": True}, Plan, False, False),
        ({"quiet": [RULES, PROGRESS]}, Lines, False, False),
        ({"quiet": [ALL]}, None, False, False),
        ({"quiet": []}, None, True, True),
        ({"verbose": True}, None, True, True),
        ({"printshellcmds": True}, None, True, True),
        ({"dryrun": True, "printshellcmds": True}, None, True, True),
    ],
)
def test_who_prints_what(settings, handler, blocks, jobs_print):
    call = Call(**settings)
    ours = [type(item) for item in call.logger.handlers if isinstance(item, Lines | Plan)]
    assert ours == ([handler] if handler else [])
    assert hidden(call.settings) is not jobs_print
    call.starts()
    assert ("THE INPUT" in call.printed()) is blocks


def test_a_quiet_call_tells_of_failures_alone():
    call = Call(quiet=[RULES, PROGRESS])
    call.says(LogEvent.RUN_INFO, stats={"total": 1})
    call.starts()
    assert not call.printed()
    call.says(LogEvent.JOB_ERROR, jobid=1, log=[], rule_name="train")
    assert "FAILED after 0 s  train it: no reason is recorded" in call.printed()


def test_a_dry_run_prints_its_table_once_and_names_no_job():
    call = Call(dryrun=True)
    for _ in range(2):
        call.says(LogEvent.RUN_INFO, "Job stats:", stats={"train": 1, "total": 1})
        call.starts()
    assert call.printed() == "THE TABLE\n"


def test_a_logger_plugin_prints_alone():
    logger = logging.Logger("snakemake")
    print_lines(logger, SimpleNamespace(quiet={RULES}), about, table)
    assert not logger.handlers


def test_a_fault_of_ours_ends_no_run(capsys):
    call = Call()
    call.says(LogEvent.RUN_INFO)  # of another version of Snakemake, without counts
    assert "stats" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wildcards", "readings", "text"),
    [
        (RUN, ["written"], "dukemtmc resnet50 seed 0"),
        (RUN, ["written", "released"], "written dukemtmc resnet50 seed 0"),
        (RUN | {"test_set": "dukemtmc"}, ["written"], "dukemtmc resnet50 seed 0"),
        (RUN | {"test_set": "msmt17"}, ["written"], "dukemtmc resnet50 seed 0 on msmt17"),
        ({"table": "table2", "suffix": "md"}, ["written"], "table2 as md"),
        ({}, ["written"], ""),
    ],
)
def test_a_job_is_called_by_what_it_is_about(wildcards, readings, text):
    assert about(wildcards, readings) == text


def test_durations_are_spelled():
    assert [*map(spelled, (0.4, 59.6, 125, 3900))] == ["0 s", "1 min 0 s", "2 min 5 s", "1 h 5 min"]


def test_a_call_ends_with_where_the_reports_are_and_how_they_came_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cell = partial(Cell, "base", "Base_0", None, "market1501", "mAP", 80.0, False)
    cells = [
        cell(series, "resnet50", "run", verdict)
        for series, verdict in (("written", "match"), ("released", "worse"), ("released", "match"))
    ]
    for name, series in (("table2", ("written", "released")), ("table6", ("written",))):
        judged = JudgedTable(name, series, (0,), (), (), tuple(cells))
        write_judged(tmp_path / f"{name}.json", judged)
    assert closing(["table6"], ["reports/table6.md"], tmp_path).splitlines() == [
        "Table VI is in reports/table6.md",
        "  Table VI: all 1 cells match",
    ]
    assert closing(["figure6"], ["reports/figure6.svg"], tmp_path) == (
        "Fig. 6 is in reports/figure6.svg"
    )
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "index.html").touch()
    assert closing(["table2", "table6", "figure6"], [], tmp_path).splitlines() == [
        "3 tables and figures in reports/: open reports/index.html",
        "  Table II, written: all 1 cells match",
        "  Table II, released: of 2 cells 1 match and 1 worse",
        "  Table VI: all 1 cells match",
    ]


CODE = repr("new")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"missing_output": {"a"}, "updated_input_run": {"b"}}, "missing output"),
        ({"updated_input": {"b"}, "updated_input_run": {"b"}}, "input is made anew"),
        ({"updated_input": {"b", "c"}, "updated_input_run": {"b"}}, "updated input"),
        ({"input_changed": True}, "other inputs"),
        ({"forced": True}, "forced"),
        ({"params_changed": ParamsChange({"old"}, {CODE}, {"a"})}, "code changed"),
        ({"params_changed": ParamsChange({"1"}, {"2"}, {"a"})}, "settings changed"),
        ({"params_changed": ParamsChange({"1"}, set(), {"a"})}, "settings changed"),
        (
            {"params_changed": ParamsChange({"1", "old"}, {"2", CODE}, {"a"})},
            "settings changed and code changed",
        ),
    ],
)
def test_why_a_job_would_run(changes, words):
    names = ("missing_output", "incomplete_output", "updated_input", "updated_input_run")
    flags = ("forced", "code_changed", "input_changed", "software_stack_changed")
    usual = {name: set() for name in names} | dict.fromkeys(flags, False)
    reason = SimpleNamespace(**usual | {"params_changed": ParamsChange()} | changes)
    job = SimpleNamespace(params={"code": "new"})
    assert " and ".join(why(SimpleNamespace(reason=lambda _: reason), job)) == words


def test_the_table_has_a_row_for_each_rule_and_reason():
    train = [Planned("train", "missing output", f"resnet50 seed {seed}") for seed in (10, 2, 0, 1)]
    jobs = [Planned("collect", "forced", ""), *train, Planned("train", "forced", "x" * 70)]
    rows = [line.split("  ") for line in table(jobs, ["train", "collect"]).splitlines()[2:]]
    assert [[word.strip() for word in row if word] for row in rows] == [
        ["train", "1", "forced", "x" * 70],
        ["train", "4", "missing output", "resnet50 seed 0, resnet50 seed 1, resnet50 seed 2, …"],
        ["collect", "1", "forced"],
        ["total", "6"],
    ]
