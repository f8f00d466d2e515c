"""Validate a folder of results: each run and evaluation in it, and all of them side by side."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from apnet.config.settings import current_settings
from apnet.errors import InputError
from apnet.files import digest
from apnet.records.blocks import Record
from apnet.records.check_evaluation import check_evaluation
from apnet.records.check_run import WEIGHTS_ABSENT, check_run
from apnet.records.findings import ERROR, Finding, error, note, read
from apnet.records.load import unfinite
from apnet.records.paths import CHECKPOINTS, HISTORY, RECORD, TEST, by_number
from apnet.records.schema import Evaluation, Run, TrainedRun


def check_results(folder: Path) -> dict[str, object]:
    """Check every run, evaluation and other JSON file under `folder`.

    Returns:
        `runs` and `evaluations`, how many there are; `findings`, in the order of their files.

    Raises:
        InputError: no folder, or nothing in it that is a result.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {folder}: name a folder of results")
    files = sorted(file for file in folder.rglob("*.json") if not _is_hidden(file, folder))
    folders = [file.parent for file in files if file.name == RECORD]
    tests = [file for file in files if file.parent.name == TEST and file.name != RECORD]
    if not folders and not tests:
        raise InputError(
            f"no {RECORD} and no {TEST}/*.json under {folder}: is it a folder of results?"
        )
    runs: dict[Path, Run] = {}
    evaluations: dict[Path, Evaluation] = {}
    findings: list[Finding] = []
    for path in folders:
        record, faults = check_run(path)
        findings += faults
        if record is not None:
            runs[path] = record
    for file in tests:
        record, faults = check_evaluation(file, runs.get(file.parent.parent))
        findings += faults
        if record is not None:
            evaluations[file] = record
    for file in {*files} - {*tests} - {path / RECORD for path in folders}:
        content, faults = read(file)
        findings += [*faults, *(error(file, fault) for fault in unfinite(content))]
    findings += [*_twins(runs), *_mixed(runs, evaluations), *_unfinished(folder, folders)]
    findings.sort(key=lambda finding: (by_number(finding.file), finding.message))
    return {"runs": len(folders), "evaluations": len(tests), "findings": findings}


def _is_hidden(file: Path, folder: Path) -> bool:
    """Whether it is half-written, or kept while it is made again."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def errors(findings: list[Finding]) -> int:
    """How many findings are errors."""
    return len(faults(findings))


def faults(findings: Sequence[Finding], weights: bool = True) -> list[Finding]:
    """The findings that are errors.

    Args:
        weights: whether a run without its weights is one. Its records are as good without them.
    """
    found = [finding for finding in findings if finding.kind == ERROR]
    return [finding for finding in found if weights or finding.message != WEIGHTS_ABSENT]


def _twins(runs: dict[Path, Run]) -> Iterator[Finding]:
    """Two runs that are one: a seed counted twice."""
    first: dict[tuple[str, str], Path] = {}
    for path, record in runs.items():
        twins = {what: first.setdefault((what, it), path) for what, it in _identity(record)}
        for what, same in twins.items():
            if same != path:
                yield error(path / RECORD, f"has the same {what} as {same}: one run, not two")
                break


def _identity(record: Run) -> Iterator[tuple[str, str]]:
    """What identifies a run."""
    yield "weights", record.checkpoint_sha256
    # A seed that is trained again on a GPU gives other bytes. The seed of an imported run is only
    # claimed, so two with the same seed may be two runs.
    if isinstance(record, TrainedRun):
        initial = record.weights and record.weights.sha256
        alike = (record.settings_sha256, record.data.fingerprint, initial)
        code = record.code_fingerprint
        yield "seed, settings, data, code and initial weights", str((*alike, code))


def _mixed(runs: dict[Path, Run], evaluations: dict[Path, Evaluation]) -> Iterator[Finding]:
    """Seeds of one cell that differ in code, data or settings."""
    cells: dict[Path, list[Run]] = defaultdict(list)
    for path, record in runs.items():
        cells[path.parent].append(record)

    trained = {
        "trained by different code": lambda record: record.code_fingerprint,
        "trained on different data": lambda record: record.data.fingerprint,
        "trained with different recipe settings": _recipe,
    }
    yield from _different(cells, trained)
    for path, records in cells.items():
        # Older records list the switches of other datasets as well.
        names = set.intersection(*({*record.switches} for record in records))
        values = {digest([record.switches[name] for name in sorted(names)]) for record in records}
        if len(values) > 1:
            yield note(path, f"its {len(records)} seeds were trained with different switches")
    tests: dict[Path, list[Evaluation]] = defaultdict(list)
    for file, record in evaluations.items():
        tests[file.parent.parent.parent / file.name].append(record)
    evaluated = {
        "evaluated by different code": lambda record: record.code_fingerprint,
        "evaluated on different data": lambda record: record.data.fingerprint,
    }
    yield from _different(tests, evaluated)


def _recipe(record: Run) -> str:
    return digest(current_settings(record.settings))


def _different(
    cells: dict[Path, list], kinds: dict[str, Callable[[Record], object]]
) -> Iterator[Finding]:
    for path, records in cells.items():
        for message, value in kinds.items():
            if len({str(value(record)) for record in records}) > 1:
                yield note(path, f"its {len(records)} seeds were {message}")


def _unfinished(folder: Path, runs: Sequence[Path]) -> Iterator[Finding]:
    started = {file.parent for name in (HISTORY, CHECKPOINTS) for file in folder.rglob(name)}
    for path in started - {*runs}:
        yield note(path, "is an unfinished run: the same apnet train continues it")
