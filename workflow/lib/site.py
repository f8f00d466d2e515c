"""What made each result, for the site: from records and logs to the facts of `reproduction`."""

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from apnet.config.names import parse_model_name
from apnet.errors import InputError
from apnet.records import paths
from apnet.records.load import load_epoch, load_ranked, load_run
from apnet.records.paths import Evaluation, Run
from apnet.records.schema import IMPORTED
from reproduction.judging.stored import read_sound
from reproduction.site import facts as site
from reproduction.site.facts import Curve, Facts, Log
from reproduction.site.stored import write_facts
from workflow.lib.catalogue import FOLDER, load_setup
from workflow.lib.cli import ERRORS, run_command
from workflow.lib.looking import estimated
from workflow.lib.looking.spans import Span
from workflow.lib.made import Json, Stated, facts_of, flat
from workflow.lib.records import Record, read_record

_LINES, _LONGEST = 12, 160
"""Of the end of a log, and characters of one of them."""

_Read = TypeVar("_Read")


def main(argv: Sequence[str] | None = None) -> int:
    """Write the facts of every result that a judged cell names; returns the exit status."""
    return run_command(__doc__, _write, argv, "judged", "failed-logs", "command", "out")


def _write(arguments: argparse.Namespace) -> None:
    told = Told(arguments.failed_logs, arguments.command, load_setup(FOLDER))
    # What cannot be read, the site names.
    judged, _ = read_sound(arguments.judged)
    cells = (cell for table in judged.values() for cell in table.cells)
    files = {
        file: None
        for cell in cells
        for file in (*cell.files, *(missing.file for missing in cell.missing))
    }
    found = {file: told.about(Path(file)) for file in files}
    write_facts(arguments.out, Facts(found, cost=told.cost(map(Path, files))))


@dataclass(frozen=True)
class Told:
    """Tells of a result what its records and logs hold.

    Attributes:
        logs: logs/<scale>; None tells of none.
        command: a call of Snakemake, to which targets are added.
        stated: what the paper says.
    """

    logs: Path | None
    command: str
    stated: Stated

    @cached_property
    def estimates(self) -> Mapping[str, Span]:
        """What was thought that jobs take, by their records."""
        return estimated.noted(self.logs) if self.logs else {}

    def cost(self, files: Iterable[Path]) -> str:
        """What the trainings and evaluations behind these took, beside what was estimated."""
        scale, names = Path(), {}
        for file in files:
            if evaluation := Evaluation.parse(file):
                scale = _scale(file, evaluation)
                names |= dict.fromkeys((evaluation.run.record, evaluation.file))
        return estimated.sentence(estimated.beside(self.estimates, scale, names))

    def about(self, file: Path) -> site.Run:
        """All of one result; of what cannot be read, why."""
        evaluation = Evaluation.parse(file)
        if evaluation is None:
            return self._counted(file)
        scale = _scale(file, evaluation)
        record, broken = _tried(lambda: read_record(evaluation, scale))
        logs = tuple(self._logs(evaluation))
        if record is None:
            makes = "This command makes it", self._call("", file)
            return site.Run(logs=logs, commands=(makes,), problems=broken)
        trained, untold = _tried(lambda: _trained(record, scale / evaluation.run.record))
        pictures, undrawn = _tried(lambda: _pictures(record, scale / evaluation.ranks))
        curve, cut = _curve(scale / evaluation.run.folder / paths.HISTORY)
        baseline = _baseline(evaluation.run)
        beside = _tried(lambda: load_run(scale / baseline.record))[0] if baseline else None
        facts = facts_of(
            record,
            trained or {},
            beside.content() if beside else {},
            self.stated,
            self.estimates,
        )
        return site.Run(
            logs=logs,
            commands=(self._again(record, scale / evaluation.run.record),),
            facts=tuple(facts),
            curve=curve,
            queries=file.with_suffix(".npz").as_posix(),
            query_set=record.content["data"]["fingerprint"],
            pictures=pictures or {},
            baseline=_about(baseline, beside is not None),
            problems=(*untold, *undrawn, *cut),
        )

    def _counted(self, file: Path) -> site.Run:
        """What is counted of a model or a dataset."""
        content, broken = _tried(lambda: flat(file) if file.exists() else ())
        makes = "This command counts it", self._call("--force", file)
        return site.Run(facts=tuple(content or ()), commands=(makes,), problems=broken)

    def _again(self, record: Record, run: Path) -> tuple[str, str]:
        """(what it does, command) for a result that is there."""
        if record.training["provenance"] == IMPORTED:
            return "This command evaluates it again", self._call("--force", record.file)
        words = "This command trains and evaluates it again"
        return words, self._call(f"--forcerun {shlex.quote(run.as_posix())}", record.file)

    def _call(self, how: str, target: Path) -> str:
        return " ".join(filter(None, (self.command, how, "--", shlex.quote(target.as_posix()))))

    def _logs(self, evaluation: Evaluation) -> Iterator[Log]:
        """The ends of those that there are."""
        run = vars(evaluation.run)
        names = (paths.TRAIN_LOG, paths.EVALUATE_LOG) if self.logs else ()
        for name in names:
            file = self.logs / name.format(**run, test_set=evaluation.test_set)
            if file.exists():
                lines = re.split(r"[\r\n]+", file.read_text("utf-8", errors="replace").strip())
                yield Log(file.as_posix(), tuple(line[:_LONGEST] for line in lines[-_LINES:]))


