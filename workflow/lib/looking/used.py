"""GPU-hours: what a scale has used, by its records, and a limit that no job begins beyond."""

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from apnet.errors import InputError
from apnet.files import read_json
from apnet.records import paths

_HOUR = 3600
_BROKEN = (AttributeError, InputError, KeyError, OSError, TypeError, ValueError)


def used(results: Path, besides: Collection[str] = ()) -> float:
    """GPU-hours of the runs and evaluations under results/<scale>, of runs under way too.

    Args:
        besides: folders of runs under way that do not count.
    """
    finished = (*results.glob(paths.RUNS), *results.glob(paths.EVALUATIONS))
    seconds = sum(filter(None, map(gpu_seconds, finished)))
    for history in results.glob(paths.RUNS.replace(paths.RECORD, paths.HISTORY)):
        folder = history.parent
        counts = folder.relative_to(results).as_posix() not in besides
        if counts and not (folder / paths.RECORD).exists():
            seconds += sum(_epochs(history))
    return seconds / _HOUR


def gpu_seconds(record: Path) -> float | None:
    """What the record of a run or an evaluation says that it held a GPU; None if it held none."""
    try:
        content = read_json(record)
        hardware = content["hardware"]
        on_gpu, share = hardware["device"].startswith("cuda"), hardware.get("gpu_share", 1.0)
        return float(content["wall_seconds"]) * share if on_gpu else None
    except _BROKEN:
        return None  # an imported run took none of this machine's time


def require_left(results: Path, most: float) -> None:
    """Let a job start only while the limit is not reached.

    Raises:
        InputError: it is.
    """
    so_far = used(results)
    if so_far >= most:
        raise InputError(
            f"max_gpu_hours is {most:g}, and {so_far:.2f} GPU-hours were used under {results}: "
            f"raise it to go on"
        )


def _epochs(history: Path) -> Iterator[float]:
    with suppress(*_BROKEN):
        for line in history.read_text(encoding="utf-8").splitlines():
            yield float(json.loads(line)["seconds"])
