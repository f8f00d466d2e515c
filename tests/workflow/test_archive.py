"""An archive of results: what is in it, that it is valid, and that others can take it in."""

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from apnet.cli import main as apnet
from apnet.records import crates
from apnet.records.check import check_results, faults
from tests.unit.fabricated import fabricate
from tests.workflow.conftest import ROOT, Snakemake
from tests.workflow.test_plan import CONFIG
from workflow.lib import archive, judge
from workflow.lib.catalogue import paper
from workflow.lib.config import resolve

RUN = "results/paper/written/market1501/resnet50/seed0"
HOME = "/home/somebody"


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """Archive one run and Table II; `named` are keys of the config."""
    pytest.importorskip("rocrate", reason="needs the extra archive: rocrate is not installed")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    small = replace(paper(), tables={"table2": paper().tables["table2"]})
    monkeypatch.setattr(archive, "paper", lambda: small)
    scale = tmp_path / "results" / "paper"
    fabricate(scale, 0)
    for name in ("ranks/market1501/1.png", "attention/market1501.npz", ".kept/run.json"):
        (scale.parent.parent / RUN / name).parent.mkdir(parents=True, exist_ok=True)
        (scale.parent.parent / RUN / name).write_text("{}")
    (scale / "metrics.csv").write_text("metric,value\n")
    table = ["--table", str(archive._ROOT / "paper/tables/table2.yaml"), "--scale", "paper"]
    asked = ["--experiments", str(archive._ROOT / "workflow/experiments.yaml")]
    asked += ["--readings", "written", "--seeds", "0", "--results", str(scale.parent)]
    assert judge.main([*table, *asked, "--out", str(scale / "cells" / "table2.json")]) == 0

    def made(name="a.zip", **named):
        given = {**CONFIG, "synthetic": None, "data_root": HOME, **named}
        config = ["--config", json.dumps(resolve(given)), "--out", str(tmp_path / name)]
        status = archive.main(["--results", str(scale.parent), "--scale", "paper", *config])
        return status, tmp_path / name

    return made


def test_what_is_in_it(pack):
    status, file = pack()
    assert status == 0
    with zipfile.ZipFile(file) as made:
        names = set(made.namelist())
        graph = {item["@id"]: item for item in json.loads(made.read(crates.METADATA))["@graph"]}
        for name in names - {crates.METADATA}:
            assert graph[name]["sha256"] == hashlib.sha256(made.read(name)).hexdigest(), name
        text = b"".join(made.read(name) for name in names).decode(errors="replace")
        config = yaml.safe_load(made.read("config.yaml"))
    assert {f"{RUN}/{name}" for name in ("run.json", "history.jsonl")} < names
    assert {f"{RUN}/test/market1501.{form}" for form in ("json", "npz")} < names
    assert {"reports/table2.md", "requirements.lock", "workflow/Snakefile"} < names
    assert not [
        name for name in names if name.endswith((".png", ".safetensors", "on/market1501.npz"))
    ]
    assert HOME not in text and "/.kept/" not in text
    assert config["seeds"] == CONFIG["seeds"] and not {*archive.LOCATIONS} & {*config}
    made_by = graph[f"#train-{RUN}"]
    assert made_by["@type"] == "CreateAction" and "agent" not in made_by
    assert graph[made_by["instrument"]["@id"]]["name"] == "apnet train"


def test_equal_results_make_equal_bytes(pack):
    (_, first), (_, again) = pack(), pack("b.zip")
    assert first.read_bytes() == again.read_bytes()


def test_weights_are_in_it_where_the_config_says_so(pack):
    _, file = pack(archive_weights=True)
    with crates.results_in(file) as results:
        assert not faults(check_results(results)["findings"])


def test_what_is_not_valid_is_not_passed_on(pack, tmp_path, capsys):
    record = tmp_path / RUN / "run.json"
    record.write_text(record.read_text().replace('"seed": 0', '"seed": 5'))
    status, file = pack()
    assert status == 2 and not file.exists()
    assert "before results are archived" in capsys.readouterr().err


def test_its_results_are_those_that_were_packed(pack, tmp_path):
    _, file = pack()
    with zipfile.ZipFile(file) as made:
        made.extractall(tmp_path / "folder")
    for archived in (file, tmp_path / "folder"):
        with crates.results_in(archived) as results:
            assert results.name == "paper"
            found = check_results(results)
            assert not faults(found["findings"], weights=False)
            assert (found["runs"], found["evaluations"]) == (1, 1)
            run = (results.parent.parent / RUN / "run.json").read_bytes()
            assert run == (tmp_path / RUN / "run.json").read_bytes()


def test_it_is_merged_as_a_folder_of_results_is(pack, tmp_path):
    _, file = pack()
    assert apnet(["results", "merge", str(file), "--into", str(tmp_path / "elsewhere")]) == 0
    for name in ("run.json", "history.jsonl", "test/market1501.json", "test/market1501.npz"):
        merged = tmp_path / "elsewhere" / RUN.removeprefix("results/paper/") / name
        assert merged.read_bytes() == (tmp_path / RUN / name).read_bytes()


def test_the_validator_of_ro_crates_accepts_it(pack, tmp_path, monkeypatch):
    """With the context that rocrate ships, so that nothing is fetched."""
    reason = "needs roc-validator, of the extra archive"
    services = pytest.importorskip("rocrate_validator.services", reason=reason)
    import rocrate
    from requests import Response
    from rocrate_validator.models import Severity
    from rocrate_validator.utils.http import HttpRequester

    context = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text()
    # Of RO-Crate 1.3, which calls a workflow otherwise than 1.1.
    context = context.replace("https://bioschemas.org/terms/", "https://bioschemas.org/")

    def get(self, url, **_options):
        answer = Response()
        answer.status_code, answer._content, answer.url = 200, context.encode(), url
        answer.headers["Content-Type"] = "application/ld+json"
        return answer

    monkeypatch.setattr(HttpRequester, "get", get, raising=False)
    _, file = pack()
    for profile in ("provenance-run-crate-0.5", "workflow-ro-crate-1.0"):
        result = services.validate(
            services.ValidationSettings(
                rocrate_uri=str(file),
                profile_identifier=profile,
                requirement_severity=Severity.REQUIRED,
                cache_path=tmp_path / "cache",
            )
        )
        assert [issue.message for issue in result.get_issues()] == []


def test_nothing_is_trained_for_an_archive_of_what_there_is(snakemake):
    jobs = snakemake.jobs("archive", config=["missing=show"])
    assert jobs["archive"] == 1 and not {"train", "evaluate", "sheet", "document"} & {*jobs}


@pytest.mark.slow
def test_what_others_trained_is_not_trained_again(tmp_path):
    """A table is made, packed, taken in elsewhere and made there, by the commands of the docs."""
    pytest.importorskip("rocrate", reason="needs the extra archive: rocrate is not installed")
    tiny, table = ["--configfile", str(ROOT / "config" / "tiny.yaml")], "reports/table6.md"
    theirs, ours = (Snakemake(tmp_path / name) for name in ("theirs", "ours"))
    for made in (theirs, ours):
        made.folder.mkdir()
    theirs(table, options=tiny)
    theirs("archive", options=tiny, config=["missing=show"])
    (file,) = (theirs.folder / "results" / "archive").glob("*.zip")
    assert apnet(["results", "merge", str(file), "--into", str(ours.folder / "results/tiny")]) == 0
    assert ours.jobs(table, options=tiny) == {"judge": 1, "render": 1}
    ours(table, options=tiny)
    assert (ours.folder / table).read_bytes() == (theirs.folder / table).read_bytes()
