"""A training's history: one JSON object a line, an epoch each, only ever appended to."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apnet.errors import InputError


class History:
    """The history file of one run.

    An epoch that is trained again after a kill is the same epoch, so its line is
    not written twice; a line that the kill cut short is taken back.

    Raises:
        InputError: the file cannot be read or mended, or a whole line is damaged.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._epochs = self._mend()

    def append(self, entry: dict[str, object]) -> None:
        """Add the line of epoch `entry["epoch"]`, unless it is there already.

        Raises:
            InputError: the file cannot be written (full, read-only).
        """
        if entry["epoch"] in self._epochs:
            return
        with self._writing(), self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, allow_nan=False) + "\n")
            stream.flush()
            # Before the checkpoint that comes after it: a power cut leaves no gap.
            os.fsync(stream.fileno())
        self._epochs.add(entry["epoch"])

    def restart(self) -> None:
        """Forget everything: another run begins in this folder.

        Raises:
            InputError: the file cannot be removed.
        """
        with self._writing():
            self.file.unlink(missing_ok=True)
        self._epochs.clear()

    def _mend(self) -> set[int]:
        """Cut a last line without an end; return the epochs of the whole lines."""
        with self._writing():
            if not self.file.exists():
                return set()
            whole, _, cut = self.file.read_bytes().rpartition(b"\n")
            if cut:
                with self.file.open("r+b") as stream:
                    stream.truncate(len(whole) + 1 if whole else 0)
        return {self._epoch(number, line) for number, line in enumerate(whole.splitlines(), 1)}

    def _epoch(self, number: int, line: bytes) -> int:
        try:
            return int(json.loads(line)["epoch"])
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"{self.file}: line {number} is damaged, and the epochs that it held cannot be had "
                f"again: delete {self.file.parent} to train the run again"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(f"cannot write {self.file}: {error.strerror}") from error
