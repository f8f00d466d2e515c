"""Keep what is finished while Snakemake deletes it to make it again (:mod:`apnet.records.kept`)."""

from collections.abc import Iterable
from pathlib import Path

from apnet.errors import InputError
from apnet.records.kept import forget, keep
from apnet.records.paths import RECORD, TEST, WEIGHTS, Run
from workflow.lib.plan import Plan


def keep_finished(plan: Plan, outputs: Iterable[str]) -> None:
    """Keep the finished runs and evaluations among what planned jobs are to make.

    A run of earlier code is not kept, unless the config keeps those; its job checks the rest.

    Raises:
        InputError: a folder that cannot be written.
    """
    for file in map(Path, outputs):
        try:
            if file.name == RECORD:
                _keep_run(plan, file)
            elif file.parent.name == TEST and file.suffix == ".json":
                _keep_whole(file, file.with_suffix(".npz"))
        except OSError as error:
            raise InputError(f"cannot write beside {file}: {error.strerror}") from error


def forget_taken(outputs: Iterable[str]) -> None:
    """Forget what jobs kept of results that Snakemake has taken: it deletes these no more."""
    for file in map(Path, outputs):
        if file.exists() and (file.name in (RECORD, WEIGHTS) or file.parent.name == TEST):
            forget(file)


def _keep_run(plan: Plan, file: Path) -> None:
    files = file, file.with_name(WEIGHTS)
    _keep_whole(*files)
    run = Run.parse(file.parent)
    record = plan.record(run)
    if record and record.get("code_fingerprint") != plan.code(run):
        forget(*files)


def _keep_whole(*files: Path) -> None:
    if all(file.is_file() for file in files):
        keep(*files)
