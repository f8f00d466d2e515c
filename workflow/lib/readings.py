"""Written against released: each switch of the readings, its sources, and what it changes here."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence

from apnet.config.discrepancies import OF_METHOD, Discrepancy
from apnet.config.readings import READINGS, WRITTEN, Switch
from apnet.data.registry import get_spec, sound_specs
from apnet.gap.effects import Effect, effects
from apnet.gap.measured import kept_effects, read_evaluations
from apnet.gap.setup import READING
from apnet.gap.words import shown
from apnet.records.load import load_switch_effects
from apnet.records.other_jobs import SwitchChange, SwitchEffects
from reproduction.files import write_text
from reproduction.judging.cells import Grid
from reproduction.report.document import WATERMARK
from reproduction.report.page import Page, render
from workflow.lib.cli import run_command

NO_RUN = "no run"

TEXT = (
    "The method as the paper has it (written) and the code that its authors released, commit "
    "95fc5b5 (released), are two networks and two protocols. Each line below is a switch between "
    "them, turned by itself. Kinds: a difference between what both have, a paper omission of what "
    "the code does, a code omission of what the paper describes.",
    "Outputs: relative difference of the embeddings of {images} random images of {height}×{width}, "
    "by their norm, between two {network} networks with the same weights, as drawn, and "
    "BatchNorm's statistics of these images. Weights that only the other network has are as drawn. "
    "Where outputs are the same, the loss of a fixed batch of {loss} before the first step shows "
    "what training sees. GFLOPs and parameters are those of the full network, by the rules of "
    "{rules}, without the classifier.",
    "Accuracy: difference of means in percent points, ± its standard error, of runs that differ in "
    "this switch and in nothing else.",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page; returns the exit status."""
    options = "effects", "results", "commands", "pages"
    return run_command(__doc__, _write, argv, *options)


def _write(arguments: argparse.Namespace) -> None:
    measured = [load_switch_effects(file) for file in arguments.effects]
    contents, problems = read_evaluations(arguments.results)
    content = page(measured, effects(contents), problems, dict(arguments.commands))
    for file in arguments.pages:
        write_text(file, render(content, file.suffix.removeprefix(".")))


def page(
    measured: Sequence[SwitchEffects],
    found: Sequence[Effect],
    problems: Iterable[str],
    commands: Mapping[str, str],
) -> Page:
    """The page.

    Args:
        measured: of each model, the most usual one first.
        found: what the runs in results/ show; those kept with the package are added.
        problems: sentences on records that were left out.
        commands: switch -> what makes the runs that show its effect.
    """
    known = [e for e in (*found, *kept_effects()) if e.what in {*_discrepancies(), READING}]
    one, there = measured[0], {effect.what for effect in found}
    images, loss = one.images, one.loss_images
    about = {
        "images": images[0],
        "height": images[1],
        "width": images[2],
        "network": one.network,
        "loss": "{} images of {}×{}".format(*loss),
        "rules": one.rules,
    }
    return Page(
        title="Written against released",
        text=(*(text.format(**about) for text in TEXT), *(f"Left out: {why}" for why in problems)),
        synthetic=any(effect.synthetic for effect in known),
        grids=(_switches(measured, known), _networks(measured), _accuracies(known)),
        commands=tuple((name, line) for name, line in commands.items() if name not in there),
        guide="../docs/readings.md",
    )


def _discrepancies() -> dict[str, Discrepancy]:
    """Of every switch, the method's first."""
    of_datasets = {switch.name: switch.discrepancy for switch, _ in _of_datasets()}
    return OF_METHOD | of_datasets


def _of_datasets() -> list[tuple[Switch, str]]:
    return [(switch, spec.name) for spec in sound_specs() for switch in spec.switches]


def _switches(measured: Sequence[SwitchEffects], known: Sequence[Effect]) -> Grid:
    head = ("switch", "kind", "the paper", "the released code", "written", "released")
    what = ("outputs", "GFLOPs", "parameters (M)", "accuracy")
    values = {
        name: reading.switches(*(d for _, d in _of_datasets()))
        for name, reading in READINGS.items()
    }
    rows = (
        (
            *(name, why.kind, why.paper, _code(why)),
            *(shown(values[reading][name]) for reading in READINGS),
            *_changed(name, measured),
            _accuracy(name, known),
        )
        for name, why in _discrepancies().items()
    )
    everything = ("all of them", *[""] * 3, *READINGS, *_changed(READING, measured))
    rows = (*rows, (*everything, _accuracy(READING, known)))
    return Grid("The switches", (), (*head, *what), rows)


def _code(why: Discrepancy) -> str:
    return f"{why.code}. The authors' byte code: {why.byte_code}" if why.byte_code else why.code


