"""Each thing that can be wrong with a file of results is an error in that file."""

import copy
import json
import os
import random
from pathlib import Path

import numpy as np
import pytest
from fabricated import (
    ARRAYS,
    ENVIRONMENT,
    FIRST,
    HISTORY,
    PLACE,
    PRECISIONS,
    RUN,
    TEST,
    WEIGHTS,
    of_run,
    of_test,
    said,
    write,
)

from apnet.cli import main
from apnet.records.check import check_results
from apnet.records.queries import SCORES


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


CURVE = [1 / 3, *[2 / 3] * 5, *[1.0] * 44]
PENALTY = np.array([1.0, 0.5, np.nan, 0.3])
OF_ALL = {"mINP": 0.6, "cmc_curve": CURVE}
OTHER = {
    **{"distractors": "dropped", "gallery": 8, "mAP": 1.75 / 3},
    **{"cmc": {"1": 1 / 3, "5": 2 / 3, "10": 1.0, "20": 1.0}, **OF_ALL},
}


def today(arrays=(), other=(), **changes):
    """An evaluation with all that is written today, changed."""

    def change(folder):
        of_test(**OF_ALL, other_gallery=OTHER | dict(other))(folder)
        of_test(**changes)(folder)
        scores = dict(zip(SCORES, (PRECISIONS, FIRST, PENALTY), strict=True))
        scores |= {f"other_gallery_{name}": array for name, array in scores.items()}
        about = {"image": np.array(list("abcd")), "identity": FIRST, "camera": FIRST}
        content = {**scores, **about, **dict(arrays)}
        kept = {name: array for name, array in content.items() if array is not None}
        np.savez(folder / ARRAYS, **kept)

    return change


def nested(levels):
    inner = []
    for _ in range(levels):
        inner = [inner]
    return inner


