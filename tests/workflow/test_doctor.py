"""The doctor: a line each, a remedy for what is wrong, and no check that holds it up."""

import json
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.workflow.conftest import ROOT
from tests.workflow.test_plan import CONFIG
from workflow.lib.looking import doctor, machine, materials, place, software
from workflow.lib.looking.findings import BAD, GOOD, OPEN, bad, good
from workflow.lib.looking.look import Look

H100 = machine.Gpu("NVIDIA H100", "580.1", 81559, "9.0")
BUILT = {"available": True, "cuda": "13.0", "architectures": ["sm_80", "sm_90"]}


def signs(findings):
    found = list(findings)
    assert all(bool(line.remedy) == (line.sign == BAD) for line in found)
    return [line.sign for line in found]


def test_a_check_that_hangs_or_fails_is_a_line_and_holds_up_nothing():
    begin = time.monotonic()
    checks = {
        "slow": lambda: time.sleep(60),
        "broken": lambda: 1 / 0,
        "fine": lambda: [good("fine", "yes")],
    }
    found = list(doctor.run(checks, seconds=0.2))
    assert time.monotonic() - begin < 5
    assert [(line.sign, line.about) for line in found] == [
        (OPEN, "slow"),
        (BAD, "broken"),
        (GOOD, "fine"),
    ]


def test_the_page_has_a_line_each_and_a_remedy_below_what_is_wrong():
    text = doctor.text([good("disk", "10 GB free"), bad("open files", "10", "ulimit -n 1024")])
    assert text.splitlines() == [
        "✓ disk        10 GB free",
        "✗ open files  10",
        "              → ulimit -n 1024",
        "",
        "1 to mend.",
    ]


def test_a_wrong_config_is_a_line_among_the_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(software, "torch", lambda *_: [])
    found = doctor.examine(Look(CONFIG | {"sead": 1}, ROOT, ()))
    (config,) = (line for line in found if line.about == "config")
    assert config.sign == BAD and "unknown key 'sead'" in config.words
    assert {"folder", "open files", "lock"} <= {line.about for line in found}


@pytest.mark.parametrize(
    ("wanted", "built", "gpus", "expected"),
    [
        (True, BUILT, (H100,), [GOOD, GOOD]),
        (True, BUILT, (), [BAD]),
        (False, BUILT, (), [OPEN]),
        (True, BUILT | {"architectures": ["sm_70"]}, (H100,), [GOOD, BAD]),
        (True, {"available": False, "cuda": None}, (H100,), [GOOD, BAD]),
        (False, {"available": False, "cuda": None}, (H100,), [GOOD, OPEN]),
        (True, {"available": False, "cuda": "13.0"}, (H100._replace(driver="550.1"),), [GOOD, BAD]),
        (True, {"available": False, "cuda": "13.0"}, (H100,), [GOOD, BAD]),
    ],
)
def test_driver_cuda_and_torch_have_to_fit_together(wanted, built, gpus, expected):
    assert signs(software._gpu(wanted, built, gpus)) == expected


def test_packages_are_compared_with_the_lock(tmp_path):
    lock = tmp_path / "requirements.lock"
    version = software._version("numpy")
    lock.write_text(f"# exact\nnumpy=={version}\n")
    assert signs(software.packages(tmp_path)) == [GOOD]
    lock.write_text("numpy==0.1\nno-such-package==1.0\n")
    missing, other = software.packages(tmp_path)
    assert missing.sign == BAD and "no-such-package" in missing.words
    assert other.sign == OPEN and f"numpy {version} (lock: 0.1)" in other.words


def test_a_lock_that_was_left_is_told_from_one_that_is_held(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert signs(place.locks("UNLOCK")) == [GOOD]
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.input.lock").write_text("x")
    monkeypatch.setattr(place, "at_work", lambda _: ([], [7]))
    (left,) = place.locks("UNLOCK")
    assert left.sign == BAD and "processes 7" in left.words and "UNLOCK" in left.remedy
    monkeypatch.setattr(place, "at_work", lambda _: ([5], []))
    assert signs(place.locks("UNLOCK")) == [GOOD]


def test_disk_files_and_slurm(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = Look({**CONFIG}, ROOT, ()).plan
    assert signs(place.room(plan, 1)) == [GOOD]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1e6))
    assert signs(place.room(plan, 1)) == [BAD]
    monkeypatch.setattr(place.resource, "getrlimit", lambda _: (256, 256))
    assert signs(place.open_files()) == [BAD]
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/sinfo")
    monkeypatch.setattr(place, "answer", lambda *_: None)
    assert [*signs(place.slurm(True)), *signs(place.slurm(False))] == [BAD, OPEN]
    monkeypatch.setattr(place, "answer", lambda *_: "gpu*\ncpu\n")
    assert [line.words for line in place.slurm(True)] == ["reachable; partitions: gpu*, cpu"]


def test_a_dataset_is_looked_for_and_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = CONFIG | {"scale": "mine", "synthetic": None, "data_root": str(tmp_path)}
    plan = Look(config, ROOT, ()).plan
    assert {*signs(materials.datasets(plan))} == {BAD}
    names = {"bounding_box_train": "0002_c1", "query": "0001_c1", "bounding_box_test": "0001_c2"}
    for split, name in names.items():
        image = tmp_path / "market1501" / split / f"{name}s1_000001_00.jpg"
        image.parent.mkdir(parents=True)
        image.touch()
    (market,) = (line for line in materials.datasets(plan) if line.about == "market1501")
    assert market.sign == BAD and "other counts than published" in market.words
    config |= {"accept_counts": {"market1501": "an excerpt alone"}}
    (market,) = (
        line
        for line in materials.datasets(Look(config, ROOT, ()).plan)
        if line.about == "market1501"
    )
    assert market.sign == OPEN and "an excerpt alone" in market.words


def test_a_program_that_hangs_or_is_not_there_is_no_answer():
    assert machine.answer(["sleep", "60"], 0.1) is None
    assert machine.answer(["no-such-program"], 1) is None
    assert json.loads(machine.answer(["echo", "1"], 5)) == 1
