"""A training's history: one JSON object a line, an epoch each, only ever appended to."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apnet.errors import InputError
from apnet.records.load import load_epoch
from apnet.records.schema import Epoch


class History:
    """The history file of one run.

    An epoch that is trained again after a kill is the same epoch, so its line is
    not written twice; a line that the kill cut short is removed.

    Args:
        file: the history of whatever is trained in its folder.
        checkpoints: the folder of one training's checkpoints; its name stands in every line.
            The history of another training in the same folder, which may go on, is moved to
            that one's checkpoints.

    Raises:
        InputError: the file cannot be read, moved or mended, or a whole line is damaged.
    """

    def __init__(self, file: Path, checkpoints: Path) -> None:
        self.file = file
        self.checkpoints = checkpoints
        with self._writing():
            self._mend()
            self._change_over()
        self._epochs = self._read()

    def append(self, entry: Epoch) -> None:
        """Add the line of an epoch, unless it is there already.

        Raises:
            InputError: the file cannot be written (full, read-only).
        """
        if entry.epoch in self._epochs:
            return
        with self._writing(), self.file.open("a", encoding="utf-8") as stream:
            line = json.dumps(
                entry.content() | {"training": self.checkpoints.name}, allow_nan=False
            )
            stream.write(f"{line}\n")
            stream.flush()
            # Before the checkpoint that comes after it: a power cut leaves no gap.
            os.fsync(stream.fileno())
        self._epochs.add(entry.epoch)

    def restart(self) -> None:
        """Remove the history: another run begins in this folder.

        Raises:
            InputError: the file cannot be removed.
        """
        with self._writing():
            self.file.unlink(missing_ok=True)
        self._epochs.clear()

    def _mend(self) -> None:
        """Cut a last line without an end; remove a file without a whole line."""
        if not self.file.exists():
            return
        whole, end, cut = self.file.read_bytes().rpartition(b"\n")
        if not end:
            self.file.unlink()
        elif cut:
            with self.file.open("r+b") as stream:
                stream.truncate(len(whole) + 1)

    def _change_over(self) -> None:
        """Move another training's history to its checkpoints, and this one's back."""
        owner = self._owner()
        if owner not in (None, self.checkpoints.name):
            other = self.checkpoints.with_name(owner)
            if other.is_dir():
                self.file.replace(other / self.file.name)
            else:
                self.file.unlink()  # without checkpoints it never goes on
        aside = self.checkpoints / self.file.name
        if aside.exists() and not self.file.exists():
            aside.replace(self.file)

    def _owner(self) -> str | None:
        """The training of the first line; None if that is unknown."""
        try:
            with self.file.open("rb") as stream:
                name = json.loads(stream.readline())["training"]
            return name if re.fullmatch(r"[0-9a-f]+", name) else None
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def _read(self) -> set[int]:
        """The epochs of the lines."""
        with self._writing():
            lines = self.file.read_bytes().splitlines() if self.file.exists() else []
        return {self._epoch(number, line) for number, line in enumerate(lines, 1)}

    def _epoch(self, number: int, line: bytes) -> int:
        entry, faults = load_epoch(line)
        if entry is None:
            raise InputError(
                f"{self.file}: line {number} is damaged ({faults[0]}), and the epoch that it held "
                f"cannot be recovered: delete {self.file.parent} to train the run again"
            )
        return entry.epoch

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(f"cannot write {self.file}: {error.strerror}") from error
