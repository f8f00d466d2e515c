"""Results of two seeds as the commands write them, without a training."""

import json

import numpy as np

from apnet import numeric_core
from apnet.records.check import check_results
from tests.unit import runs

RUN, TEST, HISTORY = "run.json", "test/market1501.json", "history.jsonl"
WEIGHTS, ARRAYS = "model.safetensors", "test/market1501.npz"
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
        "code_fingerprint": numeric_core.training("resnet50", "market1501"),
        "provenance": "trained",
        "weights": {"file": "resnet50.safetensors", "sha256": "w"},
        "clamped": [],
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
        **{
            "reading": "written",
            "seed": seed,
            "code_fingerprint": numeric_core.evaluation("resnet50", "market1501"),
        },
        "protocol": PROTOCOL,
        "mAP": 1.75 / 3,
        "cmc": {"1": 1 / 3, "5": 2 / 3, "10": 1.0, "20": 1.0},
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


def said(scale):
    """kind, path under the scale, and message of each finding."""
    found = check_results(scale)["findings"]
    return [(f.kind, str(f.file.relative_to(scale)), f.message) for f in found]


def of_run(**changes):
    return lambda folder: changed(folder / "run.json", **changes)


def of_test(**changes):
    return lambda folder: changed(folder / "test" / "market1501.json", **changes)
