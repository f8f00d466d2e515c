"""The folder of a run: one process at a time, one run only."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.files import exclusive, sha256
from apnet.records.blocks import Data, SourceFile
from apnet.records.kept import put_back, second_name
from apnet.records.load import load_run, settings_of
from apnet.records.paths import RECORD, WEIGHTS


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Lock the run's folder; the lock ends with the process."""

    def refuse() -> None:
        raise InputError(f"another process is training into {out}: wait for it") from None

    with ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            stack.enter_context(exclusive(out / ".lock", waiting=refuse))
        except OSError as error:
            raise InputError(f"cannot write to {out}: {error.strerror}") from error
        yield


def is_finished(
    out: Path,
    settings: Settings,
    data: dict[str, object],
    initial: dict[str, str] | None,
    log: Callable[[str], None],
) -> bool:
    """Whether the folder holds this very run, in its place or kept.

    Args:
        data: the record's entry of the training set.
        initial: the record's entry of the initial weights.

    Raises:
        InputError: it holds another run.
    """
    if not (out / RECORD).exists() and not _put_back(out, settings, data, initial, log):
        return False
    if others := _others(out / RECORD, settings, data, initial):
        raise InputError(
            f"{out} holds a run with other {others[0]}: choose another --out, or delete it"
        )
    log(f"{out} is already trained; delete it to train again")
    return True


def _put_back(
    out: Path,
    settings: Settings,
    data: dict[str, object],
    initial: dict[str, str] | None,
    log: Callable[[str], None],
) -> bool:
    """Whether this very run was kept, whole, and is back in its place.

    The code that trained it was looked at when it was kept.
    """
    weights, record = (second_name(out / name) for name in (WEIGHTS, RECORD))
    if not (weights.is_file() and record.is_file()):
        return False
    try:
        others = _others(record, settings, data, initial)
        if not others and sha256(weights) != load_run(record).checkpoint_sha256:
            others = ["bytes in its weights"]
    except (InputError, OSError):
        others = ["contents than this version reads"]
    if others:
        log(f"another run was finished here, with other {others[0]}: kept until this one ends")
        return False
    put_back(out / WEIGHTS, out / RECORD)
    return True


def _others(
    file: Path, settings: Settings, data: dict[str, object], initial: dict[str, str] | None
) -> list[str]:
    """In what the run of a record differs from this one."""
    record = load_run(file)
    same = {
        # Not the recorded digest: a setting may have had another name then.
        "settings": settings_of(record, file).sha256() == settings.sha256(),
        "data": record.data == Data(**data),
        "initial weights": record.weights == (SourceFile(**initial) if initial else None),
    }
    return [name for name, agrees in same.items() if not agrees]


def clear_halves(out: Path) -> None:
    """Remove what killed processes left half-written."""
    for name in (WEIGHTS, RECORD):
        for left in out.glob(f".{name}.*"):
            left.unlink(missing_ok=True)