def _scale(file: Path, evaluation: Evaluation) -> Path:
    return Path(file.as_posix().removesuffix(evaluation.file))


def _trained(record: Record, file: Path) -> Json:
    content = load_run(file).content()
    for key, wanted in vars(record.evaluation.run).items():
        if content[key] != wanted:
            raise InputError(
                f"{file}: its {key} is {content[key]!r}, its path says {wanted!r}: move it away"
            )
    if content["checkpoint_sha256"] != record.content["checkpoint_sha256"]:
        raise InputError(f"{file} is of other weights than {record.file}: evaluate the run again")
    return content


def _pictures(record: Record, folder: Path) -> Mapping[int, str]:
    """Those that a reader has drawn of the same weights, by the place of their query."""
    file = folder / paths.RANKED_INDEX
    if not file.exists():
        return {}
    lists = load_ranked(file)
    if lists.checkpoint_sha256 != record.content["checkpoint_sha256"]:
        raise InputError(f"{file} is of other weights than {record.file}: draw the pictures again")
    drawn = (query for query in lists.queries if query.picture)
    return {query.row: (folder / Path(query.picture).name).as_posix() for query in drawn}


def _curve(file: Path) -> tuple[Curve | None, tuple[str, ...]]:
    """The loss of every epoch, and what is wrong with the history."""
    if not file.exists():
        return None, ()
    points, wrong = [], []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        epoch, faults = load_epoch(line)
        wrong += [f"{file}, line {number}: {faults[0]}"] if faults else []
        points += [(epoch.epoch, epoch.loss)] if epoch else []
    return Curve("epoch", "loss", tuple(points)), tuple(wrong[:1])


def _baseline(run: Run) -> Run | None:
    """The same training of the backbone alone; None of a backbone itself."""
    backbone = parse_model_name(run.model).backbone
    return None if backbone == run.model else Run(run.reading, run.dataset, backbone, run.seed)


def _about(baseline: Run | None, there: bool) -> str:
    if baseline is None:
        return ""
    name = f"{baseline.model}, the row's baseline"
    return f"After ≠ stands the value of {name}." if there else f"{name}, has no run here."


def _tried(read: Callable[[], _Read]) -> tuple[_Read | None, tuple[str, ...]]:
    """What could be read, and why it could not."""
    try:
        return read(), ()
    except ERRORS as error:
        return None, (str(error),)


if __name__ == "__main__":
    sys.exit(main())
