"""What a person asks Snakemake for, checked before it plans: a slip is one sentence."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from snakemake.cli import parse_args

from apnet.errors import InputError, one_of
from reproduction.figures.names import FIGURES, PICTURES
from workflow.lib import conventions, counted
from workflow.lib.plan import TABLES, Plan, Run

FORMATS = ("md", "tex", "html", "csv")
"""Suffixes of a table's report."""

REPORTED = sorted([*TABLES, counted.TABLE, conventions.TABLE])
"""What has a report as a table."""

PRINTED = [name for name in REPORTED if name not in FIGURES]
"""Those of them that are tables in the paper."""

DOCUMENT, PDF = "reports/paper.tex", "reports/paper.pdf"
"""All tables and figures as one document, and that as a PDF, where there is TeX."""

SHOWN = [f"reports/{figure}.pdf" for figure in FIGURES]
"""The figures as the document shows them."""

_RUN_DEPTH = 6
"""Parts of a run's folder with results/ and the scale before it."""


def check_targets(targets: Iterable[str], plan: Plan) -> None:
    """Refuse a report or a run that cannot be made.

    Args:
        targets: as given on the command line; what is no report and no run is passed over.

    Raises:
        InputError: an unknown report, scale, reading, dataset or model.
    """
    for target in _without_reports_of_snakemake(targets):
        parts = PurePosixPath(target).parts
        if parts[:1] == ("reports",):
            _check_report(target)
        elif parts[:1] == ("results",) and len(parts) > _RUN_DEPTH:
            _check_run(target, parts, plan)


def check_forced(arguments: Sequence[str], plan: Plan) -> None:
    """Refuse to force trainings where that would delete weights that were imported.

    Snakemake deletes what a job makes before the job begins.

    Args:
        arguments: of Snakemake's command line; read by its own parser, profiles included.

    Raises:
        InputError: names the first of them.
    """
    try:
        _, given = parse_args(list(arguments))
    except SystemExit:
        return  # called from another program, whose arguments these are
    forced = {os.path.normpath(name) for name in given.forcerun or ()}
    if given.force:
        forced |= {os.path.normpath(name) for name in given.targets or ()}
    if not (given.forceall or forced):
        return
    for run in plan.all_imported():
        if given.forceall or "train" in forced or forced & {*_trained(run)}:
            raise InputError(
                f"{run} was imported, and to force its training would delete it: force other "
                f"files, or move it away first"
            )


def asked_evaluations(targets: Iterable[str], plan: Plan) -> list[str]:
    """The evaluations of this scale among what is asked for."""
    pattern = f"{plan.results}/*/*/*/seed*/test/*.json"
    return [target for target in targets if PurePosixPath(target).match(pattern)]


def _trained(run: Path) -> list[str]:
    """What a training makes."""
    return [str(run / name) for name in ("model.safetensors", "run.json")]


def reports() -> list[str]:
    """Every report there is."""
    tables = [f"reports/{table}.{suffix}" for table in REPORTED for suffix in FORMATS]
    return [*tables, *(file for figure in FIGURES for file in pictures(figure))]


def pictures(figure: str) -> list[str]:
    """A figure in every format, as SVG first."""
    return [f"reports/{figure}.{suffix}" for suffix in PICTURES]


def _without_reports_of_snakemake(targets: Iterable[str]) -> Iterator[str]:
    """Without the file that follows `--report`, which is any name and no target."""
    before = ""
    for target in targets:
        if before != "--report":
            yield target
        before = target


def _check_report(target: str) -> None:
    known = (*reports(), DOCUMENT, PDF)
    if target not in known:
        raise one_of("report", target, known)


def _check_run(target: str, parts: tuple[str, ...], plan: Plan) -> None:
    _, scale, reading, dataset, model, seed, *_ = parts
    if scale != plan.scale:
        raise InputError(
            f"{target} is of scale {scale!r} and the config of scale {plan.scale!r}: name the "
            f"config of that scale with --configfile"
        )
    if reading not in plan.readings:
        raise one_of("reading in this config", reading, tuple(plan.readings))
    for name in (dataset, *_test_sets(parts)):
        plan.check_dataset(name)
    if not seed.removeprefix("seed").isdecimal():
        raise InputError(f"{target}: {seed!r} is no seed's folder: write it as seed0")
    plan.check(Run(reading, dataset, model, int(seed.removeprefix("seed"))))


def _test_sets(parts: tuple[str, ...]) -> list[str]:
    """The test set of an evaluation; none of a run's other files."""
    _, _, _, _, _, _, folder, *files = parts
    return [PurePosixPath(file).stem for file in files] if folder == "test" else []
