import copy
import json
import os
import random
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import runs

from apnet.cli import main
from apnet.fingerprint import EVALUATION, TRAINING, code_fingerprint
from apnet.results.check import check_results
from apnet.results.forms import evaluation_form, run_form

PLACE = "written/market1501/resnet50"
PRECISIONS = np.array([1.0, 0.5, np.nan, 0.25])
FIRST = np.array([1, 2, 0, 7])


SPLITS = {
    split: {"images": 4, "identities": 3, "cameras": 2} for split in ("train", "query", "gallery")
}
DATA = {
    **{"name": "market1501", "fingerprint": "f", "synthetic": False, "published": False},
    "counts": {**SPLITS, "junk": 0, "distractors": 1},
}
ENVIRONMENT = {
    **{"python": "3.12.3", "platform": "Linux", "apnet-harness": None, "numpy": "2.5.2"},
    **{"pillow": "12.3.0", "safetensors": "0.8.0", "torch": "2.11.0", "torchvision": None},
}
MACHINE = {
    "wall_seconds": 1.5,
    "arithmetic": {"precision": "float32", "deterministic": True},
    "hardware": {"device": "cpu", "cpu": "", "threads": 1},
}
SWITCHES = {"channels_last": False, "fused": True, "compile": False}
PROTOCOL = {
    **{"distance": "cosine", "query": "single", "flip": True, "feature": "bn"},
    **{"checkpoint": "last", "junk": "left out of the gallery", "distractors": "kept"},
}


