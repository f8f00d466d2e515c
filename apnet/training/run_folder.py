"""The folder of a run: one process at a time, one run only."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.files import exclusive
from apnet.records.blocks import Data, SourceFile
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
    """Whether the folder holds this very run.

    Args:
        data: the record's entry of the training set.
        initial: the record's entry of the initial weights.

    Raises:
        InputError: it holds another run.
    """
    if not (out / RECORD).exists():
        return False
    record = load_run(out / RECORD)
    weights = SourceFile(**initial) if initial else None
    same = {
        # Not the recorded digest: a setting may have had another name then.
        "settings": settings_of(record, out / RECORD).sha256() == settings.sha256(),
        "data": record.data == Data(**data),
        "initial weights": record.weights == weights,
    }
    for name, agrees in same.items():
        if not agrees:
            raise InputError(
                f"{out} holds a run with other {name}: choose another --out, or delete it"
            )
    log(f"{out} is already trained; delete it to train again")
    return True


def clear_halves(out: Path) -> None:
    """Remove what killed processes left half-written."""
    for name in (WEIGHTS, RECORD):
        for left in out.glob(f".{name}.*"):
            left.unlink(missing_ok=True)
