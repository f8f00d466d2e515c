import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import runs
from fabricated import HISTORY, PLACE, RUN, TEST, WEIGHTS, fabricate, of_run, of_test, said, write

from apnet.cli import main
from apnet.files import digest
from apnet.records import kept
from apnet.records.check import check_results
from apnet.records.load import load_evaluation, load_run, settings_of


def test_good_results_are_a_summary(scale, capsys):
    assert main(["results", "check", str(scale)]) == 0
    assert capsys.readouterr().out == "2 runs, 2 evaluations: 0 errors, 0 notes\n"


def test_what_is_kept_while_it_is_made_again_is_no_second_run(scale):
    kept.keep(*(next(scale.rglob("seed0")) / name for name in (RUN, WEIGHTS)))
    assert not said(scale)


def test_the_reference_runs_lack_but_their_weights():
    found = check_results(Path(__file__).parents[2] / "results" / "reference")["findings"]
    assert {(f.kind, f.file.name, f.message.partition(",")[0]) for f in found} == {
        ("error", WEIGHTS, "is absent")
    }


def test_a_seed_that_was_trained_twice_is_found_by_what_it_was_trained_with(tmp_path):
    one, other, third = (fabricate(tmp_path / name, 0) for name in ("a", "b", "c"))
    for folder in (other, third):
        (folder / WEIGHTS).write_bytes(f"other bytes of {folder}".encode())
        again = runs.sha256(folder / WEIGHTS)
        of_run(checkpoint_sha256=again)(folder)
        of_test(checkpoint_sha256=again)(folder)
    of_run(weights={"file": "resnet50.safetensors", "sha256": "v"})(third)
    same = "seed, settings, data, code and initial weights"
    twin = f"has the same {same} as {one}: one run, not two"
    assert said(tmp_path) == [("error", f"b/{PLACE}/seed0/{RUN}", twin)]
    of_run(provenance="imported", imported={"file": "a.pth", "sha256": "a"})(other)
    assert said(tmp_path) == []


def test_a_folder_that_writes_its_seed_otherwise_is_none_of_its_seed(scale):
    (scale / PLACE / "seed0").rename(scale / PLACE / "seed00")
    expected = ("error", f"{PLACE}/seed00/{RUN}", "its seed is 0, its folder says 00")
    assert said(scale) == [expected]


def test_an_address_is_that_of_the_folder_however_it_is_called(scale, monkeypatch):
    monkeypatch.chdir(scale / PLACE / "seed0")
    for name in (".", "../seed1"):
        assert check_results(Path(name))["findings"] == []
    of_run(seed=3)(scale / PLACE / "seed0")
    assert "its seed is 3, its folder says 0" in [
        finding.message for finding in check_results(Path())["findings"]
    ]


def test_a_link_to_a_run_is_the_place_that_counts(scale, tmp_path):
    moved = tmp_path / "one" / "two" / "three" / "seed9"
    moved.parent.mkdir(parents=True)
    (scale / PLACE / "seed0").rename(moved)
    (scale / PLACE / "seed0").symlink_to(moved)
    assert check_results(scale / PLACE / "seed0")["findings"] == []


def test_a_seed_that_is_another_one_again_is_found(scale):
    shutil.copy(scale / PLACE / "seed0" / WEIGHTS, scale / PLACE / "seed1" / WEIGHTS)
    same = runs.sha256(scale / PLACE / "seed0" / WEIGHTS)
    of_run(checkpoint_sha256=same)(scale / PLACE / "seed1")
    of_test(checkpoint_sha256=same)(scale / PLACE / "seed1")
    twin = f"has the same weights as {scale / PLACE / 'seed0'}: one run, not two"
    assert said(scale) == [("error", f"{PLACE}/seed1/{RUN}", twin)]


def test_seeds_that_were_not_made_alike_are_notes(scale, capsys):
    of_run(code_fingerprint="0", data__fingerprint="g")(scale / PLACE / "seed1")
    of_test(code_fingerprint="0", data__fingerprint="g")(scale / PLACE / "seed1")
    where = f"{PLACE}/market1501.json"
    assert said(scale) == [
        ("note", PLACE, "its 2 seeds were trained by different code"),
        ("note", PLACE, "its 2 seeds were trained on different data"),
        ("note", where, "its 2 seeds were evaluated by different code"),
        ("note", where, "its 2 seeds were evaluated on different data"),
    ]
    assert main(["results", "check", str(scale)]) == 0
    assert capsys.readouterr().out.endswith("2 runs, 2 evaluations: 0 errors, 4 notes\n")