FAULTS = {
    "torn record": (torn(RUN), RUN, "is not JSON: cut short, or damaged"),
    "torn evaluation": (torn(TEST), TEST, "is not JSON: cut short, or damaged"),
    "torn weights": (torn(WEIGHTS), WEIGHTS, "its SHA-256 is another"),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), WEIGHTS, "is absent"),
    "a list": (lambda f: (f / RUN).write_text("[]"), RUN, "is not a JSON object"),
    "schema of a run": (of_run(schema=2), RUN, "its schema is 2, not 1"),
    "schema of true": (of_run(schema=True), RUN, "schema is True, not a valid integer"),
    "schema of a test": (of_test(schema=None), TEST, "its schema is None, not 1"),
    "no data": (of_run(data={}), RUN, "lacks data.name"),
    "a text for a seed": (of_run(seed="0"), RUN, "seed is '0', not a valid integer"),
    "another seed": (of_run(seed=3), RUN, "its seed is 3, its folder says 1"),
    "another model": (of_run(model="resnet50-se"), RUN, "its folder says 'resnet50'"),
    "edited settings": (of_run(settings__lr=0.5), RUN, "is not the digest of its settings"),
    "NaN": (of_run(wall_seconds=float("nan")), RUN, "wall_seconds is not a finite number"),
    "other steps": (of_run(steps=5), RUN, "has 5 steps, and its settings 3 epochs of 2"),
    "metric above 1": (of_test(mAP=58.3), TEST, "mAP is 58.3, not less than or equal to 1"),
    "metric NaN": (of_test(mAP=float("nan")), TEST, "mAP is not a finite number"),
    "metric Infinity": (of_test(cmc__5=float("inf")), TEST, "cmc.5 is not a finite number"),
    "metric below 0": (of_test(cmc__1=-0.1), TEST, "cmc.1 is -0.1, not greater than or equal to 0"),
    "falling": (of_test(cmc__10=0.5), TEST, "cmc falls as the rank grows"),
    "another mAP": (of_test(mAP=0.6), TEST, "is not the mean of its queries'"),
    "another rank-5": (of_test(cmc__5=0.7), TEST, "its rank-5 is not that of its queries'"),
    "of other weights": (of_test(checkpoint_sha256="0"), TEST, "checkpoint_sha256 is not its run"),
    "of another seed": (of_test(seed=0), TEST, "its seed is 0, its run's 1"),
    "of another test set": (of_test(dataset="msmt17"), TEST, "its test set is 'msmt17'"),
    "damaged archive": (torn(ARRAYS), ARRAYS, "cannot be read ("),
    "torn history": (torn(HISTORY), HISTORY, "its last line is cut short"),
    "no history": (lambda f: (f / HISTORY).unlink(), HISTORY, "is absent"),
    "history of no JSON": (in_history('{"epoch": 2', '"epoch": 2'), HISTORY, "line 2: is not JSON"),
    "history NaN": (in_history("1.5", "NaN"), HISTORY, "line 1: loss is not a finite number"),
    "an epoch twice": (in_history('"epoch": 3', '"epoch": 2'), HISTORY, "are not numbered 1, 2"),
    "an epoch short": (in_history('"step": 4', '"step": 3'), HISTORY, "epoch 2 does not end 2"),
    "too few epochs": (line_of(3, None), HISTORY, "has 2 epochs, and the settings 3"),
    "a deep line": (line_of(2, "[" * 200_000), HISTORY, "line 2: is not JSON"),
    "a deep value": (
        line_of(2, '{"a": ' + "[" * 500 + "]" * 500 + "}"),
        HISTORY,
        "line 2: is not JSON",
    ),
    "no loss": (in_history('"loss": 1.5', '"loss": null'), HISTORY, "line 1: loss is None, not"),
    "a text NaN": (in_history("1.5", '"NaN"'), HISTORY, "line 1: loss is 'NaN', not a val"),
    "no rate": (in_history('"lr": 0.001, "loss": 0.5', '"loss": 0.5'), HISTORY, "line 3: lacks lr"),
    "no step": (in_history('"step": 4', '"step": true'), HISTORY, "line 2: step is True, not a"),
    "half an epoch": (in_history('"epoch": 2', '"epoch": 2.0'), HISTORY, "line 2: epoch is 2.0"),
    "no seconds": (in_history('"seconds": 0.5', '"seconds": -1'), HISTORY, "seconds is -1, not g"),
    "a huge loss": (in_history("1.5", "1" + "0" * 400), HISTORY, "line 1: loss is not a finite"),
    "a deep record": (lambda f: (f / RUN).write_text("[" * 200_000), RUN, "is not JSON"),
    "deep settings": (of_run(settings__lr=nested(500)), RUN, "is not JSON: nested too deeply"),
    "archive of texts": (archive(np.array(["a", "b", "c", "d"]), FIRST), ARRAYS, "not hold a num"),
    "archive of one": (archive(np.array(1.0), np.array(1)), ARRAYS, "does not hold a number"),
    "archive of rows": (archive(np.ones((4, 2)), FIRST), ARRAYS, "does not hold a number for each"),
    "ranks of texts": (archive(PRECISIONS, np.array(list("1207"))), ARRAYS, "not hold a number"),
    "a rank of digits": (of_test(cmc={"1" * 5000: 1.0}), TEST, "string should match pattern"),
    "rank 0": (of_test(cmc={"0": 1.0}), TEST, "string should match pattern"),
    "provenance": (
        of_run(provenance="found"),
        RUN,
        "is 'found', not 'trained', 'untrained' or 'imported'",
    ),
    "its provenance": (of_test(training__provenance=1), TEST, "training.provenance is 1, not 'tr"),
    "a text for seconds": (of_run(wall_seconds="soon"), RUN, "is 'soon', not a valid number"),
    "images less than none": (of_run(images_per_second=-3), RUN, "is -3, not greater than"),
    "a text for counts": (of_run(data__counts="none"), RUN, "data.counts is 'none', not an object"),
    "a count of none": (of_run(data__counts__junk=-1), RUN, "is -1, not greater than"),
    "no such count": (of_test(counts__queries=5), TEST, "counts.queries is not a known count"),
    "no such split": (of_run(data__counts__test={}), RUN, "data.counts.test is not a known count"),
    "a flag as a text": (of_run(data__synthetic="no"), RUN, "is 'no', not a valid boolean"),
    "weights of no digest": (of_run(weights={"file": "w"}), RUN, "lacks weights.sha256"),
    "weights by name": (of_run(weights="w"), RUN, "weights is 'w', not an object"),
    "no such source": (of_run(images="disk"), RUN, "is 'disk', not 'files', 'cache' or 'device'"),
    "no source": (of_test(images=[]), TEST, "images: list should have at least 1 item"),
    "a GPU without a name": (of_run(hardware__device="cuda:0"), RUN, "lacks hardware.gpu"),
    "memory of a GPU": (of_run(gpu_peak_memory_mb="7 GB"), RUN, "gpu_peak_memory_mb is '7 GB'"),
    "epochs as a text": (
        of_run(settings__epochs="3"),
        RUN,
        "settings has '3' for its epochs, not a",
    ),
    "import of nothing": (of_run(provenance="imported"), RUN, "lacks imported"),
    "other counts": (of_test(counts__valid_query=4), TEST, "its counts of queries are not those"),
    "a rank of an invalid query": (archive(PRECISIONS, FIRST + 1), ARRAYS, "agree with itself"),
    "another mINP": (today(mINP=0.5), TEST, "its mINP is not the mean of its queries' inverse"),
    "another curve": (today(cmc_curve=[1.0] * 50), TEST, "its rank-2 is not that of its"),
    "a falling curve": (today(cmc_curve=[1.0, 0.5]), TEST, "cmc_curve falls as the rank grows"),
    "other queries": (
        today({"other_gallery_average_precision": PRECISIONS / 2}),
        TEST,
        "its other gallery mAP is not the mean of its queries'",
    ),
    "no penalties": (today({SCORES[2]: None}), ARRAYS, f"lacks {SCORES[2]}"),
    "fewer images": (today({"image": np.array(["a"])}), ARRAYS, "arrays of different lengths"),
    "images by number": (today({"image": FIRST}), ARRAYS, "does not hold a name for each"),
    "one gallery twice": (today(other={"distractors": "kept"}), TEST, "gallery is the same: dis"),
    "a gallery of another size": (
        today(other={"gallery": 7}),
        TEST,
        "its other gallery has 7 images, its own 9, and there are 1 distractors",
    ),
}


def test_what_is_written_today_is_sound(scale):
    today()(scale / PLACE / "seed1")
    assert said(scale) == []


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
