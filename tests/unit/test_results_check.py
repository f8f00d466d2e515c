import copy
import json
import random
import shutil
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import runs

from apnet.cli import main
from apnet.fingerprint import EVALUATION, TRAINING, code_fingerprint
from apnet.results.check import check_results

PLACE = "written/market1501/resnet50"
PRECISIONS = np.array([1.0, 0.5, np.nan, 0.25])
FIRST = np.array([1, 2, 0, 7])


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
        "data": {"name": "market1501", "fingerprint": "f", "counts": {}},
    }
    record = {
        **chosen.record(),
        **common,
        "code_fingerprint": code_fingerprint(TRAINING),
        "provenance": "trained",
        "steps": 6,
        "steps_per_epoch": 2,
    }
    evaluation = {
        **common,
        **{"model": "resnet50", "training_set": "market1501", "dataset": "market1501"},
        **{"reading": "written", "seed": seed, "code_fingerprint": code_fingerprint(EVALUATION)},
        "mAP": 1.75 / 3,
        "cmc": {"1": 1 / 3, "5": 2 / 3, "10": 1.0},
        "counts": {"query": 4},
    }
    write(folder / "run.json", record | changes)
    write(folder / "test" / "market1501.json", evaluation)
    np.savez(
        folder / "test" / "market1501.npz", average_precision=PRECISIONS, first_match_rank=FIRST
    )
    lines = [{"epoch": epoch, "step": 2 * epoch, "loss": 1.5 / epoch} for epoch in (1, 2, 3)]
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


RUN, TEST, HISTORY = "run.json", "test/market1501.json", "history.jsonl"
WEIGHTS = "model.safetensors"
FAULTS = {
    "torn record": (torn(RUN), RUN, "is not JSON: cut short, or damaged"),
    "torn evaluation": (torn(TEST), TEST, "is not JSON: cut short, or damaged"),
    "torn weights": (torn(WEIGHTS), WEIGHTS, "its SHA-256 is another"),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), WEIGHTS, "is absent"),
    "a list": (lambda f: (f / RUN).write_text("[]"), RUN, "is not a JSON object"),
    "schema of a run": (of_run(schema=2), RUN, "its schema is 2, not 1"),
    "schema of a test": (of_test(schema=None), TEST, "its schema is None, not 1"),
    "no data": (of_run(data={}), RUN, "lacks data.name"),
    "a text for a seed": (of_run(seed="0"), RUN, "seed is '0', not of type int"),
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
    "damaged archive": (torn("test/market1501.npz"), "test/market1501.npz", "cannot be read ("),
    "torn history": (torn(HISTORY), HISTORY, "its last line is cut short"),
    "no history": (lambda f: (f / HISTORY).unlink(), HISTORY, "is absent"),
    "history of no JSON": (in_history('{"epoch": 2', '"epoch": 2'), HISTORY, "line 2 is not an"),
    "history NaN": (in_history("1.5", "NaN"), HISTORY, "line 1: loss is not a finite number"),
    "an epoch twice": (in_history('"epoch": 3', '"epoch": 2'), HISTORY, "do not follow one"),
    "an epoch short": (in_history('"step": 4', '"step": 3'), HISTORY, "epoch 2 does not end 2"),
    "too few epochs": (
        in_history('{"epoch": 3, "step": 6, "loss": 0.5}\n', ""),
        HISTORY,
        "has 2 epochs, and the settings 3",
    ),
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
    of_run(provenance="imported")(folder)
    assert said(scale) == []


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

    request.addfinalizer(partial(torch.set_num_threads, torch.get_num_threads()))
    root, out = tmp_path / "data", tmp_path / "results" / PLACE / "seed0"
    synthesize("market1501", root, identities=4, say=lambda _: None)
    runs.run(out, root, runs.settings("resnet50", epochs=1))
    target = out / "test" / "market1501.json"
    evaluate(out, "market1501", root, target, device="cpu", threads=1, say=lambda _: None)
    assert check_results(tmp_path / "results")["findings"] == []


def test_checking_loads_no_torch(scale):
    code = (
        "import sys; from pathlib import Path; from apnet.results.check import check_results\n"
        f"check_results(Path({str(scale)!r})); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
