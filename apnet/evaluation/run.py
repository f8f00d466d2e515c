"""A trained run against a test set: from its weights to a record of the numbers."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from apnet.config.readings import Reading
from apnet.config.settings import Settings, departures
from apnet.data import get_source, load_dataset, switches_of
from apnet.data.describe import describe
from apnet.data.pipeline.loading import test_batches
from apnet.data.pipeline.opening import open_images, source_of
from apnet.data.reach import exists, is_folder
from apnet.errors import InputError
from apnet.evaluation.embed import embed, feature_of
from apnet.evaluation.retrieval import evaluate_retrieval
from apnet.files import read_json, replaced, sha256, write_json
from apnet.fingerprint import EVALUATION, code_fingerprint
from apnet.models.build import build_model
from apnet.models.weights import fill, read_weights
from apnet.runtime.devices import arithmetic, choose_device
from apnet.runtime.environment import SCHEMA, hardware

RANKS = (1, 5, 10, 20)
DISTANCE = "cosine"
"""Section IV-B. On the unit sphere it ranks as the Euclidean distance of Section IV-A does."""

BATCHES = {"cpu": 64, "cuda": 512}
"""Images embedded at once. A GPU wants many; on a CPU more only take memory."""

_DISTRACTORS = {"keep": "kept", "drop": "dropped"}
_USED = {"checkpoint_sha256", "settings_sha256", "code_fingerprint", "data", "provenance"}
"""What is taken from a run's record beside its settings."""


