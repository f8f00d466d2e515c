"""A comparison as Markdown for a pull request: first what changed, then each cell."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean, stdev

from tabulate import tabulate

from reproduction.report.markdown import escape
from reproduction.report.phrases import listed
from reproduction.report.templating import template
from reproduction.report.text import signed
from reproduction.sharing import compare
from reproduction.sharing.compare import Pair
from reproduction.sharing.measured import Measured, ResultSet

_HOW = (
    "Each number: mean ± standard deviation over the seeds (how many). p: of Student's t on the "
    "difference of the means, its spread pooled over the experiments of both sets with the same "
    "data, metric and series, corrected over all cells by Benjamini and Hochberg; below 0.05 a "
    "difference is called more than the noise. A count has no noise."
)

_SIGNS = {"better": "▲", "worse": "▼", "higher": "↑", "lower": "↓"}

_SHOWN, _LONG = 3, 60
"""Variants of a condition that are named, and characters of each."""

_PARTS = (
    (compare.BEYOND, "More than the noise", False),
    (compare.UNTESTED, "Different, and no spread to tell by", False),
    (compare.OTHER_DATA, "Synthetic in one set alone, so not held against each other", False),
    (compare.ONLY_B, "Only in B", False),
    (compare.ONLY_A, "Only in A", False),
)
"""Kinds of cells that are shown at once, each with its title."""


def render(a: ResultSet, b: ResultSet, pairs: Sequence[Pair]) -> str:
    """The page."""
    conditions = [*_conditions(pairs)]
    left_out = (
        (name, text)
        for name, one in (("A", a), ("B", b))
        for text in (one.left_out, *one.refused)
        if text
    )
    return template("comparison.md.j2", text=escape).render(
        first=_first(pairs, [*dict.fromkeys(name for name, *_ in conditions)]),
        a=str(a.source),
        b=str(b.source),
        notes=[f"Of {name}, {text}." for name, text in left_out],
        parts=[*_parts(pairs, conditions)],
        how=_HOW,
    )


def _first(pairs: Sequence[Pair], conditions: Sequence[str]) -> str:
    """What changed, in one line."""
    kinds = Counter(pair.kind for pair in pairs)
    apart = {compare.ONLY_A, compare.ONLY_B, compare.OPEN, compare.OTHER_DATA, compare.UNTESTED}
    told = kinds[compare.BEYOND]
    shared = sum(count for kind, count in kinds.items() if kind not in apart)
    if not shared:
        also = _also(pairs, kinds, conditions)
        return f"**No cell has runs in both sets that can be compared.**{also}"
    words = Counter(pair.word for pair in pairs if pair.kind == compare.BEYOND)
    ways = listed([f"{count} {word}" for word, count in sorted(words.items())])
    what = f"{told} of {shared} cells" if told else f"None of {shared} cells"
    differ = "differs" if told <= 1 else "differ"
    line = f"**{what} {differ} by more than the noise{f': {ways}' if ways else ''}.**"
    return line + _also(pairs, kinds, conditions)


def _also(pairs: Sequence[Pair], kinds: Counter[str], conditions: Sequence[str]) -> str:
    changed = sum(_verdict_changed(pair) for pair in pairs)
    counts = [
        (kinds[compare.UNTESTED], "different without a spread to tell by"),
        (kinds[compare.OTHER_DATA], "synthetic in one set alone"),
        (kinds[compare.WITHIN], "within the noise"),
        (kinds[compare.UNCHANGED], "unchanged"),
        (kinds[compare.ONLY_B], "only in B"),
        (kinds[compare.ONLY_A], "only in A"),
    ]
    said = listed([f"{count} {words}" for count, words in counts if count])
    return "".join(
        [
            f" {changed} verdict{'s' * (changed > 1)} changed." if changed else "",
            f" Other cells: {said}." if said else "",
            f" Conditions differ: {escape(listed(conditions))}." if conditions else "",
        ]
    )


def _parts(
    pairs: Sequence[Pair], conditions: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, str, bool]]:
    """(title, grid, whether it is folded) of what there is."""
    by_kind: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_kind[pair.kind].append(pair)
    for kind, title, folded in _PARTS:
        if found := by_kind[kind]:
            yield title, _grid(sorted(found, key=_order)), folded
    quiet = (compare.WITHIN, compare.UNCHANGED, compare.OPEN)
    moved = [pair for kind in quiet for pair in by_kind[kind] if _verdict_changed(pair)]
    if moved:
        yield "Another verdict, without more than the noise", _grid(moved), False
    if conditions:
        yield "Conditions that differ", _pipes(["", "A", "B", "cells"], conditions), False
    titles = ("within the noise", "unchanged", "without a run in either set")
    for kind, title in zip(quiet, titles, strict=True):
        if found := by_kind[kind]:
            cells = f"{len(found)} cell{'s' * (len(found) > 1)}"
            yield f"{cells} {title}", _grid(found), True


def _order(pair: Pair) -> tuple[bool, float]:
    """The worse first, and the largest difference of each."""
    return pair.word not in ("worse", "lower"), -abs(pair.difference or 0)


def _verdict_changed(pair: Pair) -> bool:
    both = pair.difference is not None  # runs in both
    return both and _answers(pair.a) != _answers(pair.b)


def _answers(cell: Measured | None) -> str:
    """The verdict, and beside it whether the reported number could be one more run."""
    if cell is None or cell.compatible is None:
        return cell.verdict if cell else ""
    return f"{cell.verdict}, {'' if cell.compatible else 'not '}compatible"


def _grid(pairs: Iterable[Pair]) -> str:
    return _pipes(["cell", "A", "B", "B − A", "p", "verdict"], map(_line, pairs))


def _line(pair: Pair) -> tuple[str, ...]:
    difference = ""
    if pair.difference is not None:
        text = signed(pair.difference, pair.any.decimals)
        beyond = pair.kind == compare.BEYOND
        difference = f"{text} {_SIGNS[pair.word] if beyond else ''}".rstrip()
    p = "" if pair.p is None or pair.any.exact else _p(pair.p)
    before, after = _answers(pair.a), _answers(pair.b)
    verdict = f"{before or '–'} → {after or '–'}" if before != after else after
    numbers = (_number(pair.a), _number(pair.b))
    return (escape(pair.any.name), *numbers, difference, p, escape(verdict))


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"


def _number(cell: Measured | None) -> str:
    if cell is None or not cell.values:
        return "–"
    values, decimals = cell.values, cell.decimals
    mark = "ˢ" if cell.synthetic else ""
    if cell.exact:
        return f"{values[0]:.{decimals}f}{mark}"
    spread = f" ± {stdev(values):.{decimals}f}" if len(values) > 1 else ""
    return f"{fmean(values):.{decimals}f}{spread}{mark} ({len(values)})"


def _conditions(pairs: Iterable[Pair]) -> Iterator[tuple[str, ...]]:
    """(name, of A, of B, on how many cells), where both sets say something and not the same."""
    differing: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for pair in pairs:
        a, b = (cell.conditions if cell else {} for cell in (pair.a, pair.b))
        for name in [name for name in a if name in b and a[name] != b[name]]:
            differing[name][_variants(a[name], b[name]), _variants(b[name], a[name])] += 1
    for name, variants in differing.items():
        for (before, after), count in variants.most_common(_SHOWN):
            yield escape(name), before, after, str(count)
        if len(variants) > _SHOWN:
            rest = sum(count for _, count in variants.most_common()[_SHOWN:])
            yield escape(name), "others", "others", str(rest)


def _variants(texts: Sequence[str], others: Sequence[str]) -> str:
    """Those of the texts that the other set lacks, shortened; all of them if it lacks none."""
    own = [text for text in texts if text not in others] or [*texts]
    more = [f"{len(own) - _SHOWN} more"] if len(own) > _SHOWN else []
    return "; ".join([*(escape(_short(text)) for text in own[:_SHOWN]), *more]) or "–"


def _short(text: str) -> str:
    if re.fullmatch(r"[0-9a-f]{32,}", text):
        return text[:12]
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _pipes(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    align = ["left", *["right"] * (len(head) - 2), "left"]
    return tabulate([*lines], [*head], tablefmt="pipe", disable_numparse=True, colalign=align)
