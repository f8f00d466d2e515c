"""The command line: `apnet COMMAND`, the same as `python -m apnet COMMAND`.

Exit status: 0 good; 2 bad input, with one sentence on stderr; 130 or 143 stopped by
Ctrl-C or by the scheduler, with the training's state saved.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from apnet import __version__
from apnet.errors import InputError
from apnet.names import BACKBONES, parse_model_name
from apnet.readings import READINGS, Reading, get_reading
from apnet.recipes import RECIPES, get_recipe
from apnet.settings import Settings, paper_recipe


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except InputError as error:
        print(f"apnet: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def run() -> None:
    """Entry point of the console script."""
    sys.exit(main())


def _train(arguments: argparse.Namespace) -> None:
    name = parse_model_name(arguments.model)
    recipe = arguments.recipe or paper_recipe(arguments.model)
    settings = Settings(
        model=arguments.model,
        dataset=arguments.dataset,
        reading=get_reading(arguments.reading, **_pairs(arguments.switch, "--switch")),
        recipe=get_recipe(recipe, name.backbone, **_pairs(arguments.set, "--set")),
        seed=arguments.seed,
    )
    from apnet.training.loop import Interrupted
    from apnet.training.run import train

    try:
        train(
            settings,
            arguments.data_root,
            arguments.out,
            data_record=arguments.data_record,
            weights=arguments.weights,
            device=arguments.device,
            threads=arguments.threads,
            workers=arguments.workers,
            checkpoint_seconds=arguments.checkpoint_seconds,
            say=_teller(f"{arguments.dataset}/{arguments.model} seed {arguments.seed}"),
        )
    except Interrupted as stop:
        print(f"apnet: {stop}", file=sys.stderr)
        sys.exit(128 + stop.signal)


def _evaluate(arguments: argparse.Namespace) -> None:
    from apnet.evaluation.run import evaluate

    evaluate(
        arguments.run_folder,
        arguments.dataset,
        arguments.data_root,
        arguments.out,
        data_record=arguments.data_record,
        device=arguments.device,
        threads=arguments.threads,
        workers=arguments.workers,
        batch=arguments.batch,
        say=_teller(f"{arguments.run_folder} on {arguments.dataset}"),
    )


def _score(arguments: argparse.Namespace) -> None:
    from apnet.evaluation.score import score_file

    found = score_file(arguments.features, arguments.distance)
    if arguments.json:
        print(json.dumps(found))
        return
    ranks = "  ".join(f"rank-{rank} {value:.2%}" for rank, value in found["cmc"].items())
    print(f"mAP {found['mAP']:.2%}  {ranks}")
    print(
        f"{found['valid_queries']} of {found['queries']} queries have a match among "
        f"{found['gallery']} gallery images"
    )


def _synthesize(arguments: argparse.Namespace) -> None:
    from apnet.data.synthetic import synthesize

    synthesize(
        arguments.dataset,
        arguments.root,
        identities=arguments.identities,
        seed=arguments.seed,
        processes=arguments.processes,
    )


def _sheet(arguments: argparse.Namespace) -> None:
    from apnet.data.synthetic.sheet import contact_sheet

    contact_sheet(arguments.dataset, arguments.out, seed=arguments.seed)


def _check(arguments: argparse.Namespace) -> None:
    from apnet.data.check import check_dataset, describe_check
    from apnet.files import write_json

    reading = get_reading(arguments.reading, **_pairs(arguments.switch, "--switch"))
    found = check_dataset(arguments.dataset, arguments.root, reading)
    if arguments.out:
        # Without the place: data that has only moved is the same data.
        write_json(arguments.out, {key: value for key, value in found.items() if key != "root"})
    print(json.dumps(found, indent=2) if arguments.json else describe_check(found))


def _weights(arguments: argparse.Namespace) -> None:
    from apnet.models.imagenet import convert_weights

    found = convert_weights(arguments.backbone, arguments.out, arguments.source, arguments.sha256)
    print(f"{arguments.out}: weights of {arguments.backbone} from a file of SHA-256 {found}")


def _complexity(arguments: argparse.Namespace) -> None:
    from apnet.files import write_json
    from apnet.models.complexity import record, usual_input

    reading = get_reading(arguments.reading, **_pairs(arguments.switch, "--switch"))
    size = _size(arguments.input) if arguments.input else None
    if arguments.out:
        for name in arguments.model:
            write_json(arguments.out / f"{name}.json", record(name, reading, size))
        return
    for name in arguments.model:
        _print_complexity(name, reading, size or usual_input(name, reading), arguments)


def _print_complexity(
    name: str, reading: Reading, size: tuple[int, int], arguments: argparse.Namespace
) -> None:
    from apnet.models.complexity import complexity

    found = complexity(name, reading, size, arguments.rules)
    if arguments.json:
        print(json.dumps(asdict(found)))
        return
    print(
        f"{name}, reading {reading.name}, {size[0]}x{size[1]}: "
        f"{found.gflops:.4f} GFLOPs by the rules of {arguments.rules}, "
        f"{found.params / 1e6:.2f} M parameters and {found.classifier_params / 1e6:.2f} M in the "
        f"classifier of 751 identities"
    )


def _size(text: str) -> tuple[int, int]:
    """Height and width of HEIGHTxWIDTH."""
    words = text.split("x")
    if len(words) != 2 or not all(word.isdecimal() and int(word) for word in words):
        raise InputError(f"--input wants HEIGHTxWIDTH in pixels, such as 224x224, not {text!r}")
    return int(words[0]), int(words[1])


def _pairs(items: Sequence[str], option: str) -> dict[str, object]:
    """KEY=VALUE options as a dictionary; a value is JSON where it can be, else text."""
    found: dict[str, object] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals:
            raise InputError(f"{option} wants KEY=VALUE, not {item!r}")
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
        found[key] = tuple(parsed) if isinstance(parsed, list) else parsed
    return found


def _teller(subject: str) -> Callable[[str], None]:
    def say(line: str) -> None:
        print(f"[{subject}] {line}", flush=True)

    return say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="apnet", description="Person re-identification via attention pyramid."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    train = _command(commands, "train", _train, "train one run; continues one that was stopped")
    train.add_argument("--model", required=True, metavar="NAME", help="such as resnet50-apnet-c2")
    train.add_argument("--dataset", required=True, metavar="NAME", help="training set")
    train.add_argument("--out", required=True, type=Path, metavar="DIR", help="the run's folder")
    train.add_argument("--recipe", metavar="NAME", help=f"{', '.join(RECIPES)} (the paper's)")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--weights", type=Path, metavar="FILE", help="made by apnet weights")
    train.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a recipe setting"
    )
    train.add_argument(
        "--checkpoint-seconds", type=float, default=120, metavar="S", help="at most this is lost"
    )
    _reading_options(train)
    _data_options(train)
    _machine_options(train)

    evaluate = _command(commands, "evaluate", _evaluate, "evaluate a run on a test set")
    evaluate.add_argument("--run", required=True, type=Path, dest="run_folder", metavar="DIR")
    evaluate.add_argument("--dataset", required=True, metavar="NAME", help="test set")
    evaluate.add_argument("--out", required=True, type=Path, metavar="FILE.json")
    evaluate.add_argument("--batch", type=int, default=64, help="images embedded at once")
    _data_options(evaluate)
    _machine_options(evaluate)

    score = _command(commands, "score", _score, "mAP and CMC of features made by any code")
    score.add_argument("features", type=Path, help=".npz, .safetensors or .mat")
    score.add_argument("--distance", choices=("cosine", "euclidean"), default="cosine")
    score.add_argument("--json", action="store_true")

    weights = _command(commands, "weights", _weights, "ImageNet weights of a backbone")
    weights.add_argument("backbone", choices=BACKBONES)
    weights.add_argument("--out", required=True, type=Path, metavar="FILE.safetensors")
    weights.add_argument("--from", dest="source", type=Path, metavar="FILE", help="no download")
    weights.add_argument("--sha256", metavar="HEX", help="refuse a file with another digest")

    complexity = _command(commands, "complexity", _complexity, "what a model costs (Table III)")
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

    data = commands.add_parser("data", help="datasets: synthesize, sheet, check")
    datasets = data.add_subparsers(title="commands", metavar="COMMAND", required=True)
    synthesize = _command(datasets, "synthesize", _synthesize, "draw a synthetic dataset")
    synthesize.add_argument("dataset", metavar="NAME")
    synthesize.add_argument("root", type=Path, metavar="ROOT", help="folder that holds datasets")
    synthesize.add_argument(
        "--identities", type=int, metavar="N", help="for training; as many test"
    )
    synthesize.add_argument("--seed", type=int, default=0)
    synthesize.add_argument("--processes", type=int, default=1, metavar="N")

    sheet = _command(datasets, "sheet", _sheet, "a contact sheet of drawn people and cameras")
    sheet.add_argument("dataset", metavar="NAME")
    sheet.add_argument("out", type=Path, metavar="FILE", help=".png or .jpg")
    sheet.add_argument("--seed", type=int, default=0)

    check = _command(datasets, "check", _check, "count a dataset against what was published")
    check.add_argument("dataset", metavar="NAME")
    check.add_argument("root", type=Path, metavar="ROOT", help="folder that holds datasets")
    check.add_argument("--json", action="store_true")
    check.add_argument("--out", type=Path, metavar="FILE.json", help="for --data-record")
    _reading_options(check)
    return parser


def _command(
    commands: argparse._SubParsersAction,
    name: str,
    function: Callable[[argparse.Namespace], None],
    summary: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:])
    parser.set_defaults(run=function)
    return parser


def _reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reading", default="written", metavar="NAME", help=", ".join(READINGS))
    parser.add_argument(
        "--switch", action="append", default=[], metavar="KEY=VALUE", help="one set otherwise"
    )


def _data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-root", required=True, type=Path, metavar="DIR", help="folder that holds datasets"
    )
    parser.add_argument(
        "--data-record", type=Path, metavar="FILE", help="from apnet data check --out"
    )


def _machine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 …")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="image loaders")
