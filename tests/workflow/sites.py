"""The site of fabricated runs, with their records, histories, logs and queries."""

import json
from html.parser import HTMLParser

import numpy as np

from reproduction.site.__main__ import main as render
from tests.workflow import alltables, records, tableii
from tests.workflow.conftest import ROOT
from workflow.lib import site
from workflow.lib.catalogue import TABLES

MACHINE = {
    "python": "3.12.3",
    "platform": "Linux",
    **dict.fromkeys(("numpy", "pillow", "safetensors", "torchvision")),
    "torch": "2.11.0",
}
ARITHMETIC = {"channels_last": False, "fused": True, "compile": False}
QUERIES = 12
FOLDER = alltables.PAPER
COMMAND = "snakemake --cores 2"
MODELS = ("resnet50", "resnet50-apnet-c2")
CARD = "table2_apnet-c2_market1501.html"


class Page(HTMLParser):
    """Links, anchors and scripts of a page, and what stands on it."""

    def __init__(self, file):
        super().__init__()
        self.links, self.ids, self.words = [], set(), []
        self.feed(file.read_text())
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[key] for key in ("href", "src", "action") if key in given]
        self.ids |= {given["id"]} if "id" in given else set()

    def handle_data(self, data):
        self.words.append(data)


def fabricate(readings=("written",), seeds=(0, 1), make=records.record, models=MODELS):
    """Evaluations on Market-1501."""
    for reading in readings:
        for model in models:
            for seed in seeds:
                yield make("market1501", model, seed, 0.87 + seed / 100, reading=reading)


def run_folder(scale, content, queries=QUERIES, epochs=20):
    """What a training and an evaluation leave beside the evaluation's record."""
    file = records.write(scale, content)
    folder = file.parent.parent
    training = content["training"]
    same = ("model", "reading", "seed", "settings_sha256", "checkpoint_sha256", "schema")
    run = {
        **{key: content[key] for key in (*same, "wall_seconds", "hardware")},
        **{key: value for key, value in training.items() if key != "paper_recipe"},
        "dataset": content["training_set"],
        **{"weights": None, "clamped": [], "steps": epochs, "steps_per_epoch": 1},
        **{"images_per_second": 16.0, "peak_memory_mb": 300, "images": "files"},
        "arithmetic": content["arithmetic"] | ARITHMETIC,
        "environment": MACHINE,
        "git": {"commit": "c0ffee", "uncommitted_changes": False},
    }
    (folder / "run.json").write_text(json.dumps(run))
    lines = (epoch(number, content["seed"]) for number in range(1, epochs + 1))
    (folder / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    np.savez(file.with_suffix(".npz"), **arrays(content, queries))
    return file


def epoch(number, seed):
    loss = 6 / number + seed / 10
    parts = {"loss": loss, "identity_loss": loss, "triplet_loss": 0.0}
    return {"epoch": number, "step": number, "lr": 1e-3, **parts, **dict.fromkeys(SPEED, 1.0)}


def draw(file, content, picture):
    """What `apnet ranks` leaves of the fourth query of an evaluation."""
    folder = file.parent.parent / "ranks" / content["dataset"]
    folder.mkdir(parents=True)
    (folder / picture).touch()
    same = ("schema", "run", "model", "training_set", "dataset", "reading", "seed")
    numbers = {"row": 3, "average_precision": 1.0, "match_ranks": [1], "left_out": 0, "nearest": []}
    lists = {
        **{key: content[key] for key in (*same, "checkpoint_sha256", "data")},
        **{"recipe": "channel", "feature": "bn", "switches": {}, "recorded": None},
        **{"chosen": "the worst", "queries": [numbers | LABELS | {"picture": picture}]},
    }
    (folder / "index.json").write_text(json.dumps(lists))


LABELS = {"image": "a.jpg", "identity": 1, "camera": 3}
SPEED = ("seconds", "images_per_second")


def arrays(content, queries):
    """Queries whose average precisions vary with model and seed; the first has no match."""
    draw = np.random.default_rng([content["seed"], len(content["model"])])
    rank = draw.integers(1, 9, queries)
    precision = 1 / rank
    rank[0], precision[0] = 0, np.nan
    index = np.arange(queries)
    return {
        "average_precision": precision,
        "first_match_rank": rank,
        "image": [
            f"{one // 3:04}_{one % 15:03}_0303morning_{one * 7 % 9999:04}.jpg" for one in index
        ],
        "identity": index // 3,
        "camera": index % 15,
    }


def whole(readings, seeds):
    """The evaluations of all tables."""
    experiments = tableii.load_experiments(tableii.EXPERIMENTS)
    made = {}
    for table in (tableii.load_table(FOLDER / f"{name}.yaml", experiments) for name in TABLES):
        for reading in readings:
            for item in alltables.contents(table, experiments, records.record, reading, seeds):
                made[records.place(item)] = item
    return made.values()


def make(folder, contents, tables=("table2",), seeds=(0,), readings=("written",), queries=None):
    """The folder of the site of some evaluations; `folder` holds results/paper and logs/paper.

    Args:
        queries: how many a test set has, where they are not :data:`QUERIES`.
    """
    scale, logs = folder / "results" / "paper", folder / "logs" / "paper"
    for content in contents:
        run_folder(scale, content, (queries or {}).get(content["dataset"], QUERIES))
    log = logs / "train" / "written" / "market1501" / "resnet50" / "seed0.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("first line\n<b>bold</b> & last line\n")
    where = ["--results", str(folder / "results"), "--scale", "paper", "--failed-logs", str(logs)]
    asked = ["--readings", *readings, "--seeds", *map(str, seeds)]
    cells = [judged(folder, table, [*where, *asked]) for table in tables]
    facts, out = folder / "facts.json", folder / "reports" / "site"
    files = ["--judged", *map(str, cells), "--failed-logs", str(logs)]
    assert site.main([*files, "--command", COMMAND, "--out", str(facts)]) == 0
    shown = ["--cells", *map(str, cells), "--paper", str(ROOT / "paper"), "--facts", str(facts)]
    assert render([*shown, "--command", COMMAND, "--out", str(out)]) == 0
    return out


def judged(folder, table, asked):
    out = folder / "cells" / f"{table}.json"
    file = FOLDER / f"{table}.yaml"
    files = ["--table", str(file), "--experiments", str(tableii.EXPERIMENTS), "--out", str(out)]
    assert tableii.judge.main([*asked, *files]) == 0
    return out
