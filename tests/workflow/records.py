"""Fabricated evaluation records and a small table, for tests of what comes after evaluation."""

import json
from pathlib import Path

import yaml

from apnet import numeric_core
from apnet.config.readings import get_reading
from apnet.config.recipes import get_recipe
from apnet.config.settings import deviations, paper_recipe

PUBLISHED = {
    "market1501": (12936, 3368, 15913),
    "dukemtmc": (16522, 2228, 17661),
    "msmt17": (32621, 11659, 82161),
    "cuhk03-detected": (7365, 1400, 5332),
    "cuhk03-labeled": (7368, 1400, 5328),
    "occluded-dukemtmc": (15618, 2210, 17661),
}


def record(training="market1501", model="resnet50", seed=0, mAP=0.9, **changes):
    """A record of real data and the paper's recipe; `changes` are set by dotted name."""
    reading, test = changes.pop("reading", "written"), changes.pop("test", training)
    recipe = changes.pop("recipe", paper_recipe(model))
    settings = get_recipe(recipe).settings()
    content = {
        "schema": 1,
        "run": f"results/paper/{reading}/{training}/{model}/seed{seed}",
        "model": model,
        "training_set": training,
        "dataset": test,
        "reading": reading,
        "seed": seed,
        "protocol": {
            "distance": "cosine",
            "query": "single",
            "flip": True,
            "feature": "bn",
            "checkpoint": "last",
            "junk": "left out of the gallery",
            "distractors": "kept",
        },
        "mAP": mAP,
        "cmc": {"1": mAP + 0.01, "5": mAP + 0.02, "10": mAP + 0.03, "20": mAP + 0.04},
        "counts": {
            "query": 3368,
            "valid_query": 3368,
            "gallery": 15913,
            "junk": 3819,
            "distractors": 2798,
        },
        "checkpoint_sha256": f"{reading} {training} {model} {seed}",
        "settings_sha256": f"{reading} {training} {model} {seed} {recipe}",
        "code_fingerprint": numeric_core.evaluation(model, test),
        "training": {
            "switches": get_reading(reading).switches(training),
            "recipe": recipe,
            "settings": settings,
            "code_fingerprint": numeric_core.training(model, training),
            "data": data(training),
            "provenance": "trained",
            "paper_recipe": not deviations(model, settings),
        },
        "data": data(test),
        "wall_seconds": 12.5,
        "images": ["files"],
        "batch": 64,
        "arithmetic": {"precision": "float32", "deterministic": True},
        "hardware": {"device": "cpu", "cpu": "a processor", "threads": 4},
    }
    return changed(content, changes)


def synthetic(training="market1501", model="resnet50", seed=0, mAP=0.25, **changes):
    """A record as the smoke config makes them."""
    drawn = {"synthetic": True, "published": False}
    both = {f"{place}.{key}": drawn[key] for place in ("data", "training.data") for key in drawn}
    floors = {"random_ranking": scores(0.04), "untrained": scores(0.08 + seed / 100)}
    usual = {"recipe": "smoke", "without_learning": floors, **both}
    return record(training, model, seed, mAP, **{**usual, **changes})


def other_gallery(mAP, distractors="dropped"):
    """The scores of a record in its other gallery."""
    curve = {str(rank): mAP + rank / 1000 for rank in (1, 5, 10, 20)}
    more = {"distractors": distractors, "gallery": 13115, "mINP": 0.5, "cmc_curve": [0.9]}
    return {"mAP": mAP, "cmc": curve, **more}


def scores(mAP):
    return {"mAP": mAP, "cmc": {str(rank): mAP + rank / 100 for rank in (1, 5, 10, 20)}}


def data(name):
    train, query, gallery = PUBLISHED[name]
    return {
        "name": name,
        "fingerprint": f"fingerprint of {name}",
        "counts": {
            "train": {"images": train, "identities": 751, "cameras": 6},
            "query": {"images": query, "identities": 750, "cameras": 6},
            "gallery": {"images": gallery, "identities": 751, "cameras": 6},
            "junk": 3819,
            "distractors": 2798,
        },
        "synthetic": False,
        "published": True,
    }


