"""Draw the paper's figures from judged cells, counted parameters and attention maps."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from apnet.errors import InputError
from apnet.records.arrays import read_npz
from apnet.records.load import load_about, load_cost, load_evaluation
from apnet.records.other_jobs import AttentionMaps
from reproduction.arguments import Parser
from reproduction.figures import attention, curve
from reproduction.figures.attention import Maps
from reproduction.figures.style import save, style
from reproduction.files import user_path
from reproduction.judging.stored import read_judged
from workflow.lib.cli import add_options, run
from workflow.lib.experiments import load_experiments, load_table
from workflow.lib.presence import absence
from workflow.lib.sentences import data_kind, hardly_learned


def main(argv: Sequence[str] | None = None) -> int:
    """Write a figure; returns the exit status."""
    parser = Parser(prog="python -m workflow.lib.draw", description=__doc__.splitlines()[0])
    figures = parser.add_subparsers(required=True, metavar="figure")
    values = figures.add_parser("curve", help="accuracy over the rows of a table")
    add_options(values, "cells", "table", "experiments", "parameters")
    values.set_defaults(draw=_curve)
    maps = figures.add_parser("attention", help="where networks look")
    add_options(maps, "maps", "evaluations", "readings", "dataset", "title", "data-root")
    maps.set_defaults(draw=_attention)
    for figure in (values, maps):
        figure.add_argument(
            "--out", required=True, nargs="+", type=user_path, help=".svg, .png, .pdf"
        )
    return run(parser, lambda arguments: arguments.draw(arguments), argv)


def _curve(arguments: argparse.Namespace) -> None:
    experiments = load_experiments(arguments.experiments)
    table = load_table(arguments.table, experiments)
    judged = read_judged(arguments.cells, table.id)
    names = {item.model: name for name, item in experiments.items()}
    parameters = {}
    for file in arguments.parameters:
        cost = load_cost(file)
        if cost.model not in names:
            raise InputError(
                f"{file} is of {cost.model}, of no experiment: delete it to count again"
            )
        parameters[cost.reading, names[cost.model]] = cost.params
    with style():
        figure = curve.draw(judged, table, parameters)
        save(figure, arguments.out, f"{table.title}, reproduced")


def _attention(arguments: argparse.Namespace) -> None:
    shown = zip(arguments.readings, arguments.maps, arguments.evaluations, strict=True)
    # Without the folder: a picture goes where nobody knows our paths.
    absent = absence(arguments.dataset, arguments.data_root)
    why_not = f"not run: {arguments.dataset} cannot be found or read" if absent else "not run"
    maps_of: dict[str, Maps | None] = {}
    why: dict[str, str] = {}
    refused: list[InputError] = []
    for reading, file, evaluation in shown:
        maps_of[reading], why[reading] = None, why_not
        try:
            if file.exists():
                maps_of[reading] = read_maps(file, evaluation, (reading, arguments.dataset))
        except InputError as error:
            refused.append(error)
            why[reading] = str(error).replace(f"{file.parent}/", "")
    if refused and not any(maps_of.values()):
        raise refused[0]
    with style():
        save(attention.draw(maps_of, why), arguments.out, f"{arguments.title}, reproduced")


def read_maps(file: Path, evaluation: Path, of: tuple[str, str] | None = None) -> Maps:
    """Read what `apnet cam` wrote.

    Args:
        evaluation: of the same run and test set, if there is one.
        of: the reading and the dataset that they have to be of.

    Raises:
        InputError: no such file, or one that is damaged, or of another kind or version.
    """
    try:
        arrays = read_npz(file, ("images", "maps", "queries", "about"))
    # A damaged archive raises whatever its bytes make zipfile and NumPy raise.
    except Exception as error:
        raise _other(file) from error
    about = load_about(str(arrays["about"]), file)
    if of and (about.reading, about.dataset) != of:
        raise InputError(f"{file} holds no maps of {', '.join(of)}: delete it to make them again")
    images, maps, queries = (arrays[key] for key in ("images", "maps", "queries"))
    if not (
        (images.dtype, images.shape[3:], maps.dtype.kind) == (np.uint8, (3,), "f")
        and images.size
        and maps.shape == (len(images), len(about.parts), *images.shape[1:3])
        and queries.shape == images.shape[:1]
        and ((maps >= 0) & (maps <= 1)).all()
    ):
        raise _other(file)
    blocks = [block.content() for block in (about.training_data, about.data)]
    return Maps(
        images=images,
        maps=maps,
        queries=list(map(str, queries)),
        parts=about.parts,
        fine_first=about.order == "fine-to-coarse",
        about=f"{about.model} trained on {about.training_set}, seed {about.seed}, after the "
        f"pyramid of {about.stage}; {about.dataset}; {data_kind(blocks)}.",
        doubt=_doubt(about, evaluation),
        synthetic=any(block["synthetic"] for block in blocks),
    )


def _other(file: Path) -> InputError:
    return InputError(f"{file} holds no attention maps: delete it to make them again")


def _doubt(about: AttentionMaps, evaluation: Path) -> str:
    """That the network hardly learned, if its evaluation says so."""
    if not evaluation.exists():
        return ""
    record = load_evaluation(evaluation)
    if record.checkpoint_sha256 != about.checkpoint_sha256:
        return ""
    reason = hardly_learned(record.content())
    return f"These maps say little: the network hardly learned ({reason})." if reason else ""


if __name__ == "__main__":
    sys.exit(main())
