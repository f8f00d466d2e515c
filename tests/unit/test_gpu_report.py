"""The report of a GPU: what it keeps of parts that end, fail, take too long or are never begun."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def report(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import gpu_report

    return gpu_report


def part(report, name, code, estimate=0, limit=30, timed=True):
    return report.Part(name, name, (sys.executable, "-c", code), estimate, limit, timed)


def write(name, row):
    text = json.dumps(row) + "\n"
    return f"open('{name}.jsonl', 'a').write({text!r})"


def statuses(found):
    return {part.name: found._state(part)["status"] for part in found.parts}


def test_each_part_ends_in_its_own_way_and_is_begun_again_where_that_helps(report, tmp_path):
    row = {"loading": "32x16", "images_per_second": {"plain, float32": 2.0}}
    todo = [
        part(report, "good", write("good", row), timed=False),
        part(report, "bad", "raise SystemExit(3)", timed=False),
        part(report, "slow", write("slow", row) + "; import time; time.sleep(60)", limit=1),
        part(report, "long", "", estimate=10_000),
    ]
    archive = tmp_path / "kept.tar.gz"
    found = report.Report(tmp_path / "out", archive, todo)
    found.run(60)
    wanted = {"good": "done", "bad": "failed with status 3", "slow": "overran", "long": "skipped"}
    assert statuses(found) == wanted
    text = (tmp_path / "out" / "report.md").read_text()
    assert text.count("| 32x16 | plain, float32 | 2 | 1.00 |") == 2
    assert "takes about 10000 s" in text
    with tarfile.open(archive) as tar:
        assert {"out/report.md", "out/slow.jsonl"} <= set(tar.getnames())
    found.run(20_000)
    assert statuses(found) == wanted | {"long": "done"}
    assert len((tmp_path / "out" / "good.jsonl").read_text().splitlines()) == 1


def test_a_part_that_the_minutes_cut_off_is_not_taken_for_too_slow(report, tmp_path):
    found = report.Report(tmp_path, None, [part(report, "one", "import time; time.sleep(60)")])
    found.run(0.5)
    assert statuses(found) == {"one": "cut off"}


def test_a_page_shows_what_is_there_of_a_line_cut_off_a_failed_one_and_nothing(report, tmp_path):
    todo = [part(report, "c2", ""), part(report, "rest", "")]
    found = report.Report(tmp_path, None, todo)
    about = {"line": "+graph", "model": "resnet50-apnet-c2:written", "size": "384x192"}
    row = about | {"batch": 80, "error": "no such stream"}
    (tmp_path / "c2.jsonl").write_text(json.dumps(row) + '\n{"line": "+comp')
    found.write()
    text = (tmp_path / "report.md").read_text()
    assert "| +graph | no such stream |" in text
    assert text.count("not run") == 2
    assert text.count("Missing.") == 5


def test_every_part_has_a_name_of_its_own_and_lines_that_exist(report):
    from gpu_parts import REAL, TOY, parts
    from lines import LINES

    real, toy = (parts(scale, "cpu", 2) for scale in (REAL, TOY))
    names = [part.name for part in real]
    assert len({*names}) == len(names)
    assert len(toy) == len(real) - len(REAL.evaluations) + len(TOY.evaluations)
    for one in real:
        if "--lines" in one.command:
            begin = one.command.index("--lines") + 1
            assert {*one.command[begin : one.command.index("--device")]} <= {*LINES}
        assert one.estimate < one.limit


@pytest.mark.slow
def test_all_parts_run_at_toy_size(tmp_path):
    command = [sys.executable, str(BENCHMARKS / "gpu_report.py"), "--toy", "--device", "cpu"]
    command += ["--minutes", "30", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    states = [json.loads(file.read_text()) for file in (tmp_path / "states").iterdir()]
    assert {state["status"] for state in states} == {"done"}, done.stdout
    assert "Missing." not in (tmp_path / "report.md").read_text()