def dataset_check(name, **changes):
    """What `apnet data check --out` writes."""
    found = {"listing": "l", "variant": "", "problem_count": 0, "problems": []}
    return data(name) | found | {"published_counts": data(name)["counts"]} | changes


def cost(model, reading, gflops=6.24, **changes):
    """What `apnet complexity --out` writes."""
    return {
        "schema": 1,
        "model": model,
        "reading": reading,
        "input": [224, 224],
        "gflops": {"thop-0.0.31": gflops, "thop": gflops + 0.03, "torch": gflops - 0.02},
        "params": 23_512_128,
        "classifier_params": 1_538_048,
        "versions": {"thop": "0.1.1", "torch": "2.13.0"},
    } | changes


def changed(content, changes):
    for place, value in changes.items():
        *folders, name = place.split(".")
        inner = content
        for folder in folders:
            inner = inner[folder]
        inner[name] = value
    return content


def place(content):
    run = (content["reading"], content["training_set"], content["model"])
    return Path(*run, f"seed{content['seed']}", "test", f"{content['dataset']}.json")


def write(scale, *contents):
    """Put records where `apnet evaluate` would; returns the last one's file, if any."""
    file = None
    for content in contents:
        file = scale / place(content)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    return file


ACCURACY = {"unit": "percent", "better": "higher", "decimals": 1}
ROWS = {
    "base": ("Base_0", "channel", "base", {"market1501": 87.8, "dukemtmc": 77.2}),
    "ours": ("Ours|C_2", "channel", "ours", {"market1501": 90.5, "dukemtmc": 81.5}),
    "space": ("Space", "spatial", "space", {"market1501": 89.0, "dukemtmc": None}),
    "other": ("*Other", "spatial", None, {"market1501": 86.9, "dukemtmc": 78.4}),
}
MODELS = {"base": "resnet50", "ours": "resnet50-apnet-c2", "space": "resnet50-apnet-s2"}
RECIPES = {"base": "channel", "ours": "channel", "space": "spatial"}


def table(folder, **changes):
    """Write a table of four rows, two datasets, and mAP and R-1; returns its file."""
    content = {
        "table": "table8",
        "kind": "accuracy",
        "number": "VIII",
        "heading": "Model",
        "caption": "A SMALL TABLE.",
        "summary": "nothing",
        "metrics": {"mAP": ACCURACY, "R-1": ACCURACY},
        "columns": [
            {"key": "market1501", "label": "Market-1501", "metrics": ["mAP", "R-1"]},
            {"key": "dukemtmc", "label": "DukeMTMC-reID", "metrics": ["mAP"]},
        ],
        "rows": [_row(name, *row) for name, row in ROWS.items()],
        "notes": ["The small table is made up."],
    }
    file = folder / "table8.yaml"
    file.write_text(yaml.safe_dump(changed(content, changes), sort_keys=False))
    return file


def _row(name, label, group, experiment, mAP):
    return {
        "id": name,
        "label": label,
        "latex": label.replace("|", "").replace("_2", "$_2$").replace("_0", "$_0$"),
        "citation": None if experiment else 33,
        "experiment": experiment,
        "group": group,
        "cells": {
            "market1501": {"mAP": mAP["market1501"], "R-1": round(mAP["market1501"] + 5, 1)},
            "dukemtmc": {"mAP": mAP["dukemtmc"]},
        },
        "bold": ["market1501/mAP"] if name == "ours" else [],
    }


def experiments(folder):
    """Write the experiments that make the table's rows; returns their file."""
    content = {name: {"model": model, "recipe": RECIPES[name]} for name, model in MODELS.items()}
    file = folder / "experiments.yaml"
    file.write_text(yaml.safe_dump(content))
    return file
