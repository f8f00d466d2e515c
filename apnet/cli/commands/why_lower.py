"""`apnet why-lower`: what could explain that a number is lower than the paper's."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from apnet.cli.command import OUTPUT, RUN, command, json_option, option
from apnet.cli.kinds import DATASET, FILE, FOLDER, MODEL
from apnet.cli.listing import texts_below
from apnet.config.readings import Reading
from apnet.config.recipes import Recipe
from apnet.errors import InputError

_PERCENT = {"type": float, "metavar": "PERCENT"}
_RESULTS = "a folder of results, whose runs show effects too: DIR/SCALE/…"
_NUMBERS = {"mAP": "mAP", "rank1": "rank-1"}


@command
@click.argument("evaluation", required=False, type=FILE, help="test/DATASET.json of a run")
@option(RUN, "--model", type=MODEL, help="whose number it is, if there is no such file")
@option(RUN, "--dataset", type=DATASET, help="trained and tested on, if there is no such file")
@option(RUN, "--mAP", "mAP", **_PERCENT, help="the number, if there is no such file")
@option(RUN, "--rank-1", "rank1", **_PERCENT, help="likewise")
@option(RUN, "--reported-mAP", "reported_mAP", **_PERCENT, help="what the paper prints")
@option(RUN, "--reported-rank-1", "reported_rank1", **_PERCENT, help="likewise")
@option(OUTPUT, "--results", type=FOLDER, help=_RESULTS)
@json_option
def why_lower(evaluation: Path | None, results: Path | None, as_json: bool, **given: Any) -> None:
    """List what could explain a number that is lower than the paper's."""
    from apnet.gap import words
    from apnet.gap.effects import effects
    from apnet.gap.explain import findings
    from apnet.gap.measured import kept_effects, read_evaluations

    case, ours = _recorded(evaluation, given) if evaluation else _named(given)
    contents = [case.evaluation] if case.evaluation else []
    if results:
        others, problems = read_evaluations(results)
        if not others and not problems:
            wanted = "SCALE/READING/TRAINING SET/MODEL/seedN/test/*.json"
            raise InputError(f"no {wanted} in {results}: name the folder of all scales")
        contents += others
        for problem in problems:
            click.echo(f"apnet: left out: {problem}", err=True)
    measured = [*effects(contents), *kept_effects()]
    found = findings(case, texts_below(Recipe) | texts_below(Reading), measured)
    reported = {name: _percent(f"reported_{key}", given) for key, name in _NUMBERS.items()}
    if as_json:
        print(json.dumps(words.as_json(case, ours, reported, found), indent=2))
    else:
        print(*words.lines(case, ours, reported, found), sep="\n")


def _recorded(file: Path, given: Mapping[str, Any]) -> tuple[Any, dict[str, float]]:
    from apnet.gap.explain import Case
    from apnet.records.load import load_evaluation

    for name in ("model", "dataset", *_NUMBERS):
        if given[name] is not None:
            raise InputError(f"{file} says model, dataset and numbers: give it alone")
    record = load_evaluation(file).content()
    ours = {"mAP": 100 * record["mAP"], "rank-1": 100 * record["cmc"]["1"]}
    return Case(record["model"], (record["training_set"], record["dataset"]), record), ours


def _named(given: Mapping[str, Any]) -> tuple[Any, dict[str, float]]:
    from apnet.data.registry import get_spec
    from apnet.gap.explain import Case

    if any(given[name] is None for name in ("model", "dataset", *_NUMBERS)):
        raise InputError("give an evaluation's file, or --model, --dataset, --mAP and --rank-1")
    ours = {name: _percent(key, given) for key, name in _NUMBERS.items()}
    return Case(given["model"], (get_spec(given["dataset"]).name,) * 2), ours


def _percent(key: str, given: Mapping[str, Any]) -> float | None:
    value = given[key]
    if value is not None and not 1 <= value <= 100:
        option = f"--{key.replace('_', '-').replace('rank1', 'rank-1')}"
        raise InputError(f"{option} is in percent, such as 88.1, not {value:g}")
    return value