def _changed(name: str, measured: Sequence[SwitchEffects]) -> tuple[str, str, str]:
    """Outputs, GFLOPs and parameters in the first of the models that the switch acts on."""
    for switch, dataset in _of_datasets():
        if switch.name == name:
            return _of_protocol(switch, dataset), "–", "–"
    for model in measured:
        change = model.switches.get(name)
        if change and _acts(change, model):
            of = "" if model is measured[0] else f" ({model.model})"
            return tuple(f"{text}{of}" for text in _change(change, model))
    return "the same value in both", "–", "–"


def _acts(change: SwitchChange, model: SwitchEffects) -> bool:
    losses = len({*change.losses}) > 1
    return change.outputs != 0 or change.params != model.written["params"] or losses


def _change(change: SwitchChange, model: SwitchEffects) -> tuple[str, str, str]:
    if change.refused:
        return f"cannot be built: {change.refused}", "–", "–"
    if change.outputs is None:
        outputs = "weights of other shapes"
    elif change.outputs:
        outputs = f"{change.outputs:.1%}"
    else:
        outputs = "the same; first loss {:.4f} → {:.4f}".format(*change.losses)
    if change.new_weights:
        outputs += f", {change.new_weights} more tensors"
    costs = (
        (model.written["gflops"], change.gflops, 1, 4),
        (model.written["params"], change.params, 1e6, 3),
    )
    return outputs, *(
        _arrow(*(f"{v / unit:.{places}f}" for v in (a, b))) for a, b, unit, places in costs
    )


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _of_protocol(switch: Switch, dataset: str) -> str:
    """What a dataset's switch changes: the images used, as published, or the feature."""
    spec = get_spec(dataset)
    others = [value for value in switch.choices if value != switch.written]
    readings = [WRITTEN, WRITTEN.with_switches(dataset, **{switch.name: others[0]})]
    counts = [spec.published(reading) for reading in readings]
    changed = [
        f"{split} images {counts[0][split]['images']:,} → {counts[1][split]['images']:,}"
        for split in ("train", "query", "gallery")
        if counts[0][split] != counts[1][split]
    ]
    before, after = (spec.feature(reading) for reading in readings)
    if before != after:
        changed.append(
            f"{counts[0]['train']['identities']:,} {after} instead of the {before} feature"
        )
    return f"{switch.written} → {others[0]}: {', '.join(changed)}"


def _networks(measured: Sequence[SwitchEffects]) -> Grid:
    rows = (
        (_name(name), model.model, shown(change.other), *_change(change, model))
        for model in measured
        for name, change in model.switches.items()
    )
    head = ("switch", "model", "turned to", "outputs", "GFLOPs", "parameters (M)")
    return Grid("In each network", (), head, tuple(rows))


def _name(switch: str) -> str:
    return "all of them" if switch == READING else switch


def _accuracy(name: str, known: Sequence[Effect]) -> str:
    found = sorted((e for e in known if e.what == name), key=lambda e: e.synthetic)
    if not found:
        return NO_RUN
    more = f"; {len(found) - 1} more below" if len(found) > 1 else ""
    return f"mAP {difference(found[0], 'mAP')}, {_runs(found[0])} ({found[0].model}){more}"


def difference(effect: Effect, metric: str) -> str:
    """The change, its standard error and the mark of synthetic data."""
    error, mark = effect.error(metric), WATERMARK if effect.synthetic else ""
    spread = "" if error is None else f" ± {error:.1f}"
    return f"{effect.change(metric):+.1f}{spread}{mark}".replace("-", "−")


def _runs(effect: Effect) -> str:
    before, after = len(effect.before.seeds), len(effect.after.seeds)
    return f"{before} and {after} runs"


def _accuracies(known: Sequence[Effect]) -> Grid:
    head = (
        "switch",
        "from → to",
        "measured on",
        "runs",
        "mAP",
        "s of mAP",
        "rank-1",
        "s of rank-1",
    )
    text = ("s: standard deviation of the runs before and after; a dash for a single run.",)
    return Grid("On accuracy", text, head, tuple(map(_line, known)))


def _line(effect: Effect) -> tuple[str, ...]:
    numbers = (
        text
        for metric in ("mAP", "rank-1")
        for text in (
            difference(effect, metric),
            ", ".join("–" if s is None else f"{s:.1f}" for s in effect.spreads(metric)),
        )
    )
    sides = (shown(side.value) for side in (effect.before, effect.after))
    return (_name(effect.what), " → ".join(sides), effect.on, _runs(effect), *numbers)


if __name__ == "__main__":
    sys.exit(main())