def fabricate(scale, seed, **changes):
    """A run of three epochs of two steps and its evaluation, as the commands write them."""
    folder = scale / PLACE / f"seed{seed}"
    (folder / "test").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(f"weights {seed}".encode())
    chosen = runs.settings("resnet50", seed=seed, epochs=3)
    common = {
        "schema": 1,
        "settings_sha256": chosen.sha256(),
        "checkpoint_sha256": runs.sha256(folder / "model.safetensors"),
        "data": DATA,
        **MACHINE,
    }
    record = {
        **chosen.record(),
        **common,
        "code_fingerprint": code_fingerprint(TRAINING),
        "provenance": "trained",
        "weights": {"file": "resnet50.safetensors", "sha256": "w"},
        "widened": [],
        "steps": 6,
        "steps_per_epoch": 2,
        "images_per_second": 16.0,
        "peak_memory_mb": 300,
        "images": "files",
        "arithmetic": MACHINE["arithmetic"] | SWITCHES,
        "environment": ENVIRONMENT,
        "git": {"commit": "c", "uncommitted_changes": False},
    } | changes
    training = ("switches", "recipe", "settings", "code_fingerprint", "data", "provenance")
    evaluation = {
        **common,
        "run": str(folder),
        **{"model": "resnet50", "training_set": "market1501", "dataset": "market1501"},
        **{"reading": "written", "seed": seed, "code_fingerprint": code_fingerprint(EVALUATION)},
        "protocol": PROTOCOL,
        "mAP": 1.75 / 3,
        "cmc": {"1": 1 / 3, "5": 2 / 3, "10": 1.0},
        "counts": {"query": 4, "valid_query": 3, "gallery": 9, "junk": 0, "distractors": 1},
        "training": {**{key: record[key] for key in training}, "paper_recipe": False},
        "images": ["files"],
        "batch": 64,
    }
    write(folder / "run.json", record)
    write(folder / "test" / "market1501.json", evaluation)
    np.savez(
        folder / "test" / "market1501.npz", average_precision=PRECISIONS, first_match_rank=FIRST
    )
    lines = [
        {"epoch": epoch, "step": 2 * epoch, "lr": 1e-3, "loss": 1.5 / epoch}
        | {"identity_loss": 0.75, "triplet_loss": 0.25, "seconds": 0.5, "images_per_second": 16.0}
        for epoch in (1, 2, 3)
    ]
    (folder / "history.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def write(file, content):
    file.write_text(json.dumps(content))


def changed(file, **changes):
    content = json.loads(file.read_text())
    for key, value in changes.items():
        inner, parts = content, key.split("__")
        for part in parts[:-1]:
            inner = inner[part]
        inner[parts[-1]] = value
    write(file, content)


@pytest.fixture
def scale(tmp_path):
    for seed in (0, 1):
        fabricate(tmp_path, seed)
    return tmp_path


def said(scale):
    """kind, path under the scale, and message of each finding."""
    found = check_results(scale)["findings"]
    return [(f.kind, str(f.file.relative_to(scale)), f.message) for f in found]


def test_good_results_are_a_summary(scale, capsys):
    assert main(["results", "check", str(scale)]) == 0
    assert capsys.readouterr().out == "2 runs, 2 evaluations: 0 errors, 0 notes\n"


def of_run(**changes):
    return lambda folder: changed(folder / "run.json", **changes)


def of_test(**changes):
    return lambda folder: changed(folder / "test" / "market1501.json", **changes)


def in_history(old, new):
    def change(folder):
        text = (folder / "history.jsonl").read_text()
        assert old in text
        (folder / "history.jsonl").write_text(text.replace(old, new))

    return change


def torn(name):
    def change(folder):
        file = folder / name
        file.write_bytes(file.read_bytes()[:-5])

    return change


def line_of(number, text):
    """Put a text in place of a line of the history; None takes the line away."""

    def change(folder):
        lines = (folder / HISTORY).read_text().splitlines()
        lines[number - 1 : number] = [] if text is None else [text]
        (folder / HISTORY).write_text("".join(f"{line}\n" for line in lines))

    return change


def archive(precisions, first):
    return lambda folder: np.savez(
        folder / ARRAYS, average_precision=precisions, first_match_rank=first
    )


def nested(levels):
    inner = []
    for _ in range(levels):
        inner = [inner]
    return inner


RUN, TEST, HISTORY = "run.json", "test/market1501.json", "history.jsonl"
WEIGHTS, ARRAYS = "model.safetensors", "test/market1501.npz"
FAULTS = {
    "torn record": (torn(RUN), RUN, "is not JSON: cut short, or damaged"),
    "torn evaluation": (torn(TEST), TEST, "is not JSON: cut short, or damaged"),
    "torn weights": (torn(WEIGHTS), WEIGHTS, "its SHA-256 is another"),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), WEIGHTS, "is absent"),
    "a list": (lambda f: (f / RUN).write_text("[]"), RUN, "is not a JSON object"),
    "schema of a run": (of_run(schema=2), RUN, "its schema is 2, not 1"),
    "schema of true": (of_run(schema=True), RUN, "schema is True, not a whole number"),
    "schema of a test": (of_test(schema=None), TEST, "its schema is None, not 1"),
    "no data": (of_run(data={}), RUN, "lacks data.name"),
    "a text for a seed": (of_run(seed="0"), RUN, "seed is '0', not a whole number"),
    "another seed": (of_run(seed=3), RUN, "its seed is 3, its folder says 1"),
    "another model": (of_run(model="resnet50-se"), RUN, "its folder says 'resnet50'"),
    "edited settings": (of_run(settings__lr=0.5), RUN, "is not the digest of its settings"),
    "NaN": (of_run(wall_seconds=float("nan")), RUN, "wall_seconds is not a finite number"),
    "other steps": (of_run(steps=5), RUN, "has 5 steps, and its settings 3 epochs of 2"),
    "metric above 1": (of_test(mAP=58.3), TEST, "its mAP is 58.3, not a fraction from 0 to 1"),
    "metric NaN": (of_test(mAP=float("nan")), TEST, "mAP is not a finite number"),
    "metric Infinity": (of_test(cmc__5=float("inf")), TEST, "cmc.5 is not a finite number"),
    "metric below 0": (of_test(cmc__1=-0.1), TEST, "its rank-1 is -0.1, not a fraction"),
    "falling": (of_test(cmc__10=0.5), TEST, "its cmc falls as the rank grows"),
    "another mAP": (of_test(mAP=0.6), TEST, "is not the mean of its queries'"),
    "another rank-5": (of_test(cmc__5=0.7), TEST, "its rank-5 is not that of its queries'"),
    "of other weights": (of_test(checkpoint_sha256="0"), TEST, "checkpoint_sha256 is not its run"),
    "of another seed": (of_test(seed=0), TEST, "its seed is 0, its run's 1"),
    "of another test set": (of_test(dataset="msmt17"), TEST, "its test set is 'msmt17'"),
    "damaged archive": (torn(ARRAYS), ARRAYS, "cannot be read ("),
    "torn history": (torn(HISTORY), HISTORY, "its last line is cut short"),
    "no history": (lambda f: (f / HISTORY).unlink(), HISTORY, "is absent"),
    "history of no JSON": (in_history('{"epoch": 2', '"epoch": 2'), HISTORY, "line 2 is not an"),
    "history NaN": (in_history("1.5", "NaN"), HISTORY, "line 1: loss is not a finite number"),
    "an epoch twice": (in_history('"epoch": 3', '"epoch": 2'), HISTORY, "do not follow one"),
    "an epoch short": (in_history('"step": 4', '"step": 3'), HISTORY, "epoch 2 does not end 2"),
    "too few epochs": (line_of(3, None), HISTORY, "has 2 epochs, and the settings 3"),
    "a deep line": (line_of(2, "[" * 200_000), HISTORY, "line 2 is not an epoch in JSON"),
    "a deep value": (line_of(2, '{"a": ' + "[" * 500 + "]" * 500 + "}"), HISTORY, "line 2 is not"),
    "no loss": (in_history('"loss": 1.5', '"loss": null'), HISTORY, "line 1: loss is None, not"),
    "a text NaN": (in_history("1.5", '"NaN"'), HISTORY, "line 1: loss is 'NaN', not a number"),
    "no rate": (in_history('"lr": 0.001, "loss": 0.5', '"loss": 0.5'), HISTORY, "line 3: lacks lr"),
    "no step": (in_history('"step": 4', '"step": true'), HISTORY, "line 2: step is True, not a"),
    "half an epoch": (in_history('"epoch": 2', '"epoch": 2.0'), HISTORY, "line 2: epoch is 2.0"),
    "no seconds": (in_history('"seconds": 0.5', '"seconds": -1'), HISTORY, "seconds is -1, not a"),
    "a huge loss": (in_history("1.5", "1" + "0" * 400), HISTORY, "line 1: loss is not a finite"),
    "a deep record": (lambda f: (f / RUN).write_text("[" * 200_000), RUN, "is not JSON"),
    "deep settings": (of_run(settings__lr=nested(500)), RUN, "is not JSON: cut short, or damaged"),
    "archive of texts": (archive(np.array(["a", "b", "c", "d"]), FIRST), ARRAYS, "not hold a num"),
    "archive of one": (archive(np.array(1.0), np.array(1)), ARRAYS, "does not hold a number"),
    "archive of rows": (archive(np.ones((4, 2)), FIRST), ARRAYS, "does not hold a number for each"),
    "ranks of texts": (archive(PRECISIONS, np.array(list("1207"))), ARRAYS, "not hold a number"),
    "a rank of digits": (of_test(cmc={"1" * 5000: 1.0}), TEST, "is not an accuracy for each rank"),
    "rank 0": (of_test(cmc={"0": 1.0}), TEST, "is not an accuracy for each rank"),
    "provenance": (of_run(provenance="found"), RUN, "is 'found', not one of trained, imported"),
    "its provenance": (of_test(training__provenance=1), TEST, "training.provenance is 1, not one"),
    "a text for seconds": (of_run(wall_seconds="soon"), RUN, "is 'soon', not a number from 0"),
    "images less than none": (of_run(images_per_second=-3), RUN, "is -3, not a number from 0"),
    "a text for counts": (of_run(data__counts="none"), RUN, "data.counts is 'none', not an object"),
    "a count of none": (of_run(data__counts__junk=-1), RUN, "is -1, not a whole number from 0"),
    "no such count": (of_test(counts__queries=5), TEST, "counts holds 'queries', which is no"),
    "no such split": (of_run(data__counts__test={}), RUN, "data.counts holds 'test', which is no"),
    "a flag as a text": (of_run(data__synthetic="no"), RUN, "is 'no', not true or false"),
    "weights of no digest": (of_run(weights={"file": "w"}), RUN, "lacks weights.sha256"),
    "weights by name": (of_run(weights="w"), RUN, "weights is 'w', not an object or null"),
    "no such source": (of_run(images="disk"), RUN, "is 'disk', not one of files, store, device"),
    "no source": (of_test(images=[]), TEST, "images is [], not a list of files, store or device"),
    "a GPU without a name": (of_run(hardware__device="cuda:0"), RUN, "lacks hardware.gpu"),
    "memory of a GPU": (of_run(gpu_peak_memory_mb="7 GB"), RUN, "gpu_peak_memory_mb is '7 GB'"),
    "epochs as a text": (of_run(settings__epochs="3"), RUN, "settings.epochs is '3', not a whole"),
    "import of nothing": (of_run(provenance="imported"), RUN, "lacks imported"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_an_error_in_its_file(scale, fault, capsys):
    change, file, message = FAULTS[fault]
    change(scale / PLACE / "seed1")
    found = said(scale)
    assert any(
        (kind, place) == ("error", f"{PLACE}/seed1/{file}") and message in text
        for kind, place, text in found
    ), found
    assert not any("seed0" in place for _, place, _ in found)
    assert main(["results", "check", str(scale)]) == 2
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == len(found)
    assert printed.err.startswith(f"apnet: {scale}: 2 runs, 2 evaluations: ")
    assert printed.err.count("\n") == 1


def inner_keys(record):
    """Dotted keys, of the first two levels but for what a digest holds together."""
    for key, value in record.items():
        yield key
        if isinstance(value, dict) and key not in ("switches", "settings", "cmc"):
            yield from (f"{key}.{inner}" for inner in value)


MAY_LACK = {RUN: {"environment.apnet-harness"}, TEST: set()}


@pytest.mark.parametrize("file", [RUN, TEST])
def test_every_key_that_is_absent_or_null_is_an_error(scale, file):
    place = scale / PLACE / "seed1" / file
    whole = json.loads(place.read_text())
    null = {"weights", "git", *(f"environment.{name}" for name in ENVIRONMENT)}
    null -= {"environment.python", "environment.platform"}
    for key in set(inner_keys(whole)) - MAY_LACK[file]:
        for change in ("absent", "null"):
            content = copy.deepcopy(whole)
            *outer, last = key.split(".")
            holder = content[outer[0]] if outer else content
            holder[last] = None
            if change == "absent":
                del holder[last]
            write(place, content)
            errors = [text for kind, path, text in said(scale) if path.endswith(f"seed1/{file}")]
            if change == "null" and key in null:
                assert errors == [], key
            else:
                assert len(errors) == 1 and last in errors[0], (key, change, errors)


def test_the_forms_have_every_key_of_the_page():
    for heading, form in (
        ("run.json", run_form({"gpu_peak_memory_mb": 1})),
        ("test/&lt;test set&gt;.json", evaluation_form({})),
    ):
        assert runs.documented(heading) == {key.partition(".")[0] for key in form}


@pytest.mark.parametrize("name", [WEIGHTS, HISTORY])
def test_what_cannot_be_read_is_an_error(scale, name, monkeypatch):
    denied = scale / PLACE / "seed1" / name
    whole = Path.open

    def deny(path, *rest, **options):
        if path == denied:
            raise PermissionError(13, "Permission denied")
        return whole(path, *rest, **options)

    monkeypatch.setattr(Path, "open", deny)
    assert said(scale) == [("error", f"{PLACE}/seed1/{name}", "cannot be read (Permission denied)")]


def test_a_finding_is_a_line_whatever_the_key(scale, capsys):
    of_run(**{"a\nb\ud800": float("nan")})(scale / PLACE / "seed1")
    main(["results", "check", str(scale)])
    assert len(capsys.readouterr().out.splitlines()) == len(said(scale))


def test_a_file_whose_name_is_no_text_is_named(scale, capsys):
    (scale / os.fsdecode(b"a\xff.json")).write_text("[]")
    assert main(["results", "check", str(scale)]) == 2
    assert r"a\udcff.json: is not a JSON object" in capsys.readouterr().out


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
        ("note", "is a run that has not ended"),
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
            "message": "its mAP is 2, not a fraction from 0 to 1",
        }
    ]