def evaluate(
    run: Path,
    test_set: str,
    data_root: Path,
    out: Path,
    *,
    data_record: Path | None = None,
    device: str = "auto",
    threads: int | None = None,
    workers: int = 0,
    store: Path | None = None,
    batch: int | None = None,
    switches: Mapping[str, object] | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Evaluate the run in folder `run` on `test_set`; write `out` and, beside it, an .npz.

    The .npz holds per query, in the order of the sorted query files:
    `average_precision` (NaN without a valid match) and `first_match_rank` (from 1, or 0).

    Args:
        data_root: the folder that holds dataset folders.
        data_record: what `apnet data check` wrote of the test set; None checks it now.
        workers: processes that load images; 0 loads in this one.
        store: folder of decoded images that jobs share; None decodes the files in this job.
        batch: images embedded at once; None is :data:`BATCHES` for the device.
        switches: the test set's own switches that are set otherwise than the run's reading
            and, on its training set, the run itself have them.

    Raises:
        InputError: no finished run, damaged weights, bad data, features that are not finite,
            no query with a true match, or an unusable `out`.
    """
    begin = time.monotonic()
    _require_writable(out)
    place = choose_device(device, threads)
    batch = BATCHES.get(place.type, 64) if batch is None else batch
    record, settings = read_run(run)
    reading = _reading_of_test(settings, test_set, switches or {})
    dataset = load_dataset(test_set, data_root, reading)
    for split in ("query", "gallery"):
        if not getattr(dataset, split):
            raise InputError(f"{test_set} has no {split} images, so no run can be evaluated on it")
    data = describe(dataset, data_root, reading, data_record)
    model = load_model(run, record, settings).to(place)
    feature = feature_of(reading, test_set)

    sources: list[str] = []

    def features(split: str) -> Tensor:
        images = open_images(dataset, split, settings.recipe, place, store, workers, say)
        sources.append(source_of(images))
        with closing(test_batches(images, settings.recipe, batch, workers, place)) as batches:
            return embed(model, batches, settings.recipe, feature, place)

    say(f"embedding {len(dataset.query)} queries, {len(dataset.gallery)} gallery images")
    try:
        result = evaluate_retrieval(
            features("query"),
            features("gallery"),
            *(np.array([sample.identity for sample in part]) for part in dataset.test()),
            *(np.array([sample.camera for sample in part]) for part in dataset.test()),
            distance=DISTANCE,
        )
    except ValueError as error:
        raise InputError(f"{run} cannot be evaluated on {test_set}: {error}") from error
    with replaced(out.with_suffix(".npz")) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            average_precision=result.average_precision,
            first_match_rank=result.first_match_rank,
        )
    cmc = {str(rank): float(result.cmc[rank - 1]) for rank in RANKS}
    write_json(
        out,
        {
            "schema": SCHEMA,
            "run": str(run),
            "model": settings.model,
            "training_set": settings.dataset,
            "dataset": test_set,
            "reading": settings.reading.name,
            "seed": settings.seed,
            "protocol": {
                "distance": DISTANCE,
                "query": "single",
                "flip": settings.recipe.flip_test,
                "feature": feature,
                "checkpoint": "last",
                "junk": "left out of the gallery",
                "distractors": _DISTRACTORS[get_source(test_set, data_root).distractors(reading)],
                "switches": {switch.name: switch.of(reading) for switch in switches_of(test_set)},
            },
            "mAP": float(result.mAP),
            "cmc": cmc,
            "counts": {
                "query": len(dataset.query),
                "valid_query": int(np.isfinite(result.average_precision).sum()),
                "gallery": len(dataset.gallery),
                "junk": dataset.junk,
                "distractors": dataset.distractors,
            },
            "checkpoint_sha256": record["checkpoint_sha256"],
            "settings_sha256": record["settings_sha256"],
            "code_fingerprint": code_fingerprint(EVALUATION),
            "training": {
                "switches": record["switches"],
                "recipe": record["recipe"],
                "settings": record["settings"],
                "code_fingerprint": record["code_fingerprint"],
                "data": record["data"],
                "provenance": record["provenance"],
                "paper_recipe": not departures(settings.model, record["settings"]),
            },
            "data": data,
            "wall_seconds": round(time.monotonic() - begin, 3),
            "images": sorted({*sources}),
            "batch": batch,
            "arithmetic": arithmetic(place, settings.recipe.precision),
            "hardware": hardware(str(place), torch.get_num_threads()),
        },
    )
    say(f"mAP {result.mAP:.1%}  rank-1 {cmc['1']:.1%}  ({out})")


def _reading_of_test(settings: Settings, test_set: str, switches: Mapping[str, object]) -> Reading:
    """The run's reading, with the test set's own switches as they are asked for."""
    known = tuple(switch.name for switch in switches_of(test_set))
    for name in switches:
        if name not in known:
            raise InputError(
                f"{name} is no switch of the test set {test_set} (its switches: "
                f"{', '.join(known) or 'none'}): those of the method are the run's"
            )
    return settings.reading.otherwise(**switches)


def _require_writable(out: Path) -> None:
    """Say now, and not when all images have been embedded, that the result cannot be kept."""
    if out.suffix != ".json" or is_folder(out) or is_folder(out.with_suffix(".npz")):
        raise InputError(f"cannot write {out}: name a .json file, beside which an .npz will lie")
    there = next(folder for folder in out.absolute().parents if exists(folder))
    if not is_folder(there):
        raise InputError(f"cannot write {out}: {there} is no folder, choose another place")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"cannot write {out}: {there} is read-only for you, choose another place")


def read_run(run: Path) -> tuple[dict[str, object], Settings]:
    """The record of a finished run and the settings in it.

    Raises:
        InputError: no finished run there, or its record is of another version.
    """
    if not (run / "run.json").is_file():
        raise InputError(f"no finished run in {run}: train it with apnet train")
    record = read_json(run / "run.json")
    try:
        if record["schema"] == SCHEMA and record.keys() >= _USED:
            return record, Settings.from_record(record)
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    raise InputError(
        f"{run / 'run.json'} is not a run record of version {SCHEMA}: train the run again"
    )


def load_model(run: Path, record: dict[str, object], settings: Settings) -> nn.Module:
    """The trained model of a run, with weights that are those its record names.

    Raises:
        InputError: the weights are absent, not the recorded ones, or those of a model that
            this version builds otherwise.
    """
    file = run / "model.safetensors"
    if not file.is_file():
        raise InputError(f"no weights at {file}: train the run again")
    if sha256(file) != record["checkpoint_sha256"]:
        raise InputError(f"{file} is not the file that run.json names: train the run again")
    model = build_model(
        settings.model,
        record["data"]["counts"]["train"]["identities"],
        settings.reading,
        input_size=(settings.recipe.height, settings.recipe.width),
    )
    fill(model.state_dict(), read_weights(file), f"{file} does not fit {settings.model}")
    return model
