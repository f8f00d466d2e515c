"""What a report says in words: of the outcome, and of each verdict."""

from collections import Counter
from collections.abc import Sequence

from reproduction.judging.cells import MOST_SEEDS, Cell
from reproduction.report.phrases import listed

_KINDS = {
    "match": ("●", "match"),
    "better": ("▲", "better"),
    "worse": ("▼", "worse"),
    "inconclusive": ("?", "inconclusive"),
    "within": ("○", "one run, within e"),
    "single better": ("△", "one run, better by more than e"),
    "single worse": ("▽", "one run, worse by more than e"),
    "equal": ("=", "comes out as printed"),
    "unequal": ("≠", "comes out otherwise"),
}
"""Full signs are verdicts of several runs, hollow ones the leaning of a single run; the last
two are of what is counted, not trained."""

SIGNS = {kind: sign for kind, (sign, _) in _KINDS.items()}
KEY = {kind: words for kind, (_, words) in _KINDS.items()}

MEANINGS = {
    "match": "the 95 % interval of the mean lies wholly within e of the reported value",
    "better": "the interval lies wholly beyond e, on the good side",
    "worse": "the interval lies wholly beyond e, on the bad side",
    "inconclusive": "the interval reaches across an end of the reported value ± e; +k: about k "
    f"more seeds would decide, were mean and spread to stay; without k: more than {MOST_SEEDS}",
    "single run": "within e, or better or worse by more; one run is never called a match",
    "equal": "counted, and the same to the decimals that the paper prints",
    "unequal": "counted, and not the same to the decimals that the paper prints",
    "not comparable": "not to be held against the paper; n/c for short",
    "not reported": "the paper gives no value here",
    "failed": "its job failed; the reason stands with the open cells",
    "not run": "no evaluation of any seed asked for",
    "quoted": "the paper quotes this row from elsewhere; nothing here makes it",
}
"""Of each verdict, in the order in which the outcome lists them."""


def outcome(cells: Sequence[Cell]) -> str:
    """How many cells came out how, as a phrase."""
    tally = Counter(cell.verdict for cell in cells)
    words = [f"{tally[word]} {word}" for word in MEANINGS if tally[word]]
    leanings = Counter(cell.leaning for cell in cells if cell.verdict == "single run")
    shown = [f"{leanings[key]} {key}" for key in ("within", "better", "worse") if leanings[key]]
    leaning = f" (single runs: {listed(shown)})" if shown else ""
    if len(words) == 1:
        return f"all {words[0].replace(' ', ' cells ', 1)}{leaning}"
    return f"of {len(cells)} cells {listed(words)}{leaning}"


def kind(cell: Cell) -> str | None:
    """The kind of verdict that has a sign; None where nothing is compared."""
    if cell.verdict == "single run":
        leaning = cell.leaning
        return leaning if leaning == "within" else f"single {leaning}"
    return cell.verdict if cell.verdict in SIGNS else None


def verdict(cell: Cell) -> str:
    """A cell's verdict as it stands in its column; empty without a run."""
    if cell.status != "run":
        return ""
    if cell.verdict == "single run":
        return f"1 run: {cell.leaning}"
    if cell.verdict == "inconclusive" and cell.more_seeds:
        return f"inconclusive +{cell.more_seeds}"
    return "n/c" if cell.verdict == "not comparable" else cell.verdict


def signed(value: float, decimals: int) -> str:
    """A difference with its sign, a true minus; one that rounds to nothing has none."""
    text = f"{abs(value):.{decimals}f}"
    if not float(text):
        return text
    return f"{'+' if value > 0 else '−'}{text}"
