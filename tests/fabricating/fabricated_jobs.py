"""What `apnet train` and `apnet evaluate` call in a simulation: nothing is trained.

The records are valid and consistent, and each says under `fabricated` that it is none. They are
made of drawn datasets alone, so no table compares them with the paper. A job sleeps for
FABRICATED_SECONDS.
"""

import json
import os
import random
import struct
import sys
import time
from pathlib import Path
from types import SimpleNamespace

MARK = "fabricated"
_WORDS = "for a simulation: nothing was trained or evaluated"
_HARDWARE = {"device": "cpu", "cpu": "none", "threads": 1}
_ARITHMETIC = {"precision": "none", "deterministic": True}
_SWITCHES = {"channels_last": False, "fused": False, "compile": False}
_PACKAGES = dict.fromkeys(("numpy", "pillow", "safetensors", "torch", "torchvision"))
_DATA = ("name", "fingerprint", "counts", "synthetic", "published", "variant")
_RANKS = (1, 5, 10, 20)


class Interrupted(Exception):
    """As :mod:`apnet.training.loop` has it; never raised here."""


def replace_the_real_ones():
    """Have the commands of this process call what stands here."""
    for module in ("apnet.training.run", "apnet.training.loop", "apnet.evaluation.run"):
        sys.modules[module] = sys.modules[__name__]


def train(settings, data_root, out, *, data_record, **how):
    """Write run.json, history.jsonl and a file of weights without tensors."""
    from apnet import numeric_core
    from apnet.files import replaced, sha256, write_json

    data, epochs = _data(data_record), settings.recipe.settings()["epochs"]
    _work()
    header = json.dumps({"__metadata__": {MARK: settings.sha256()}}).encode()
    with replaced(out / "model.safetensors") as temporary:
        temporary.write_bytes(struct.pack("<Q", len(header)) + header)
    lines = [
        {"epoch": epoch, "step": epoch, "lr": 0.0, "loss": 0.0, "identity_loss": 0.0}
        | {"triplet_loss": 0.0, "seconds": 0.0, "images_per_second": 0.0}
        for epoch in range(1, epochs + 1)
    ]
    (out / "history.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    record = {
        "schema": 1,
        MARK: _WORDS,
        **settings.record(),
        "settings_sha256": settings.sha256(),
        "code_fingerprint": numeric_core.training(settings.model, settings.dataset),
        "provenance": "trained" if epochs else "untrained",
        "data": data,
        "weights": None,
        "clamped": [],
        "checkpoint_sha256": sha256(out / "model.safetensors"),
        "environment": {"python": "none", "platform": "none", **_PACKAGES},
        "git": None,
        **{"steps": epochs, "steps_per_epoch": 1, "wall_seconds": 0.0},
        **{"images_per_second": 0.0, "peak_memory_mb": 0, "images": "files"},
        "arithmetic": _ARITHMETIC | _SWITCHES,
        "hardware": _HARDWARE,
    }
    write_json(out / "run.json", record)
    return SimpleNamespace(query=[])  # no evaluation to suggest


def evaluate(run, test_set, data_root, out, *, data_record, **how):
    """Write the record and the queries of an evaluation whose ranks are random numbers."""
    import numpy as np

    from apnet import numeric_core
    from apnet.config.settings import deviations
    from apnet.files import replaced, write_json

    data, record = _data(data_record), json.loads((Path(run) / "run.json").read_text())
    _work()
    counts = data["counts"]
    drawn = random.Random(f"{record['checkpoint_sha256']} {test_set}")
    ranks = np.array([drawn.randint(1, 30) for _ in range(counts["query"]["images"])])
    with replaced(out.with_suffix(".npz")) as temporary, temporary.open("wb") as stream:
        scores = {"average_precision": 1 / ranks, "inverse_negative_penalty": 1 / ranks}
        np.savez_compressed(stream, first_match_rank=ranks, **scores)
    copied = ("switches", "recipe", "settings", "code_fingerprint", "data", "provenance")
    of_run = {key: record[key] for key in copied} | {MARK: _WORDS}
    same = ("model", "reading", "seed", "checkpoint_sha256", "settings_sha256")
    content = {
        "schema": 1,
        MARK: _WORDS,
        "run": str(run),
        **{key: record[key] for key in same},
        **{"training_set": record["dataset"], "dataset": test_set},
        **_scores(ranks),
        "counts": {
            "query": len(ranks),
            "valid_query": len(ranks),
            "gallery": counts["gallery"]["images"],
            **{key: counts[key] for key in ("junk", "distractors")},
        },
        "code_fingerprint": numeric_core.evaluation(record["model"], test_set),
        "training": of_run | {"paper_recipe": not deviations(record["model"], record["settings"])},
        "data": data,
        "protocol": {
            **{"distance": "cosine", "query": "single", "flip": True, "feature": "bn"},
            **{"checkpoint": "last", "junk": "none", "distractors": "kept", "switches": {}},
        },
        **{"wall_seconds": 0.0, "images": ["files"], "batch": 1},
        **{"arithmetic": _ARITHMETIC, "hardware": _HARDWARE},
    }
    write_json(out, content)


def _data(data_record):
    """The dataset's entry in a record.

    Raises:
        InputError: its images were not drawn.
    """
    from apnet.errors import InputError

    report = json.loads(Path(data_record).read_text())
    if not report["synthetic"]:
        raise InputError(f"{data_record} is of real images: results of these are not fabricated")
    return {key: report[key] for key in _DATA}


def _scores(ranks):
    precision = float((1 / ranks).mean())
    cmc = {str(rank): float((ranks <= rank).mean()) for rank in _RANKS}
    return {"mAP": precision, "cmc": cmc, "mINP": precision}


def _work():
    time.sleep(float(os.environ["FABRICATED_SECONDS"]))
