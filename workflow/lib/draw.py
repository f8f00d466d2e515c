"""Draw the paper's figures from judged cells, counted parameters and attention maps."""

import argparse
import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from apnet.errors import InputError
from apnet.files import read_json
from apnet.runtime.environment import SCHEMA
from reproduction.figures import attention, curve
from reproduction.figures.attention import Maps
from reproduction.figures.style import save, style
from reproduction.files import user_path
from reproduction.judging.stored import read_judged
from workflow.lib.admit import absence
from workflow.lib.cli import add_options, run
from workflow.lib.experiments import load_experiments, load_table
from workflow.lib.sentences import data_kind


def main(argv: Sequence[str] | None = None) -> int:
    """Write a figure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    figures = parser.add_subparsers(required=True)
    values = figures.add_parser("curve", help="accuracy over the rows of a table")
    add_options(values, "cells", "table", "experiments", "parameters")
    values.set_defaults(draw=_curve)
    maps = figures.add_parser("attention", help="where networks look")
    add_options(maps, "maps", "readings", "dataset", "title", "data-root")
    maps.set_defaults(draw=_attention)
    for figure in (values, maps):
        figure.add_argument(
            "--out", required=True, nargs="+", type=user_path, help=".svg, .png, .pdf"
        )
    arguments = parser.parse_args(argv)
    return run(arguments.draw, arguments)


def _curve(arguments: argparse.Namespace) -> None:
    experiments = load_experiments(arguments.experiments)
    table = load_table(arguments.table, experiments)
    judged = read_judged(arguments.cells, table.id)
    names = {item.model: name for name, item in experiments.items()}
    costs = map(read_json, arguments.parameters)
    parameters = {(cost["reading"], names[cost["model"]]): cost["params"] for cost in costs}
    with style():
        figure = curve.draw(judged, table, parameters)
        save(figure, arguments.out, f"{table.title}, reproduced")


def _attention(arguments: argparse.Namespace) -> None:
    maps_of = {
        reading: read_maps(file) if file.exists() else None
        for reading, file in zip(arguments.readings, arguments.maps, strict=True)
    }
    why = absence(arguments.dataset, arguments.data_root)
    with style():
        save(attention.draw(maps_of, why), arguments.out, f"{arguments.title}, reproduced")


def read_maps(file: Path) -> Maps:
    """Read what `apnet cam` wrote.

    Raises:
        InputError: no such file, or one of another kind or version.
    """
    try:
        with np.load(file) as content:
            about = json.loads(str(content["about"]))
            if about["schema"] == SCHEMA:
                return _maps(content, about)
    except (OSError, EOFError, TypeError, ValueError, KeyError, zipfile.BadZipFile):
        pass
    raise InputError(f"{file} holds no maps of version {SCHEMA}: make it with apnet cam")


def _maps(content: Mapping[str, np.ndarray], about: dict) -> Maps:
    blocks = about["training_data"], about["data"]
    return Maps(
        images=content["images"],
        maps=content["maps"],
        queries=content["queries"].tolist(),
        parts=about["parts"],
        fine_first=about["order"] == "fine-to-coarse",
        about=f"run {about['run']}, after the pyramid of {about['stage']}; {about['dataset']}; "
        f"{data_kind(blocks)}.",
        synthetic=any(block["synthetic"] for block in blocks),
    )


if __name__ == "__main__":
    sys.exit(main())
