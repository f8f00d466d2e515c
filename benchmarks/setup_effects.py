"""Measure what differences of set-up do to accuracy: makes apnet/gap/measured.json.

    python benchmarks/setup_effects.py WORK --out apnet/gap/measured.json

Small networks on drawn people, so that it takes an hour of two CPU cores: which differences
matter, hardly how much. Every run differs from `base` in one switch or setting; what a test can
do otherwise is measured on the weights of `base`. Finished runs in WORK are kept.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import nn

from apnet.cli import main as apnet
from apnet.data.load import load_dataset
from apnet.evaluation.measure import Embedder
from apnet.evaluation.retrieval import evaluate_retrieval
from apnet.evaluation.run import load_model, read_run
from apnet.files import write_json
from apnet.gap.effects import Effect, Side, described, effects
from apnet.gap.measured import as_json, read_evaluations
from apnet.records.load import load_evaluation
from apnet.records.paths import Evaluation, Run
from apnet.runtime.compute import ComputeOptions

MODEL, DATASET, RECIPE, IDENTITIES = "resnet50-apnet-c2", "market1501", "smoke", 32

VARIANTS = {
    "base": (),
    "level_order": ("--switch", "level_order=fine-to-coarse"),
    "sub_attention": ("--switch", "sub_attention=split-attention"),
    "stages": ("--switch", 'stages=["stem", "stage1", "stage2", "stage3", "stage4"]'),
    "stem_relu": ("--switch", "stem_relu=false"),
    "batchnorm_batch": ("--switch", "batchnorm_batch=8"),
    "height": ("--set", "height=48"),
    "epochs": ("--set", "epochs=6"),
    "level_batchnorm": ("--switch", "level_batchnorm=true"),
    "normaliser": ("--switch", "normaliser=softmax"),
}
"""Scale of results -> what its runs have otherwise than `base`; half a batch, as in the release."""

CONTRASTS = {
    "distance": ("cosine", "euclidean"),
    "feature": ("after the BN neck", "before the BN neck"),
    "flip_test": (True, False),
}
"""What a test can do otherwise -> the usual value, and the other."""


def main() -> None:
    """Train and evaluate what is missing, and write the effects."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument(
        "--seeds", type=int, nargs="*", default=[0, 1], help="none: only compare what is in WORK"
    )
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    data, results = arguments.work / "data", arguments.work / "results"
    if not data.exists():
        _run("data", "synthesize", DATASET, data, "--identities", IDENTITIES)
    for seed in arguments.seeds:
        for scale, options in VARIANTS.items():
            _evaluate(results / scale, seed, data, options)
    contents, _ = read_evaluations(results)
    tested = _of_tests(results / "base", data, arguments.seeds) if arguments.seeds else ()
    about = {
        "made_by": "benchmarks/setup_effects.py",
        "code": contents[0]["training"]["code_fingerprint"],
        "torch": version("torch"),
    }
    write_json(arguments.out, as_json([*effects(contents), *tested], **about))


def _evaluate(scale: Path, seed: int, data: Path, options: tuple[str, ...]) -> None:
    run = Run("written", DATASET, MODEL, seed)
    folder, out = scale / run.folder, scale / Evaluation(run, DATASET).file
    if out.exists():
        return
    what = "--model", MODEL, "--recipe", RECIPE, "--seed", seed
    of = "--dataset", DATASET, "--data-root", data
    _run("train", *what, *of, "--out", folder, *options)
    _run("evaluate", "--run", folder, *of, "--out", out)


def _run(*words: object) -> None:
    if status := apnet([*map(str, words)]):
        raise SystemExit(status)


def _of_tests(scale: Path, data: Path, seeds: list[int]) -> Iterator[Effect]:
    """Effects of testing the same weights otherwise."""
    files = [scale / Evaluation(Run("written", DATASET, MODEL, s), DATASET).file for s in seeds]
    base = [load_evaluation(file).content() for file in files]
    runs = [
        _tested(scale / Run("written", DATASET, MODEL, each["seed"]).folder, data) for each in base
    ]
    for what, values in CONTRASTS.items():
        sides = [
            Side(
                value,
                tuple(seeds),
                {
                    metric: tuple(
                        100 * run[what if value != values[0] else "usual"][k] for run in runs
                    )
                    for k, metric in enumerate(("mAP", "rank-1"))
                },
            )
            for value in values
        ]
        yield Effect(what, *sides, MODEL, DATASET, described(base[0]), True, same_weights=True)


def _tested(folder: Path, data: Path) -> dict[str, tuple[float, float]]:
    """Of a run, mAP and rank-1 as usual, and with each contrast."""
    record, settings = read_run(folder)
    model = load_model(folder, record, settings).eval()
    dataset = load_dataset(DATASET, data, settings.reading)
    compute = ComputeOptions(device="cpu")

    def scores(flip: bool = True, distance: str = "cosine") -> tuple[float, float]:
        recipe = replace(settings.recipe, flip_test=flip)
        embedder = Embedder(model, recipe, "bn", torch.device("cpu"), compute, print)
        split = dataset.test()
        result = evaluate_retrieval(
            *(embedder.embed(dataset, name) for name in ("query", "gallery")),
            *(np.array([sample.identity for sample in part]) for part in split),
            *(np.array([sample.camera for sample in part]) for part in split),
            distance=distance,
        )
        return result.mAP, float(result.cmc[0])

    found = {
        "usual": scores(),
        "distance": scores(distance="euclidean"),
        "flip_test": scores(False),
    }
    for head in model.heads:
        head.neck = nn.Identity()
    return found | {"feature": scores()}


if __name__ == "__main__":
    main()
