"""What each command of the command line does, from its arguments."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from apnet.config.names import parse_model_name
from apnet.config.readings import Reading, get_reading
from apnet.config.recipes import get_recipe
from apnet.config.settings import Settings, paper_recipe
from apnet.errors import InputError
from apnet.runtime.progress import Teller


def train(arguments: argparse.Namespace) -> None:
    """Train one run, or go on with it."""
    settings = _settings(arguments)
    from apnet.training import run
    from apnet.training.loop import Interrupted

    teller = Teller(f"{arguments.dataset}/{arguments.model} seed {arguments.seed}")
    try:
        run.train(
            settings,
            arguments.data_root,
            arguments.out,
            data_record=arguments.data_record,
            weights=arguments.weights,
            device=arguments.device,
            threads=arguments.threads,
            workers=arguments.workers,
            store=arguments.store,
            checkpoint_seconds=arguments.checkpoint_seconds,
            say=teller,
            watch=teller.watch,
        )
    except Interrupted as stop:
        teller.clear()
        print(f"apnet: {stop}", file=sys.stderr)
        sys.exit(128 + stop.signal)
    finally:
        teller.clear()


def evaluate(arguments: argparse.Namespace) -> None:
    """Evaluate a run on a test set."""
    from apnet.evaluation import run

    run.evaluate(
        arguments.run_folder,
        arguments.dataset,
        arguments.data_root,
        arguments.out,
        data_record=arguments.data_record,
        device=arguments.device,
        threads=arguments.threads,
        workers=arguments.workers,
        store=arguments.store,
        batch=arguments.batch,
        say=Teller(f"{arguments.run_folder} on {arguments.dataset}"),
    )


def cam(arguments: argparse.Namespace) -> None:
    """Write where a run looks after each level of its last pyramid."""
    from apnet.evaluation.attention_maps import attention_maps

    attention_maps(
        arguments.run_folder,
        arguments.dataset,
        arguments.data_root,
        arguments.out,
        queries=arguments.queries,
        data_record=arguments.data_record,
        device=arguments.device,
        threads=arguments.threads,
        say=Teller(f"{arguments.run_folder} on {arguments.dataset}"),
    )


def import_checkpoint(arguments: argparse.Namespace) -> None:
    """Make a run's folder of weights that somebody else trained."""
    settings = _settings(arguments)
    from apnet.training import import_checkpoint as imported

    record = imported.import_checkpoint(
        arguments.checkpoint,
        settings,
        arguments.out,
        data_root=arguments.data_root,
        data_record=arguments.data_record,
    )
    print(
        f"{arguments.out}: {arguments.model}, reading {arguments.reading}, imported from a file "
        f"with {record['imported']['names']} names and SHA-256 {record['imported']['sha256']}"
    )


def curves(arguments: argparse.Namespace) -> None:
    """Draw the learning curves of a run."""
    from apnet.training.curves import draw_curves

    draw_curves(arguments.run_folder, arguments.out)


def score(arguments: argparse.Namespace) -> None:
    """Print mAP and CMC of features made by any code."""
    from apnet.evaluation.score import score_file

    found = score_file(
        arguments.features,
        arguments.distance,
        memory_mb=arguments.memory_mb,
        device=arguments.device,
        threads=arguments.threads,
    )
    if arguments.json:
        print(json.dumps(found))
        return
    ranks = "  ".join(f"rank-{rank} {value:.2%}" for rank, value in found["cmc"].items())
    print(f"mAP {found['mAP']:.2%}  {ranks}")
    print(
        f"{found['valid_queries']} of {found['queries']} queries have a match among "
        f"{found['gallery']} gallery images"
    )


def synthesize(arguments: argparse.Namespace) -> None:
    """Draw a synthetic dataset."""
    from apnet.data import synthetic

    synthetic.synthesize(
        arguments.dataset,
        arguments.root,
        identities=arguments.identities,
        seed=arguments.seed,
        processes=arguments.processes,
    )


def sheet(arguments: argparse.Namespace) -> None:
    """Draw a contact sheet of people and cameras."""
    from apnet.data.synthetic.sheet import contact_sheet

    contact_sheet(arguments.dataset, arguments.out, seed=arguments.seed)


def check(arguments: argparse.Namespace) -> None:
    """Count a dataset against what was published."""
    from apnet.data.check import check_dataset, describe_check
    from apnet.files import write_json

    reading = get_reading(arguments.reading, **_pairs(arguments.switch, "--switch"))
    found = check_dataset(arguments.dataset, arguments.data_root, reading)
    if arguments.out:
        # Without the place: data that has only moved is the same data.
        write_json(arguments.out, {key: value for key, value in found.items() if key != "root"})
    print(json.dumps(found, indent=2) if arguments.json else describe_check(found))


def weights(arguments: argparse.Namespace) -> None:
    """Fetch or read ImageNet weights."""
    from apnet.models.imagenet import convert_weights

    found = convert_weights(arguments.backbone, arguments.out, arguments.source, arguments.sha256)
    print(f"{arguments.out}: weights of {arguments.backbone} from a file of SHA-256 {found}")


def results_check(arguments: argparse.Namespace) -> None:
    """Check results, anybody's."""
    from apnet.records.check import check_results, errors

    found = check_results(arguments.folder)
    findings = found["findings"]
    bad = errors(findings)
    counts = f"{found['runs']} runs, {found['evaluations']} evaluations"
    summary = f"{counts}: {bad} errors, {len(findings) - bad} notes"
    if arguments.json:
        listed = [{**asdict(finding), "file": str(finding.file)} for finding in findings]
        print(json.dumps({**found, "findings": listed}, indent=2))
    else:
        print("\n".join([*(str(finding) for finding in findings), *([] if bad else [summary])]))
    if bad:
        raise InputError(f"{arguments.folder}: {summary}")


def complexity(arguments: argparse.Namespace) -> None:
    """Print or write what models cost."""
    from apnet.files import write_json
    from apnet.models.cost import record, usual_input

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
    from apnet.models.cost import complexity as count

    found = count(name, reading, size, arguments.rules)
    if arguments.json:
        print(json.dumps(asdict(found)))
        return
    print(
        f"{name}, reading {reading.name}, {size[0]}x{size[1]}: "
        f"{found.gflops:.4f} GFLOPs by the rules of {arguments.rules}, "
        f"{found.params / 1e6:.2f} M parameters and {found.classifier_params / 1e6:.2f} M in the "
        f"classifier of 751 identities"
    )


def _settings(arguments: argparse.Namespace) -> Settings:
    """What one training is, from the options of :func:`train`."""
    name = parse_model_name(arguments.model)
    recipe = arguments.recipe or paper_recipe(arguments.model)
    return Settings(
        model=arguments.model,
        dataset=arguments.dataset,
        reading=get_reading(arguments.reading, **_pairs(arguments.switch, "--switch")),
        recipe=get_recipe(recipe, name.backbone, **_pairs(arguments.set, "--set")),
        seed=arguments.seed,
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
