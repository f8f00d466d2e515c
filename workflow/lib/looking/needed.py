"""What tables need of trainings and evaluations, and which of them are finished, by the records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from apnet.errors import InputError, one_of
from apnet.records.paths import Evaluation, Run
from reproduction.paper.order import in_order
from workflow.lib import finished
from workflow.lib.catalogue import TABLES, paper, require_sound
from workflow.lib.plan import Plan
from workflow.lib.targets import DOCUMENT, PDF, SITE, asked_evaluations, known_reports


@dataclass(frozen=True)
class Needed:
    """What some tables are made from.

    Attributes:
        of: a table's evaluations.
        missing_runs, missing: what jobs would make; an evaluation of a run that is
            trained anew is made anew.
        absent: a dataset that a table needs and that is not there -> the tables; what they need of
            it is missing.
    """

    of: dict[str, list[Evaluation]]
    missing_runs: frozenset[Run]
    missing: frozenset[Evaluation]
    absent: dict[str, list[str]]

    def runs(self, table: str) -> set[Run]:
        """The trainings of a table."""
        return {item.run for item in self.of[table]}

    def every(self) -> tuple[set[Run], set[Evaluation]]:
        """Trainings and evaluations of all tables, each once."""
        evaluations = {item for items in self.of.values() for item in items}
        return {item.run for item in evaluations}, evaluations

    def tables_of(self, run: Run) -> list[str]:
        """The tables that need a training."""
        return [table for table in self.of if run in self.runs(table)]


WHOLE = ("all", "default", "archive", DOCUMENT, PDF, SITE)
"""Targets that all tables are for."""

NAMED = "files named"
"""Stands for a table where evaluations are asked for by name."""


def asked(plan: Plan, targets: Sequence[str]) -> Needed:
    """What these targets need, reports of tables and evaluations; without any, all tables.

    Raises:
        InputError: another target.
    """
    names, named = [], []
    for target in targets:
        stem = PurePosixPath(target).name.partition(".")[0]
        if files := asked_evaluations([target], plan):
            named += map(Evaluation.parse, map(PurePosixPath, files))
        elif stem in TABLES:
            names.append(stem)
        elif target not in WHOLE:
            require_sound(stem, target)
            if target in known_reports():
                raise InputError(
                    f"{target} needs no training of its own: ask without it, or for the report of "
                    f"a table such as reports/table2.md"
                )
            raise one_of("report that needs trainings", target, [f"reports/{t}.md" for t in TABLES])
    if (not targets or {*targets} & {*WHOLE}) and not plan.custom_only:
        every = in_order(paper().tables.values())
        names = [table.id for table in every if table.id in TABLES]
    return needed(plan, list(dict.fromkeys(names)), named)


def needed(plan: Plan, tables: Sequence[str], named: Sequence[Evaluation] = ()) -> Needed:
    """What these tables need, and evaluations beside them."""
    of = {table: plan.evaluations(table, absent=True) for table in tables}
    if named:
        of[NAMED] = [*named]
    evaluations = {item for items in of.values() for item in items}
    missing = {item for item in evaluations if not finished.evaluated(plan, item)}
    # An evaluation that is there is of its run; only without one does the run decide.
    runs = {item.run for item in missing}
    untrained = {
        run for run in runs if run.folder not in plan.imported and not finished.trained(plan, run)
    }
    absent: dict[str, list[str]] = {}
    for table in tables:
        sets = {name for item in of[table] for name in (item.run.dataset, item.test_set)}
        for dataset in sorted(sets):
            if not plan.has(dataset):
                absent.setdefault(dataset, []).append(table)
    return Needed(of, frozenset(untrained), frozenset(missing), absent)


def title(table: str) -> str:
    """How a table is called on these pages."""
    return table if table == NAMED else paper().tables[table].title


def made(plan: Plan, tables: Iterable[str]) -> list[str]:
    """Those of the tables that were judged under this scale."""
    cells = Path(plan.located(f"{plan.results}/cells"))
    return [table for table in tables if (cells / f"{table}.json").exists()]
