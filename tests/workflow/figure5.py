"""Fig. 5 of fabricated records: judged, drawn, and written to files."""

import json

from reproduction.figures.curve import draw
from reproduction.judging.stored import read_judged
from tests.workflow import records
from tests.workflow.conftest import ROOT
from workflow.lib import judge
from workflow.lib.catalogue import paper
from workflow.lib.draw import main

RADICES = (1, 2, 4, 8, 16, 32)
MAP = {1: 88.0, 2: 90.0, 4: 89.5, 8: 89.0, 16: 88.5, 32: 88.25}
PARAMS = {"written": 23_640_000, "released": 25_000_000}
WATERMARK = "synthetic data: says nothing about the paper"


def model(radix):
    return "resnet50-apnet-c2" + (f"-r{radix}" if radix != 2 else "")


def cost(reading, radix):
    grown = radix * 1_000_000 if reading == "released" else 0
    return records.cost(model(radix), reading, params=PARAMS[reading] + grown)


class Figure5:
    def __init__(self, folder):
        self.folder = folder
        self.cells, self.costs = folder / "cells.json", []

    def judge(self, readings=("written",), seeds=(0, 1, 2), make=records.record, open=()):
        """Seeds lie 0.5 about the mean, Rank-1 5 points above mAP, the release 1 above."""
        scale = self.folder / "results" / "paper"
        for reading in readings:
            for radix, mean in MAP.items():
                for seed in seeds:
                    if {(reading, radix, None), (reading, radix, seed)} & set(open):
                        continue
                    mAP = (mean + (reading == "released") + 0.5 * (seed - 1)) / 100
                    cmc = {"1": mAP + 0.05, "5": 0.98, "10": 0.99, "20": 0.99}
                    made = make("market1501", model(radix), seed, mAP, reading=reading, cmc=cmc)
                    records.write(scale, made)
        table = ["--table", str(ROOT / "paper" / "tables" / "figure5.yaml")]
        table += ["--experiments", str(ROOT / "workflow" / "experiments.yaml")]
        asked = ["--readings", *readings, "--seeds", *map(str, seeds), "--scale", "paper"]
        paths = ["--results", str(self.folder / "results"), "--out", str(self.cells)]
        assert judge.main([*table, *asked, *paths]) == 0
        self.costs = [cost(reading, radix) for reading in readings for radix in RADICES]
        return read_judged(self.cells, "figure5")

    def draw(self, **asked):
        judged = self.judge(**asked)
        parameters = {
            (cost["reading"], cost["model"].removeprefix("resnet50-")): cost["params"]
            for cost in self.costs
        }
        return draw(judged, paper().tables["figure5"], parameters)

    def status(self, *outs):
        files = []
        for number, content in enumerate(self.costs):
            files.append(self.folder / f"{number}.json")
            files[-1].write_text(json.dumps(content))
        words = ["curve", "--cells", self.cells, "--parameters", *files, "--out", *outs]
        words += ["--table", ROOT / "paper" / "tables" / "figure5.yaml"]
        words += ["--experiments", ROOT / "workflow" / "experiments.yaml"]
        return main([str(word) for word in words])
