"""Evaluations that are not there, and why.

A failed job leaves a note beside its log; a dataset may be absent.
"""

from pathlib import Path

from apnet.errors import InputError
from apnet.files import read_json
from apnet.records.paths import Evaluation
from workflow.lib.absent import absence
from workflow.lib.entries import Entry


def missing(
    entry: Entry, scale: Path, logs: Path | None, data_root: Path | None
) -> list[dict[str, object]]:
    """What a cell lacks: `seed`, `file`, `status` (`not run` or `failed`), `message`, `log`.

    Args:
        scale: results/<scale>.
        logs: the scale's logs, which hold check/, admit/, train/ and evaluate/; None asks no log.
        data_root: the folder that should hold the datasets; None asks no folder.

    Raises:
        InputError: a note that is none.
    """
    found = {record.evaluation for record in entry.records}
    lacking = [item for item in entry.asked if item not in found]
    if not lacking:
        return []
    sets = dict.fromkeys([lacking[0].run.dataset, lacking[0].test_set])
    absent = [absence(name, data_root) for name in sets] if data_root else []
    why = next(filter(None, absent), None)
    return [_missing(item, scale, logs, why) for item in lacking]


def _missing(
    evaluation: Evaluation, scale: Path, logs: Path | None, absent: str | None
) -> dict[str, object]:
    # What failed before the dataset went is no news.
    note = _note(evaluation, logs) if logs and not absent else None
    return {
        "seed": evaluation.run.seed,
        "file": (scale / evaluation.file).as_posix(),
        "status": "failed" if note else "not run",
        "message": note["message"] if note else absent,
        "log": note["log"] if note else None,
    }


def _note(evaluation: Evaluation, logs: Path) -> dict[str, str] | None:
    files = (logs / note for note in evaluation.notes)
    file = next((file for file in files if file.exists()), None)
    if file is None:
        return None
    note = read_json(file)
    if not isinstance(note, dict) or not {"message", "log"} <= note.keys():
        raise InputError(f"{file} is no note of a failed job: delete it and run the job again")
    return note
