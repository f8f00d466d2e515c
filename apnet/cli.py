"""The command line: `apnet COMMAND`, the same as `python -m apnet COMMAND`.

Exit status: 0 good; 2 bad input, with one sentence on stderr; 130 or 143 stopped by
Ctrl-C or by the scheduler, a training with its state saved.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from apnet import __version__, commands
from apnet.config.names import BACKBONES
from apnet.config.readings import READINGS
from apnet.config.recipes import RECIPES
from apnet.data.roots import root_of
from apnet.errors import InputError

_DATA_ROOT = "folder that holds datasets; one of your own: NAME=FOLDER or NAME=FILE.csv"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        if getattr(arguments, "data_root", None):
            arguments.data_root = root_of(arguments.dataset, arguments.data_root)
        arguments.run(arguments)
    except InputError as error:
        print(f"apnet: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("apnet: stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def run() -> None:
    """Entry point of the console script."""
    # Read by torch when it is loaded. Without huge pages the memory of a batch takes longer
    # to be had than to be filled.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    sys.exit(main())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="apnet", description="Person re-identification via attention pyramid."
    )
    parser.add_argument("--version", action="version", version=__version__)
    top = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    train = _command(top, commands.train, "train one run; continues one that was stopped")
    train.add_argument("--weights", type=Path, metavar="FILE", help="made by apnet weights")
    train.add_argument(
        "--checkpoint-seconds",
        type=_seconds,
        default=120,
        metavar="S",
        help="at most this is lost (120)",
    )
    _run_options(train)
    _data_options(train)
    _machine_options(train)

    evaluate = _command(top, commands.evaluate, "evaluate a run on a test set")
    evaluate.add_argument("--run", required=True, type=Path, dest="run_folder", metavar="DIR")
    evaluate.add_argument("--dataset", required=True, metavar="NAME", help="test set")
    evaluate.add_argument("--out", required=True, type=Path, metavar="FILE.json")
    evaluate.add_argument("--batch", type=int, metavar="N", help="images embedded at once")
    _data_options(evaluate)
    _machine_options(evaluate)

    cam = _command(top, commands.cam, "where a run looks after each pyramid level (Fig. 6)")
    cam.add_argument("--run", required=True, type=Path, dest="run_folder", metavar="DIR")
    cam.add_argument("--dataset", required=True, metavar="NAME", help="whose queries")
    cam.add_argument("--out", required=True, type=Path, metavar="FILE.npz")
    cam.add_argument(
        "--queries", nargs="+", default=[], metavar="FILE", help="names of query images"
    )
    _data_options(cam)
    _device_options(cam)

    imported = _command(top, commands.import_checkpoint, "a run that somebody else trained")
    imported.add_argument("checkpoint", type=Path, metavar="FILE", help=".safetensors or .pth")
    _run_options(imported)
    _data_options(imported, required=False)

    curves = _command(top, commands.curves, "learning curves of a run, finished or not")
    curves.add_argument("run_folder", type=Path, metavar="RUN", help="the run's folder")
    curves.add_argument("--out", required=True, type=Path, metavar="FILE.svg", help="or png, pdf")

    score = _command(top, commands.score, "mAP and CMC of features made by any code")
    score.add_argument("features", type=Path, help=".npz, .safetensors or .mat")
    score.add_argument("--distance", choices=("cosine", "euclidean"), default="cosine")
    score.add_argument(
        "--memory-mb", type=int, default=512, metavar="N", help="used beside the features (512)"
    )
    score.add_argument("--json", action="store_true")
    _device_options(score)

    weights = _command(top, commands.weights, "ImageNet weights of a backbone")
    weights.add_argument("backbone", choices=BACKBONES)
    weights.add_argument("--out", required=True, type=Path, metavar="FILE.safetensors")
    weights.add_argument("--from", dest="source", type=Path, metavar="FILE", help="no download")
    weights.add_argument("--sha256", metavar="HEX", help="refuse a file with another digest")

    complexity = _command(top, commands.complexity, "what a model costs (Table III)")
    complexity.add_argument("model", nargs="+", metavar="NAME", help="such as resnet50-apnet-c2")
    complexity.add_argument(
        "--input", metavar="HxW", help="of the image (224x224; 256x128 where that cannot be)"
    )
    complexity.add_argument(
        "--out", type=Path, metavar="DIR", help="write NAME.json, by all rules, into it"
    )
    complexity.add_argument(
        "--rules",
        default="thop-0.0.31",
        metavar="NAME",
        help="thop-0.0.31 (the paper's), thop, torch",
    )
    complexity.add_argument("--json", action="store_true")
    _reading_options(complexity)

    results = top.add_parser("results", help="runs and evaluations: check")
    kept = results.add_subparsers(title="commands", metavar="COMMAND", required=True)
    trust = _command(kept, commands.results_check, "whether results hold together", "check")
    trust.add_argument("folder", type=Path, metavar="DIR", help="such as results/paper")
    trust.add_argument("--json", action="store_true")

    data = top.add_parser("data", help="datasets: synthesize, sheet, check")
    datasets = data.add_subparsers(title="commands", metavar="COMMAND", required=True)
    synthesize = _command(datasets, commands.synthesize, "draw a synthetic dataset")
    synthesize.add_argument("dataset", metavar="NAME")
    synthesize.add_argument("root", type=Path, metavar="ROOT", help="folder that holds datasets")
    synthesize.add_argument(
        "--identities", type=int, metavar="N", help="for training; as many test"
    )
    synthesize.add_argument("--seed", type=int, default=0)
    synthesize.add_argument("--processes", type=int, default=1, metavar="N")

    sheet = _command(datasets, commands.sheet, "a contact sheet of drawn people and cameras")
    sheet.add_argument("dataset", metavar="NAME")
    sheet.add_argument("out", type=Path, metavar="FILE", help=".png or .jpg")
    sheet.add_argument("--seed", type=int, default=0)

    check = _command(datasets, commands.check, "count a dataset against what was published")
    check.add_argument("dataset", metavar="NAME")
    check.add_argument("data_root", nargs="+", metavar="ROOT", help=_DATA_ROOT)
    check.add_argument("--json", action="store_true")
    check.add_argument("--out", type=Path, metavar="FILE.json", help="for --data-record")
    _reading_options(check)
    return parser


def _command(
    siblings: argparse._SubParsersAction,
    run: Callable[[argparse.Namespace], None],
    summary: str,
    name: str | None = None,
) -> argparse.ArgumentParser:
    """A command, with the name of the function that runs it unless it is given another."""
    description = summary[0].upper() + summary[1:]
    name = name or run.__name__.replace("_", "-")
    parser = siblings.add_parser(name, help=summary, description=description)
    parser.set_defaults(run=run)
    return parser


def _run_options(parser: argparse.ArgumentParser) -> None:
    """What decides what a run is, and where it lies."""
    parser.add_argument("--model", required=True, metavar="NAME", help="such as resnet50-apnet-c2")
    parser.add_argument("--dataset", required=True, metavar="NAME", help="training set")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the run's folder")
    parser.add_argument(
        "--recipe",
        metavar="NAME",
        help=f"{', '.join(RECIPES)}; without it, the paper's for the model",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="0 if not given")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of the recipe otherwise, such as epochs=8",
    )
    _reading_options(parser)


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not found >= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give seconds, 0 or more")
    return found


def _reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reading",
        default="written",
        metavar="NAME",
        help=f"of the paper: {' or '.join(READINGS)}; written if not given",
    )
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a switch of the reading otherwise",
    )


def _data_options(parser: argparse.ArgumentParser, required: bool = True) -> None:
    parser.add_argument(
        "--data-root",
        required=required,
        nargs="+",
        metavar="ROOT",
        help=_DATA_ROOT if required else f"of the training set (as published); {_DATA_ROOT}",
    )
    parser.add_argument(
        "--data-record", type=Path, metavar="FILE", help="from apnet data check --out"
    )


def _machine_options(parser: argparse.ArgumentParser) -> None:
    _device_options(parser)
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="image loaders")
    parser.add_argument(
        "--store", type=Path, metavar="DIR", help="keep decoded images there, for all jobs"
    )


def _device_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 …")
    parser.add_argument(
        "--threads", type=int, metavar="N", help="CPU threads; others round otherwise"
    )