def test_what_is_unfinished_or_absent_is_a_note(scale):
    folder = scale / PLACE / "seed1"
    (folder / RUN).unlink()
    shutil.rmtree(folder / "test")
    (scale / PLACE / "seed0" / "test" / "market1501.npz").unlink()
    assert [(kind, text.partition(":")[0]) for kind, _, text in said(scale)] == [
        ("note", "is absent, so the numbers cannot be computed again"),
        ("note", "is an unfinished run"),
    ]


def test_imported_runs_have_no_history(scale):
    folder = scale / PLACE / "seed1"
    (folder / HISTORY).unlink()
    record = json.loads((folder / RUN).read_text())
    for key in ("steps", "steps_per_epoch", "wall_seconds", "images_per_second", "peak_memory_mb"):
        del record[key]
    for key in ("images", "arithmetic", "hardware"):
        del record[key]
    record |= {"provenance": "imported", "weights": None, "code_fingerprint": "imported"}
    record |= {"imported": {"file": "a.pth", "sha256": "a", "names": "released"}}
    write(folder / RUN, record)
    assert [kind for kind, _, _ in said(scale)] == ["note"]


def test_findings_as_json(scale, capsys):
    of_test(mAP=2)(scale / PLACE / "seed1")
    assert main(["results", "check", str(scale), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["runs"], found["evaluations"]) == (2, 2)
    assert found["findings"] == [
        {
            "kind": "error",
            "file": str(scale / PLACE / "seed1" / TEST),
            "message": "mAP is 2, not less than or equal to 1",
        }
    ]


def test_a_folder_of_no_results_is_refused(tmp_path, capsys):
    for folder, message in ((tmp_path, "no run.json"), (tmp_path / "absent", "no folder")):
        assert main(["results", "check", str(folder)]) == 2
        assert capsys.readouterr().err.startswith(f"apnet: {message}")


def test_a_real_run_has_no_findings(tmp_path, request):
    import torch

    from apnet.data.synthetic import synthesize
    from apnet.evaluation.run import evaluate
    from apnet.training.import_checkpoint import import_checkpoint

    request.addfinalizer(partial(torch.set_num_threads, torch.get_num_threads()))
    root, out = tmp_path / "data", tmp_path / "results" / PLACE / "seed0"
    synthesize("market1501", root, identities=4, log=lambda _: None)
    chosen = runs.settings("resnet50", epochs=1)
    runs.run(out, root, chosen)
    again = tmp_path / "imported" / PLACE / "seed0"
    import_checkpoint(out / WEIGHTS, chosen, again, data_root=root)
    for folder in (out, again):
        target = folder / "test" / "market1501.json"
        evaluate(folder, "market1501", root, target, compute=runs.ON_CPU, log=lambda _: None)
    for results in ("results", "imported"):
        assert check_results(tmp_path / results)["findings"] == []


def test_checking_loads_no_torch(scale):
    code = (
        "import sys; from pathlib import Path; from apnet.records.check import check_results\n"
        f"check_results(Path({str(scale)!r})); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_keys_of_an_older_release_are_read_under_their_present_names(scale):
    file = scale / PLACE / "seed0" / RUN
    record = json.loads(file.read_text()) | {"images": "store"}
    record["widened"] = record.pop("clamped")
    record["switches"] = {"places": record["switches"].pop("stages")} | record["switches"]
    today = record["settings"].copy()
    record["settings"]["epoch"] = record["settings"].pop("epoch_unit")
    names = ("model", "dataset", "reading", "switches", "recipe", "settings", "seed")
    record["settings_sha256"] = digest({name: record[name] for name in names})
    write(file, record)
    older = {"images": ["store"], "settings_sha256": record["settings_sha256"]}
    older |= {f"training__{name}": record[name] for name in ("switches", "settings")}
    of_test(**older)(scale / PLACE / "seed0")
    assert said(scale) == []
    assert "stages" in load_run(file).switches and "places" not in load_run(file).switches
    assert load_run(file).settings == today
    assert settings_of(load_run(file), file).recipe.settings() == today
    assert load_run(file).clamped == [] and load_run(file).images == "cache"
    assert load_evaluation(scale / PLACE / "seed0" / TEST).images == ["cache"]
