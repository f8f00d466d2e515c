"""What a report says in words: of the outcome, and of each verdict."""

from collections import Counter
from collections.abc import Iterator, Sequence

from reproduction.judging.cells import MOST_SEEDS, Alternative, Cell
from reproduction.paper.tables import Table
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
    "compatible": ("≈", "the paper's number could be one more run"),
    "incompatible": ("≉", "it hardly could"),
}
"""Full signs are verdicts of several runs, hollow ones the leaning of a single run; the next two
are of what is counted, not trained. The last two are a second answer, beside the verdict."""

BRACKETS = "( )"
"""Around the sign of a verdict under another choice of the protocol."""

SIGNS = {kind: sign for kind, (sign, _) in _KINDS.items()}
IN_ORDER = (*SIGNS.values(), BRACKETS)
KEY = {kind: words for kind, (_, words) in _KINDS.items()}

MEANINGS = {
    "match": "the 90 % interval of the mean lies wholly within e of the reported value",
    "better": "the interval lies wholly beyond e, on the good side",
    "worse": "the interval lies wholly beyond e, on the bad side",
    "inconclusive": "the interval reaches across an end of the reported value ± e, or lies beside "
    "it, which may be chance among so many cells; +k: about k more seeds would decide, were mean "
    f"and spread to stay; without k: more than {MOST_SEEDS}",
    "single run": "within e, or better or worse by more; one run is never called a match",
    "equal": "counted, and the same to the decimals that the paper prints",
    "unequal": "counted, and not the same to the decimals that the paper prints",
    "not comparable": "not to be held against the paper; n/c for short",
    "not reported": "the paper gives no value here",
    "failed": "its job failed, or its record is refused; the reason stands with the open cells",
    "not run": "no evaluation of any seed asked for",
    "quoted": "the paper quotes this row from elsewhere; nothing here makes it",
}
"""Of each verdict, in the order in which the outcome lists them."""


ANSWERS = {
    "≈ compatible": "the reported value lies where one more run would in 95 % of cases; "
    "≉: it does not",
    "p": "of the verdict, corrected for all cells tested here (Benjamini–Hochberg): at most 5 % of "
    "the verdicts match, better and worse are expected to be false",
    "k*": "the best of k* runs such as ours would print the paper's number, or better, in half of "
    "all cases",
}
"""What stands beside a verdict."""


def outcome(cells: Sequence[Cell]) -> str:
    """How many cells came out how, as a phrase."""
    tally = Counter(cell.verdict for cell in cells)
    words = [f"{tally[word]} {word}" for word in MEANINGS if tally[word]]
    leanings = Counter(cell.leaning for cell in cells if cell.verdict == "single run")
    shown = [f"{leanings[key]} {key}" for key in ("within", "better", "worse") if leanings[key]]
    asked = [cell.compatible for cell in cells if cell.compatible is not None]
    more = [
        *([f"single runs: {listed(shown)}"] if shown else []),
        *([f"{sum(asked)} of {len(asked)} compatible"] if asked else []),
    ]
    behind = f" ({'; '.join(more)})" if more else ""
    if len(words) == 1:
        return f"all {words[0].replace(' ', ' cells ', 1)}{behind}"
    return f"of {len(cells)} cells {listed(words)}{behind}"


def kind(cell: Cell | Alternative) -> str | None:
    """The kind of verdict that has a sign; None where nothing is compared."""
    if cell.verdict == "single run":
        leaning = cell.leaning
        return leaning if leaning == "within" else f"single {leaning}"
    return cell.verdict if cell.verdict in SIGNS else None


def second(cell: Cell) -> str | None:
    """The kind of the second answer; None where it is not asked."""
    if cell.compatible is None:
        return None
    return "compatible" if cell.compatible else "incompatible"


def others(cell: Cell) -> Iterator[tuple[str, str]]:
    """(sign of the verdict, name) of each other choice of the protocol that has a verdict."""
    verdicts = ((kind(item), item.label) for item in cell.alternatives)
    return ((SIGNS[found], label) for found, label in verdicts if found)


def verdict(cell: Cell) -> str:
    """A cell's verdict as it stands in its column; empty without a run."""
    if cell.status != "run":
        return ""
    if cell.verdict == "single run":
        return f"1 run: {cell.leaning}"
    if cell.verdict == "inconclusive" and cell.more_seeds:
        return f"inconclusive +{cell.more_seeds}"
    return "n/c" if cell.verdict == "not comparable" else cell.verdict


def where(table: Table, cell: Cell) -> str:
    """Which cell it is of its table, such as `APNet-C_2, Market-1501 mAP, with distractors`."""
    (column,) = (item.label for item in table.columns if item.key == cell.column)
    metric = "" if column == cell.metric else f" {cell.metric}"
    choice = f", {cell.choice}" if cell.choice else ""
    return f"{row(table, cell)}, {column}{metric}{choice}"


def row(table: Table, cell: Cell) -> str:
    """A row's label; where that is a bare number, with what it is a number of."""
    label = cell.label
    return f"{table.heading.lower()} {label}" if label.isdecimal() else label


def signed(value: float, decimals: int) -> str:
    """A difference with its sign, a true minus; one that rounds to nothing has none."""
    text = f"{abs(value):.{decimals}f}"
    if not float(text):
        return text
    return f"{'+' if value > 0 else '−'}{text}"
