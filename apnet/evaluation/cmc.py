"""CMC curves as a picture, from what evaluations keep of each query."""

from collections.abc import Iterable, Sequence
from os.path import commonpath
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from apnet.errors import InputError
from apnet.evaluation.recorded import load_queries
from apnet.figures import SYNTHETIC, check_drawable, figure
from apnet.records.findings import printable
from apnet.records.load import load_evaluation
from apnet.records.paths import TEST
from apnet.records.schema import Evaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RANKS = 50

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#8a6d00")
"""Of Okabe and Ito, the last one darker: told apart by the colour-blind too."""

_LINES = ("-", "--", "-.", ":")


def draw_cmc(evaluations: Sequence[Path], out: Path) -> None:
    """Draw a curve for each evaluation, at ranks 1 to :data:`RANKS`.

    Args:
        evaluations: records test/<test set>.json, or folders of runs, for all of theirs.
        out: .svg, .png or .pdf.

    Raises:
        InputError: no evaluation; a damaged one, or one whose numbers are not those of its
            queries; an unknown format; no matplotlib.
    """
    check_drawable(out)
    files = list(dict.fromkeys(file for path in evaluations for file in _files(path)))
    records = [load_evaluation(file) for file in files]
    curves = [_curve(file, record) for file, record in zip(files, records, strict=True)]
    common, labels = _labels(files, records)
    title = ["CMC", *([common] if common else [])]
    if any(record.data.synthetic for record in records):
        title.append(SYNTHETIC)
    with figure(out, (6, 3.6 + 0.16 * len(curves))) as drawn:
        drawn.suptitle(printable("\n".join(title)), fontsize=8, parse_math=False)
        _draw(drawn, curves, labels)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted((path / TEST).glob("*.json"))
    if not files:
        raise InputError(f"no {TEST}/*.json in {path}: name a run that was evaluated")
    return files


def _curve(file: Path, record: Evaluation) -> np.ndarray:
    """CMC at ranks 1 to :data:`RANKS`, in percent."""
    queries = load_queries(file, record)
    first = queries.first_match_rank[np.isfinite(queries.average_precision)]
    return 100 * (first[:, None] <= np.arange(1, RANKS + 1)).mean(axis=0)


def _labels(files: Sequence[Path], records: Sequence[Evaluation]) -> tuple[str, list[str]]:
    """What all evaluations share, and what tells each from the others."""
    facts = [_facts(record) for record in records]
    shared = [len({*values}) == 1 for values in zip(*facts, strict=True)]
    own = [_joined(fact for fact, same in zip(of, shared, strict=True) if not same) for of in facts]
    # Copies of one evaluation differ in their place alone.
    if len({*own}) < len(own):
        above = commonpath([file.absolute() for file in files])
        places = [str(file.absolute().relative_to(above)) for file in files]
        own = [_joined(both) for both in zip(own, places, strict=True)]
    return _joined(fact for fact, same in zip(facts[0], shared, strict=True) if same), own


def _facts(record: Evaluation) -> list[str]:
    return [
        record.model,
        f"trained on {record.training_set}",
        f"tested on {record.dataset}",
        record.reading,
        record.training.recipe,
        f"seed {record.seed}",
    ]


def _joined(words: Iterable[str]) -> str:
    return ", ".join(word for word in words if word)


def _draw(drawn: "Figure", curves: Sequence[np.ndarray], labels: Sequence[str]) -> None:
    axes = drawn.subplots()
    ranks = np.arange(1, RANKS + 1)
    for number, (curve, label) in enumerate(zip(curves, labels, strict=True)):
        axes.plot(
            ranks,
            curve,
            _LINES[number // len(_COLOURS) % len(_LINES)],
            marker=".",
            markersize=4,
            color=_COLOURS[number % len(_COLOURS)],
            label=printable(_joined([label, f"rank-1 {curve[0]:.1f}"])),
        )
    axes.set(xlim=(0.5, RANKS + 0.5), xticks=[1, 5, *range(10, RANKS + 1, 10)])
    lowest = min(curve[0] for curve in curves)
    axes.set_ylim(max(0, 10 * np.ceil(lowest / 10) - 10), 101)
    axes.set(xlabel="rank k", ylabel="queries with a true match among the first k, %")
    for text in drawn.legend(frameon=False, loc="outside lower center").get_texts():
        text.set_parse_math(False)
