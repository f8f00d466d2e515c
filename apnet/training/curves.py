"""Learning curves of a run, from its history: losses and learning rate over the epochs."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.figures import SYNTHETIC, check_drawable, figure
from apnet.records.findings import printable
from apnet.records.load import load_epoch, load_evaluation, load_run, settings_of
from apnet.records.paths import HISTORY, RECORD, TEST
from apnet.records.schema import TRAINED, Epoch, Evaluation, Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVES = "curves.svg"
"""In the run's folder, where no other file is named."""

_LOSSES = {"loss": "loss", "identity_loss": "identity", "triplet_loss": "triplet"}


def draw_curves(run: Path, out: Path | None = None) -> Path:
    """Draw the history of the run in folder `run`, finished or not.

    Args:
        out: .svg, .png or .pdf; None is :data:`CURVES` in the run's folder.

    Returns:
        The file that was written.

    Raises:
        InputError: no history, or one that is damaged; a run that has none; a damaged record; an
            unknown format; no matplotlib.
    """
    out = out or run / CURVES
    check_drawable(out)
    record = load_run(run / RECORD) if (run / RECORD).exists() else None
    if record and record.provenance != TRAINED:
        raise InputError(f"{run} is {record.provenance}, so it has no curves: name a trained run")
    entries = read_history(run / HISTORY)
    tests = _tests(run, record) if record else []
    chance = identity_chance(record, settings_of(record, run / RECORD)) if record else None
    with figure(out, (6, 4.5)) as drawn:
        _draw(drawn, entries, chance)
        # Two $ in the name of a folder are not a formula.
        title = [_title(run, record, len(entries)), *map(_accuracy, tests)]
        if record and record.data.synthetic:
            title.append(SYNTHETIC)
        title = printable("\n".join(title))
        drawn.suptitle(title, fontsize=8, parse_math=False)
    return out


def _draw(figure: "Figure", entries: Sequence[Epoch], chance: tuple[float, str] | None) -> None:
    losses, rates = figure.subplots(2, sharex=True, height_ratios=(3, 1))
    epochs = [entry.epoch for entry in entries]
    # A curve of one epoch would be nothing without a point.
    marker = "o" if len(epochs) < 20 else ""
    for (key, label), style in zip(_LOSSES.items(), ("-", "--", ":"), strict=True):
        values = [getattr(entry, key) for entry in entries]
        losses.plot(epochs, values, style, label=label, marker=marker, markersize=3)
    if chance:
        height, words = chance
        losses.axhline(height, color="0.5", linewidth=0.8, label=f"identity at chance: {words}")
    losses.set_ylim(bottom=0)
    losses.set_ylabel("mean over the epoch")
    # Beside the lines, which are anywhere.
    losses.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0, ncols=4,
        columnspacing=1.2,
    )  # fmt: skip
    rates.plot(
        epochs,
        [entry.lr for entry in entries],
        color="0.3",
        drawstyle="steps-mid",
        marker=marker,
        markersize=3,
    )
    rates.set_yscale("log" if all(entry.lr > 0 for entry in entries) else "linear")
    rates.set_ylabel("learning rate")
    rates.set_xlabel("epoch")
    rates.xaxis.get_major_locator().set_params(integer=True)


def identity_chance(record: Run, settings: Settings) -> tuple[float, str] | None:
    """The identity loss where each of K identities is as likely, and how it comes about.

    Label smoothing (Eq. 8) leaves it at ln K: its targets sum to 1, and each is held against the
    same logarithm. With a fixed divisor D, as released, they sum to 1 - epsilon + epsilon K / D.
    """
    identities = record.data.counts.train.identities
    if not identities:
        return None
    divisor = settings.reading.smoothing_classes or identities
    epsilon = settings.recipe.smoothing
    total = 1 - epsilon + epsilon * identities / divisor
    chance = total * math.log(identities)
    times = "" if divisor == identities else f"{total:.3f} · "
    return chance, f"{times}ln {identities} = {chance:.2f}"


def _tests(run: Path, record: Run) -> list[Evaluation]:
    """The evaluations of these very weights."""
    tests = map(load_evaluation, sorted((run / TEST).glob("*.json")))
    return [test for test in tests if test.checkpoint_sha256 == record.checkpoint_sha256]


def _accuracy(test: Evaluation) -> str:
    """The mAP on a test set, in percent, and what it has to beat."""
    words = f"tested on {test.dataset}: mAP {100 * test.mAP:.1f}"
    if "without_learning" not in test.model_fields_set:
        return words
    floors = {"untrained": test.without_learning.untrained}
    floors["a random ranking"] = test.without_learning.random_ranking
    beside = [f"{name} {100 * floor.mAP:.1f}" for name, floor in floors.items() if floor]
    return f"{words} ({', '.join(beside)})"


def read_history(file: Path) -> list[Epoch]:
    """The epochs of a history; a last line without an end is one still being written.

    Raises:
        InputError: absent, empty or damaged.
    """
    try:
        whole = file.read_bytes().rpartition(b"\n")[0]
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    entries = []
    for number, line in enumerate(whole.splitlines(), start=1):
        entry, faults = load_epoch(line)
        if entry is None:
            raise InputError(f"{file}: line {number} is not an epoch ({faults[0]})")
        entries.append(entry)
    if not entries:
        raise InputError(f"{file} has no epoch yet: wait for the first to end")
    return entries


def _title(run: Path, record: Run | None, epochs: int) -> str:
    if record is None:
        return f"{run}: {epochs} epochs of a run that has not ended"
    names = f"{record.model}, {record.dataset}, {record.reading}, {record.recipe}"
    return f"{names}, seed {record.seed}"
