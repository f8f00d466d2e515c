"""Tiny runs on drawn people, and what a naive reading of their files says of them."""

import hashlib
import json
import re
import sys
from collections import namedtuple
from dataclasses import replace

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from apnet.config.readings import get_reading
from apnet.config.recipes import get_recipe
from apnet.config.settings import Settings
from apnet.evaluation.run import evaluate
from apnet.files import read_json
from apnet.models import build_model
from apnet.runtime.compute import ComputeOptions
from apnet.training.run import train

TINY = {"epochs": 2, "steps_per_epoch": 2, "identities": 2, "precision": "float32"}
ON_CPU = ComputeOptions("cpu", threads=1)
TRAINED = 4
"""Identities in training, and as many in testing, of the drawn datasets."""
STEPS = 12
"""After fewer, BatchNorm has not centred the features: all point the same way, and rounding,
which another processor does otherwise, orders a gallery."""
Shot = namedtuple("Shot", "file identity camera")


def settings(model="resnet50-apnet-c2", dataset="market1501", reading="written", seed=0, **recipe):
    return Settings(
        model, dataset, get_reading(reading), get_recipe("smoke", **TINY | recipe), seed
    )


def run(folder, root, chosen=None, workers=0, image_cache=None, **options):
    """Train on one thread, as the subprocesses of the tests do; what was said, a line each."""
    said = []
    compute = replace(ON_CPU, workers=workers, image_cache=image_cache)
    options = {"log": said.append} | options
    train(chosen or settings(), root, folder, compute=compute, **options)
    return said


def evaluated(
    run, test_set, root, out, data_record=None, switches=None, log=lambda _: None, **compute
):
    """The record and the arrays of an evaluation."""
    options = {"data_record": data_record, "switches": switches}
    options["compute"] = replace(ON_CPU, **compute)
    evaluate(run, test_set, root, out, log=log, **options)
    return read_json(out), np.load(out.with_suffix(".npz"))


def files(folder):
    return sorted(
        file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()
    )


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def fingerprint(folder, names):
    """What `sha256sum FILES | sha256sum` prints."""
    lines = "".join(f"{sha256(folder / name)}  {name}\n" for name in sorted(names))
    return hashlib.sha256(lines.encode()).hexdigest()


def market(folder, split):
    """The images of a Market-1501 split by their names, junk left out."""
    found = []
    for file in sorted((folder / split).glob("*.jpg")):
        identity, camera = map(int, re.match(r"(-?\d+)_c(\d)", file.name).groups())
        if identity != -1:
            found.append(Shot(file, identity, camera))
    return found


def msmt17(folder, part):
    """The images of an MSMT17 list; the test images lie in `test`."""
    found = []
    for line in (folder / f"list_{part}.txt").read_text().splitlines():
        path, identity = line.split()
        half = "train" if part in ("train", "val") else "test"
        found.append(Shot(folder / half / path, int(identity), int(path.split("_")[2])))
    return found


def pixels(file):
    picture = Image.open(file).convert("RGB").resize((32, 64), Image.Resampling.BILINEAR)
    values = np.asarray(picture, dtype=np.float64) / 255
    values = (values - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return torch.from_numpy(values).permute(2, 0, 1)[None]


def features(weights, model, classes, reading, shots, logits=False, size="thin"):
    """Double precision, one image at a time, averaged with its mirror image's."""
    network = build_model(model, classes, reading, input_size=(64, 32), backbone_size=size)
    network.load_state_dict(load_file(weights))
    network.double().eval()
    rows = []
    with torch.no_grad():
        for shot in shots:
            image = pixels(shot.file)
            both = network(image) + network(torch.flip(image, dims=[3]))
            rows.append(both @ network.heads[0].classifier.weight.T if logits else both)
    return torch.cat(rows).numpy() / 2


def retrieval(queries, gallery, query_features, gallery_features):
    """Average precision of each query and rank of its first match, one after another."""
    precisions, ranks = [], []
    for query, q in zip(queries, query_features, strict=True):
        similar = []
        for shot, g in zip(gallery, gallery_features, strict=True):
            if (shot.identity, shot.camera) != (query.identity, query.camera):
                cosine = q @ g / (np.linalg.norm(q) * np.linalg.norm(g))
                similar.append((cosine, shot.identity == query.identity))
        similar.sort(key=lambda pair: -pair[0])
        hits, found = 0, []
        for rank, (_, match) in enumerate(similar, start=1):
            if match:
                hits += 1
                found.append((hits / rank, rank))
        precisions.append(np.mean([precision for precision, _ in found]))
        ranks.append(found[0][1])
    return np.array(precisions), np.array(ranks)


COMMAND = [
    *(sys.executable, "-m", "apnet", "train", "--model", "resnet50-apnet-c2", "--recipe", "smoke"),
    *("--dataset", "market1501", "--device", "cpu", "--threads", "1", "--checkpoint-seconds", "0"),
    *(f"--set={key}={value}" for key, value in TINY.items()),
]


def command(root, out):
    return [*COMMAND, "--data-root", str(root), "--out", str(out)]


def same_weights(one, other):
    first, second = (load_file(folder / "model.safetensors") for folder in (one, other))
    return first.keys() == second.keys() and all(
        torch.equal(t, second[n]) for n, t in first.items()
    )


def history(folder):
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
