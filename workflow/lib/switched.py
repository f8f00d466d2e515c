"""Which models show what a switch of the readings changes, and the calls that train with one."""

import json

from apnet.config.alone import Turn, turns
from apnet.config.readings import READINGS, WRITTEN
from apnet.data.registry import sound_specs
from apnet.gap.setup import READING
from apnet.records.paths import Evaluation, Run
from workflow.lib.hints import Call, fill

SWITCHED = (
    "resnet50-apnet-c2",
    "resnet50-apnet-c3",
    "resnet50-apnet-s2",
    "resnet50-apnet-c2-multipart",
)
"""Networks that are measured, of every kind that a switch acts on; the usual one first."""

_WHERE = {"local_branch": (SWITCHED[-1], "cuhk03-labeled")}
"""Switch -> the model and the dataset to train, where these are not the usual ones."""


def commands(call: Call) -> dict[str, str]:
    """Switch -> the calls that make two runs a seed which differ in it and in nothing else."""
    of = {switch.name: spec.name for spec in sound_specs() for switch in spec.switches}
    switches = [switch for spec in sound_specs() for switch in spec.switches]
    lines = {turn.switch: _both(turn, of.get(turn.switch), call) for turn in turns(*switches)}
    both = [
        file for reading in READINGS for file in _files(call, SWITCHED[0], "market1501", reading)
    ]
    return lines | {READING: fill(both, call, readings=json.dumps([*READINGS]))}


def _both(turn: Turn, dataset: str | None, call: Call) -> str:
    """The run as written, then the one with the switch turned, which needs a scale of its own."""
    model, usual = _WHERE.get(turn.switch, (SWITCHED[0], "market1501"))
    # The name of a scale has no underscores.
    scale = f"{call.config['scale']}-{turn.switch.replace('_', '-')}"
    dataset = dataset or usual
    written = json.dumps([WRITTEN.name])
    switches = json.dumps(call.config["switches"] | {turn.switch: turn.other})
    calls = (
        fill(_files(call, model, dataset), call, readings=written),
        fill(
            _files(call, model, dataset, scale=scale),
            call,
            scale=scale,
            readings=written,
            switches=switches,
        ),
    )
    return " && ".join(calls)


def _files(
    call: Call, model: str, dataset: str, reading: str = WRITTEN.name, scale: str | None = None
) -> list[str]:
    runs = (Run(reading, dataset, model, seed) for seed in call.config["seeds"])
    folder = f"results/{scale or call.config['scale']}"
    return [f"{folder}/{Evaluation(run, dataset).file}" for run in runs]
