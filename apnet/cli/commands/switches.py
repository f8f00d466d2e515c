"""`apnet switches`: where the two readings of the paper differ, and may be set apart."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from apnet.cli.command import command, json_option
from apnet.cli.listing import show, texts_below
from apnet.config.discrepancies import OF_METHOD
from apnet.config.readings import READINGS, Reading


@command
@json_option
def switches(as_json: bool) -> None:
    """List the switches of the two readings."""
    from apnet.data.registry import sound_specs

    specs = list(sound_specs())
    of = {switch: spec.name for spec in specs for switch in spec.switches}
    about = texts_below(Reading) | {switch.name: switch.about for switch in of}
    why = OF_METHOD | {switch.name: switch.discrepancy for switch in of}
    datasets = {switch.name: dataset for switch, dataset in of.items()}
    values = {
        name: reading.switches(*(spec.name for spec in specs)) for name, reading in READINGS.items()
    }
    entries = [
        {"name": switch, "dataset": datasets.get(switch), "about": about[switch]}
        | {reading: its[switch] for reading, its in values.items()}
        | asdict(why[switch])
        for switch in values["written"]
    ]
    note = f"--reading {' or '.join(READINGS)} sets all of them, --switch KEY=VALUE changes one."
    show(entries, _words, as_json, note)


def _words(entry: Mapping[str, object]) -> str:
    values = ", ".join(f"{reading}: {_shown(entry[reading])}" for reading in READINGS)
    return f"{values}. {entry['about']} ({entry['kind']})"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
