"""A folder of results, anybody's: every run and evaluation in it, and all beside each other."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from apnet.errors import InputError
from apnet.records.check_evaluation import check_evaluation
from apnet.records.check_run import check_run
from apnet.records.findings import ERROR, Finding, error, note, read
from apnet.records.forms import TRAINED

_UNFINISHED = ("history.jsonl", "checkpoints")


def check_results(folder: Path) -> dict[str, object]:
    """Check every run, evaluation and other JSON file under `folder`.

    Returns:
        `runs` and `evaluations`, how many there are; `findings`, in the order of their files.

    Raises:
        InputError: no folder, or nothing in it that is a result.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {folder}: name one of results")
    files = sorted(file for file in folder.rglob("*.json") if not file.name.startswith("."))
    runs = {file.parent: check_run(file.parent) for file in files if file.name == "run.json"}
    tests = [file for file in files if file.parent.name == "test" and file.name != "run.json"]
    if not runs and not tests:
        raise InputError(f"no run.json and no test/*.json under {folder}: is it one of results?")
    findings = [finding for _, found in runs.values() for finding in found]
    records = {place: record for place, (record, _) in runs.items() if record is not None}
    evaluations = {}
    for file in tests:
        record, found = check_evaluation(file, records.get(file.parent.parent))
        findings += found
        if record is not None:
            evaluations[file] = record
    for file in set(files) - set(tests) - {place / "run.json" for place in runs}:
        findings += read(file)[1]
    findings += [*_twins(records), *_mixed(records, evaluations), *_unfinished(folder, runs)]
    findings.sort(key=lambda finding: (str(finding.file), finding.message))
    return {"runs": len(runs), "evaluations": len(tests), "findings": findings}


def errors(findings: list[Finding]) -> int:
    """How many findings are errors."""
    return sum(finding.kind == ERROR for finding in findings)


def _twins(runs: dict[Path, dict]) -> Iterator[Finding]:
    """Two runs that are one: a seed counted twice."""
    first: dict[tuple[str, str], Path] = {}
    for place, record in runs.items():
        twins = {what: first.setdefault((what, it), place) for what, it in _identity(record)}
        for what, same in twins.items():
            if same != place:
                yield error(place / "run.json", f"has the same {what} as {same}: one run, not two")
                break


def _identity(record: dict) -> Iterator[tuple[str, str]]:
    """By what a run is known again."""
    yield "weights", record["checkpoint_sha256"]
    # A seed that is trained again on a GPU gives other bytes. An imported run is of the
    # seed that somebody said, so two that say the same may well be two.
    if record["provenance"] == TRAINED:
        initial = record["weights"] and record["weights"]["sha256"]
        alike = (record["settings_sha256"], record["data"]["fingerprint"], initial)
        code = record["code_fingerprint"]
        yield "seed, settings, data, code and initial weights", str((*alike, code))


def _mixed(runs: dict[Path, dict], evaluations: dict[Path, dict]) -> Iterator[Finding]:
    """Seeds of one cell that were not made alike."""
    cells: dict[Path, list[dict]] = defaultdict(list)
    for place, record in runs.items():
        cells[place.parent].append(record)
    kinds: dict[str, Callable[[dict], object]] = {
        "trained by different code": lambda record: record["code_fingerprint"],
        "trained on different data": lambda record: record["data"]["fingerprint"],
        "trained with different settings": lambda record: str(
            [record["switches"], record["settings"]]
        ),
    }
    yield from _different(cells, kinds)
    tests: dict[Path, list[dict]] = defaultdict(list)
    for file, record in evaluations.items():
        tests[file.parent.parent.parent / file.name].append(record)
    kinds = {
        "evaluated by different code": lambda record: record["code_fingerprint"],
        "evaluated on different data": lambda record: record["data"]["fingerprint"],
    }
    yield from _different(tests, kinds)


def _different(
    cells: dict[Path, list[dict]], kinds: dict[str, Callable[[dict], object]]
) -> Iterator[Finding]:
    for place, records in cells.items():
        for message, value in kinds.items():
            found = {str(value(record)) for record in records}
            if len(found) > 1:
                yield note(place, f"its {len(records)} seeds were {message}")


def _unfinished(folder: Path, runs: dict[Path, object]) -> Iterator[Finding]:
    begun = {file.parent for name in _UNFINISHED for file in folder.rglob(name)}
    for place in begun - set(runs):
        yield note(place, "is a run that has not ended: the same apnet train continues it")