def test_a_folder_of_no_results_is_refused(tmp_path, capsys):
    for folder, message in ((tmp_path, "no run.json"), (tmp_path / "absent", "no folder")):
        assert main(["results", "check", str(folder)]) == 2
        assert capsys.readouterr().err.startswith(f"apnet: {message}")


ODD = (None, True, -1, 0, 10**400, 1.5, "", "x", [], [1], {}, {"a": None})


def test_no_record_however_odd_is_a_traceback(scale):
    draw = random.Random(0)
    files = [scale / PLACE / "seed1" / name for name in (RUN, TEST)]
    whole = {file: json.loads(file.read_text()) for file in files}
    for _ in range(150):
        file = draw.choice(files)
        content = copy.deepcopy(whole[file])
        inner = content
        while True:
            key = draw.choice(list(inner))
            if not isinstance(inner[key], dict) or not inner[key] or draw.random() < 0.5:
                break
            inner = inner[key]
        inner[key] = draw.choice(ODD)
        write(file, content)
        check_results(scale)
        write(file, whole[file])


def test_a_real_run_has_no_findings(tmp_path, request):
    import torch

    from apnet.data.synthetic import synthesize
    from apnet.evaluation.run import evaluate
    from apnet.training.imported import import_checkpoint

    request.addfinalizer(partial(torch.set_num_threads, torch.get_num_threads()))
    root, out = tmp_path / "data", tmp_path / "results" / PLACE / "seed0"
    synthesize("market1501", root, identities=4, say=lambda _: None)
    chosen = runs.settings("resnet50", epochs=1)
    runs.run(out, root, chosen)
    again = tmp_path / "imported" / PLACE / "seed0"
    import_checkpoint(out / WEIGHTS, chosen, again, data_root=root)
    for folder in (out, again):
        target = folder / "test" / "market1501.json"
        evaluate(folder, "market1501", root, target, device="cpu", threads=1, say=lambda _: None)
    for results in ("results", "imported"):
        assert check_results(tmp_path / results)["findings"] == []


def test_checking_loads_no_torch(scale):
    code = (
        "import sys; from pathlib import Path; from apnet.results.check import check_results\n"
        f"check_results(Path({str(scale)!r})); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
