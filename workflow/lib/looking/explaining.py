"""`snakemake explain`: why a cell's results, or a file, are missing, stale or up to date."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from apnet import numeric_core
from apnet.errors import InputError
from apnet.records import paths
from apnet.records.kept import second_name
from apnet.records.paths import Evaluation, Run
from workflow.lib import finished
from workflow.lib.catalogue import TABLES
from workflow.lib.earlier import differences
from workflow.lib.looking import states
from workflow.lib.looking.cells import evaluations_of
from workflow.lib.looking.edits import edits
from workflow.lib.looking.needed import needed
from workflow.lib.looking.underway import locked_files
from workflow.lib.plan import Plan

UP_TO_DATE, STALE, MISSING = "up to date", "stale", "missing"


class Explainer:
    """Explains the results of one config.

    Args:
        root: the checkout.
    """

    def __init__(self, plan: Plan, root: Path) -> None:
        self._plan = plan
        self._root = root

    def cell(self, name: str) -> Iterator[str]:
        """Of a cell, `TABLE/ROW/COLUMN`: its evaluations, and the trainings behind them.

        Raises:
            InputError: no such table, row or column, or a cell that is quoted.
        """
        for evaluation in evaluations_of(self._plan, name):
            yield from self.evaluation(evaluation)

    def file(self, name: str) -> Iterator[str]:
        """Of a file that rules make: a report, or one of a run or an evaluation.

        Raises:
            InputError: no such file.
        """
        path = PurePosixPath(name)
        results = PurePosixPath(self._plan.results)
        if path.stem in TABLES and path.parent in (PurePosixPath("reports"), results / "cells"):
            yield from self._table(path.stem)
            return
        run = Run.parse(path.parent) if path.name in (paths.RECORD, paths.WEIGHTS) else None
        evaluation = Evaluation.parse(path) if path.parent.name == paths.TEST else None
        found = run or (evaluation and evaluation.run)
        if found is None or not path.is_relative_to(results):
            raise InputError(
                f"{name}: explain takes a cell such as table2/apnet-c2/market1501, the report of a "
                f"table, or a file of a run under {results}"
            )
        self._plan.check(found)
        yield from self.evaluation(evaluation) if evaluation else self.training(found)

    def evaluation(self, item: Evaluation) -> Iterator[str]:
        """Lines on an evaluation, then on its training."""
        faults = list(finished.unevaluated(self._plan, item))
        record = finished.record_of(self._plan, item.file)
        words = [*self._words(faults, record, item)]
        if finished.RECORD in faults and not finished.damaged(self._plan, item.file):
            words.append(_begun(states.evaluation(self._plan, item, True)))
        yield self._verdict(item.file, faults)
        yield from (f"  {word}" for word in words)
        yield from (f"  {line}" for line in self.training(item.run))

    def training(self, run: Run) -> Iterator[str]:
        """Lines on a training."""
        if run.folder in self._plan.unreadable:
            yield f"{self._path(run.record)}: {states.UNREADABLE}"
            return
        if run.folder in self._plan.imported:
            yield f"{self._path(run.record)}: was imported, and stays"
            return
        faults = list(finished.untrained(self._plan, run))
        record = finished.record_of(self._plan, run.record)
        yield self._verdict(run.record, faults)
        words = [*self._words(faults, record, run)]
        if finished.RECORD in faults:
            words.append(_begun(states.training(self._plan, run, True, locked_files())))
            kept = second_name(Path(self._path(run.record)))
            words += [f"a finished one is kept as {kept}"] if kept.exists() else []
        elif self._plan.config["code_changes"] == "keep" and finished.CODE not in faults:
            today = numeric_core.training(run.model, run.dataset)
            if record.get("code_fingerprint") != today:
                words.append(f"made with earlier code and kept: {self._edits(run, record)}")
        yield from (f"  {word}" for word in words)

    def _verdict(self, file: str, faults: list[str]) -> str:
        if not faults:
            return f"{self._path(file)}: {UP_TO_DATE}"
        if finished.damaged(self._plan, file):
            return f"{self._path(file)}: {states.DAMAGED}"
        there = finished.RECORD not in faults
        return f"{self._path(file)}: {STALE if there else MISSING}"

    def _words(
        self, faults: Iterable[str], record: dict[str, object], item: Run | Evaluation
    ) -> Iterator[str]:
        """A sentence a fault of a record that is there."""
        for fault in faults:
            if fault == finished.SETTINGS:
                yield f"settings: {self._settings(record, item)}"
            elif fault == finished.CODE:
                yield f"code: {self._edits(item, record)}"
            elif fault == finished.DATA:
                yield f"data: {self._data(record, item)}"
            elif fault == finished.WEIGHTS:
                yield "weights: it is of other weights than its training has now"
            elif fault == finished.RUN:
                yield f"training: {self._again(item.run)}"

    def _again(self, run: Run) -> str:
        if finished.trained(self._plan, run):
            return "ImageNet weights come from a file of the config, which may have changed"
        return "it would be made again, see below"

    def _settings(self, record: dict[str, object], item: Run | Evaluation) -> str:
        if isinstance(item, Evaluation):
            protocol = record.get("protocol")
            switches = protocol.get("switches") if isinstance(protocol, dict) else None
            if not isinstance(switches, dict):
                return "its record names no switches"
            wanted = self._plan.readings[item.run.reading].switches(item.test_set)
            return _differing({key: switches.get(key, wanted[key]) for key in wanted}, wanted)
        try:
            found = differences(self._plan, item, record)
        except (AttributeError, InputError, KeyError, TypeError, ValueError) as error:
            return f"its settings are none of today's ({error})"
        seed = record.get("seed")
        others = [f"seed: {seed} there, {item.seed} here"] if seed != item.seed else []
        return "; ".join([*found, *others]) or "it is of another model, dataset or reading"

    def _edits(self, item: Run | Evaluation, record: dict[str, object]) -> str:
        if isinstance(item, Run):
            return edits(self._root, numeric_core.training_files(item.model, item.dataset), record)
        # An evaluation names no commit; that of its training is no later.
        run = finished.record_of(self._plan, item.run.record)
        files = numeric_core.evaluation_files(item.run.model, item.test_set)
        return edits(self._root, files, {**record, "git": run.get("git")})

    def _data(self, record: dict[str, object], item: Run | Evaluation) -> str:
        run, name = (item, item.dataset) if isinstance(item, Run) else (item.run, item.test_set)
        file = paths.CHECK.format(reading=run.reading, dataset=name)
        check = finished.record_of(self._plan, file)
        if not check:
            return f"{name} was not checked yet, or no longer: {self._path(file)} is missing"
        data = record.get("data")
        data = data if isinstance(data, dict) else {}
        if found := _differing(data, {key: check[key] for key in data.keys() & check.keys()}):
            return f"{name} has changed: {found}"
        wanted = {
            "identities": self._plan.drawn_identities(name),
            "seed": (self._plan.config["synthetic"] or {}).get("seed"),
        }
        drawn = check.get("drawn") or {}
        found = _differing({key: drawn.get(key) for key in wanted}, wanted)
        return f"{name} would be drawn anew: {found or 'the code that draws it was changed'}"

    def _table(self, table: str) -> Iterator[str]:
        there = needed(self._plan, [table])
        missing = sorted(there.missing)
        everything = len(there.of[table])
        yield f"{table}: {everything - len(missing)} of {everything} evaluations are up to date"
        for dataset in there.absent:
            yield f"  {dataset} is not there: its cells stay open"
        for item in missing:
            if not {item.run.dataset, item.test_set} & {*there.absent}:
                yield from self.evaluation(item)

    def _path(self, file: str) -> str:
        return self._plan.located(f"{self._plan.results}/{file}")


def _begun(state: states.State) -> str:
    """Why nothing is there, or how far it is."""
    if state.state == states.WAITING:
        return "nothing has begun it"
    return f"{state.state}: {state.words}"


def _differing(there: dict[str, object], here: dict[str, object]) -> str:
    found = (key for key in here if there.get(key) != here[key])
    pairs = ((key, _short(there.get(key)), _short(here[key])) for key in found)
    return "; ".join(f"{key}: {then} there, {now} now" for key, then, now in pairs)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
