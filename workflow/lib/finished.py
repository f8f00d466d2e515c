"""What is finished, by what its own records hold; the times of files say nothing of it.

A copy has the times of its copying, and a file that was only touched is newer than what was made
from it. So where the records vouch for a result, its inputs are `ancient` to Snakemake. It does
not look at the params of a job behind one that runs: a record has to say all that they would.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from apnet import numeric_core
from apnet.errors import InputError
from apnet.files import read_json
from apnet.records import paths
from apnet.records.paths import Evaluation, Run
from workflow.lib.plan import Plan, was_trained_with

Json = dict[str, object]

RECORD, SETTINGS, CODE, DATA = "record", "settings", "code", "data"
"""No record that can be read; made with other settings or switches; by other code; of other data,
or of data that no check describes."""

WEIGHTS, RUN = "weights", "run"
"""Of an evaluation: of other weights than the run has; of a run that would be made again."""


def checked(plan: Plan, reading: str, dataset: str) -> bool:
    """Whether a check of a dataset is there that is real, or drawn as the config says."""
    return _check(plan, reading, dataset) is not None


def trained(plan: Plan, run: Run) -> bool:
    """Whether a run is there with the settings, the code and the data of today.

    Training it again would keep it. ImageNet weights are inputs of their own.
    """
    return next(untrained(plan, run), None) is None


def untrained(plan: Plan, run: Run) -> Iterator[str]:
    """In what a run is not that of today, of the kinds above."""
    record = _read(_path(plan, run.record))
    if record is None:
        yield RECORD
        return
    keeps = plan.config["code_changes"] == "keep"
    if not was_trained_with(record, plan.settings(run)):
        yield SETTINGS
    if record.get("code_fingerprint") != plan.code(run):
        yield CODE
    if not _is_of(record, _check(plan, run.reading, run.dataset, keeps)):
        yield DATA


def evaluated(plan: Plan, evaluation: Evaluation) -> bool:
    """Whether an evaluation is there of this run, this test set and the code of today."""
    return next(unevaluated(plan, evaluation), None) is None


def unevaluated(plan: Plan, evaluation: Evaluation) -> Iterator[str]:
    """In what an evaluation is not that of today, of the kinds above."""
    run, test_set = evaluation.run, evaluation.test_set
    record, of_run = (_read(_path(plan, file)) for file in (evaluation.file, run.record))
    if record is None:
        yield RECORD
        return
    weights = record.get("checkpoint_sha256")
    if weights is None or weights != (of_run or {}).get("checkpoint_sha256"):
        yield WEIGHTS
    if record.get("code_fingerprint") != numeric_core.evaluation(run.model, test_set):
        yield CODE
    if not _switches_agree(plan, record, evaluation):
        yield SETTINGS
    if not _is_of(record, _check(plan, run.reading, test_set)):
        yield DATA
    if run.folder not in plan.imported and not _stays(plan, run):
        yield RUN


def _stays(plan: Plan, run: Run) -> bool:
    """Whether no job would make another run of it."""
    # No record says which file of the user's the ImageNet weights in resources/ were made from.
    own = plan.pretrained_backbone(run) in plan.config["weights"]
    return not own and trained(plan, run)


def _check(plan: Plan, reading: str, dataset: str, keeps: bool = False) -> Json | None:
    """A dataset's check, if it describes what would be checked today.

    Args:
        keeps: whether it may have been drawn by earlier code.
    """
    check = _read(_path(plan, paths.CHECK.format(reading=reading, dataset=dataset)))
    if check is None or not plan.draws(dataset):
        return check
    drawn, seed = check.get("drawn"), plan.config["synthetic"]["seed"]
    wanted = {"identities": plan.drawn_identities(dataset), "seed": seed}
    if not keeps:
        wanted["code"] = numeric_core.synthesis(dataset)
    return check if isinstance(drawn, dict) and wanted.items() <= drawn.items() else None


def _is_of(record: Json, check: Json | None) -> bool:
    """Whether a record is of the data that a check found; an older check may lack some keys."""
    data = record.get("data")
    if not (isinstance(data, dict) and check and "fingerprint" in data.keys() & check.keys()):
        return False
    return all(check.get(key, value) == value for key, value in data.items())


def _switches_agree(plan: Plan, record: Json, evaluation: Evaluation) -> bool:
    reading = plan.readings[evaluation.run.reading]
    protocol = record.get("protocol")
    wanted = reading.switches(evaluation.test_set)
    switches = protocol.get("switches") if isinstance(protocol, dict) else None
    return isinstance(switches, dict) and switches.items() <= wanted.items()


def damaged(plan: Plan, file: str) -> bool:
    """Whether a record is there that cannot be read."""
    path = _path(plan, file)
    return _read(path) is None and path.exists()


def record_of(plan: Plan, file: str) -> Json:
    """The record in a file under the scale; nothing if there is none, or none that can be read."""
    return _read(_path(plan, file)) or {}


def _path(plan: Plan, file: str) -> Path:
    return Path(plan.located(f"{plan.results}/{file}"))


@cache
def _read(file: Path) -> Json | None:
    """A record; None if there is none, or none that can be read."""
    try:
        content = read_json(file)
    except InputError:
        return None
    return content if isinstance(content, dict) else None
