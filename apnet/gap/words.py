"""Findings for people, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill

from apnet.gap.effects import METRICS, SEED, Effect
from apnet.gap.explain import DIFFERS, EQUAL, OPEN, Case, Finding

_TITLES = {DIFFERS: "Known to differ from the paper", OPEN: "Open", EQUAL: "Known to be equal"}
_WORDS = ((None, "none set"), (True, "yes"), (False, "no"))
_UNKNOWN = "effect unknown: not measured here"

Numbers = Mapping[str, float | None]


def lines(case: Case, ours: Numbers, reported: Numbers, found: Sequence[Finding]) -> Iterator[str]:
    """The findings, a paragraph each; what is equal to the paper's is named alone."""
    yield _heading(case, ours, reported)
    for status, title in _TITLES.items():
        of_status = [finding for finding in found if finding.status == status]
        if not of_status:
            continue
        yield f"\n{title} ({len(of_status)})"
        if status == EQUAL:
            yield _wrapped(", ".join(finding.cause.name for finding in of_status), "  ")
        elif status == OPEN:
            yield from _open(of_status)
        else:
            yield from (line for finding in of_status for line in _lines(finding))
    yield (
        "\nEffects are in percent points, ± their standard error, each of runs that differ in "
        "this alone.\nˢ: on synthetic data; they say which differences matter, hardly how much."
    )


def _open(found: Sequence[Finding]) -> Iterator[str]:
    """Settings without a measured effect are named last and briefly."""
    brief = [f for f in found if f.cause.brief and not f.effects]
    yield from (line for finding in found if finding not in brief for line in _lines(finding))
    if brief:
        names = ", ".join(f"{f.cause.name} ({_values(f.cause.papers)})" for f in brief)
        yield _wrapped(f"and, with effects unknown, the paper's values in brackets: {names}", "  ")


def _heading(case: Case, ours: Numbers, reported: Numbers) -> str:
    numbers = ", ".join(f"{name} {value:.1f}" for name, value in ours.items())
    training, test = case.datasets
    sets = test if training == test else f"{training} to {test}"
    gaps = [f"{name} {ours[name] - value:+.1f}" for name, value in reported.items() if value]
    told = f"; to the reported numbers: {', '.join(gaps)}" if gaps else ""
    return f"{case.model} on {sets}: {numbers}{told}"


def _lines(finding: Finding) -> Iterator[str]:
    cause = finding.cause
    said = [f"here {shown(finding.ours)}"] if finding.known else []
    if cause.papers:
        said.append(f"paper {_values(cause.papers)}")
    about = f" ({'; '.join(said)})" if said else ""
    why = f": {cause.about}" if cause.about else ""
    yield _wrapped(f"{cause.name}{about}{why}", "  ")
    yield _wrapped(effect(finding.effects[0]) if finding.effects else _UNKNOWN, "      ")


def effect(measured: Effect) -> str:
    """An effect as a sentence."""
    mark = "ˢ" if measured.synthetic else ""
    if measured.what == SEED:
        spreads = (f"{metric} {measured.spreads(metric)[0]:.1f}{mark}" for metric in METRICS)
        runs = len(measured.before.seeds)
        return f"standard deviation of {runs} seeds: {', '.join(spreads)}; {measured.on}"
    changes = []
    for metric in METRICS:
        error = measured.error(metric)
        spread = "" if error is None else f" ± {error:.1f}"
        changes.append(f"{metric} {measured.change(metric):+.1f}{spread}{mark}")
    sides = " → ".join(shown(side.value) for side in (measured.before, measured.after))
    runs = f"{len(measured.before.seeds)} and {len(measured.after.seeds)} runs"
    return f"{sides}: {', '.join(changes)}; {runs}; {measured.on}"


def _values(values: Sequence[object]) -> str:
    return " or ".join(map(shown, values))


def shown(value: object) -> str:
    """A value of a switch or a setting, as a phrase."""
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value)) or "none"
    # Not by a dictionary, in which 1 is True.
    words = (word for known, word in _WORDS if value is known)
    return next(words, f"{value:g}" if isinstance(value, float) else str(value))


def _wrapped(text: str, indent: str) -> str:
    # A name is whole, so that it can be copied.
    how = {"break_on_hyphens": False, "break_long_words": False}
    return fill(text, 96, initial_indent=indent, subsequent_indent=f"{indent}  ", **how)


def as_json(
    case: Case, ours: Numbers, reported: Numbers, found: Sequence[Finding]
) -> dict[str, object]:
    """The findings as a JSON value; `effects` is empty where none was measured."""
    return {
        "model": case.model,
        "training_set": case.datasets[0],
        "dataset": case.datasets[1],
        "percent": ours,
        "reported": reported,
        "causes": [
            {
                "name": finding.cause.name,
                "about": finding.cause.about,
                "status": finding.status,
                "ours": finding.ours,
                "paper": finding.cause.papers,
                "effects": [_effect(each) for each in finding.effects],
            }
            for finding in found
        ],
    }


def _effect(measured: Effect) -> dict[str, object]:
    return {
        "from": measured.before.value,
        "to": measured.after.value,
        "change": {metric: measured.change(metric) for metric in METRICS},
        "standard_error": {metric: measured.error(metric) for metric in METRICS},
        "spread": {metric: measured.spreads(metric) for metric in METRICS},
        "runs": [len(side.seeds) for side in (measured.before, measured.after)],
        "measured_on": measured.on,
        "synthetic": measured.synthetic,
    }
