"""`apnet switch-effects`: what each switch of the readings changes in a network."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from apnet.cli.command import OUTPUT, RUN, command, json_option, option
from apnet.cli.kinds import FOLDER, MODEL, RECIPE
from apnet.runtime.garbage import loading

_RECIPE = "says the size of the network and the batch; the paper's, on a thin network, if not given"


@command
@click.argument("name", nargs=-1, required=True, type=MODEL, help="such as resnet50-apnet-c2")
@option(RUN, "--recipe", type=RECIPE, help=_RECIPE)
@option(OUTPUT, "--out", type=FOLDER, help="write NAME.json into it")
@json_option
def switch_effects(
    name: Sequence[str], recipe: str | None, out: Path | None, as_json: bool
) -> None:
    """Measure what each switch changes: outputs, cost, first loss."""
    with loading():
        from apnet.config.recipes import get_recipe
        from apnet.files import write_json
        from apnet.training.switch_effects import record

    for model in name:
        measured = record(model, get_recipe(recipe) if recipe else None)
        if out:
            write_json(out / f"{model}.json", measured)
        elif as_json:
            print(json.dumps(measured))
        else:
            print(*_lines(measured), sep="\n")


def _lines(measured: Mapping[str, object]) -> Iterator[str]:
    written = measured["written"]
    yield f"{measured['model']}, as written: {_cost(written)}"
    for switch, change in measured["switches"].items():
        other = change["other"]
        shown = other if isinstance(other, str) else json.dumps(other)
        if "refused" in change:
            yield f"{switch} {shown}: {change['refused']}"
            continue
        losses = ["first loss {:.4f}, then {:.4f}".format(*change["losses"])] * ("losses" in change)
        yield f"{switch} {shown}: {'; '.join([_outputs(change), _cost(change), *losses])}"


def _outputs(change: Mapping[str, object]) -> str:
    outputs = change["outputs"]
    return "weights of other shapes" if outputs is None else f"outputs differ by {outputs:.1%}"


def _cost(cost: Mapping[str, object]) -> str:
    return f"{cost['gflops']:.4f} GFLOPs, {cost['params'] / 1e6:.2f} M parameters"
