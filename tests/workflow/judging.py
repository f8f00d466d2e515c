"""The scripts that judge and render, on the small table, in a folder of their own."""

import json

from reproduction.__main__ import main as reproduce
from tests.workflow import records
from workflow.lib import judge

COMMAND = "snakemake --cores 2 reports/table8.md"


class Judge:
    """Judges what was written to `scale`."""

    def __init__(self, folder, **changes):
        self.folder, self.scale = folder, folder / "results" / "paper"
        self.logs = folder / "logs" / "paper"
        self.table = records.table(folder, **changes)
        self.arguments = [
            *("--table", str(self.table)),
            *("--experiments", str(records.experiments(folder))),
            *("--results", str(folder / "results"), "--scale", "paper"),
            *("--failed-logs", str(self.logs), "--out", str(folder / "cells.json")),
        ]

    def status(self, *more, seeds=(0,), readings=("written",)):
        asked = ["--seeds", *(str(seed) for seed in seeds), "--readings", *readings]
        return judge.main([*self.arguments, *asked, *more])

    def __call__(self, *more, **asked):
        assert self.status(*more, **asked) == 0
        return json.loads((self.folder / "cells.json").read_text())

    def cell(self, row="base", dataset="market1501", metric="mAP", more=(), **asked):
        (match,) = (
            cell
            for cell in self(*more, **asked)["cells"]
            if (cell["row"], cell["column"], cell["metric"]) == (row, dataset, metric)
        )
        return match

    def note(self, job, message="out of memory"):
        file = self.logs / f"{job}.failed.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        note = {"status": 1, "message": message, "log": f"{job}.log"}
        file.write_text(json.dumps(note))

    def write(self, *contents):
        return records.write(self.scale, *contents)

    def render(self, suffix, **asked):
        """The report in a format, of what is there now."""
        self(**asked)
        out = self.folder / f"table8{suffix}"
        assert self.render_status(out) == 0
        return out.read_text()

    def render_status(self, out, command=COMMAND):
        paths = [("--cells", self.folder / "cells.json"), ("--table", self.table), ("--out", out)]
        arguments = [str(word) for pair in paths for word in pair]
        return reproduce(["table", *arguments, "--command", command])
