"""A training's history: one JSON object a line, an epoch each, only ever appended to."""

import json
from pathlib import Path

from apnet.errors import InputError


class History:
    """The history file of one run.

    An epoch that is trained again after a kill is the same epoch, so its line is
    not written twice; a line that the kill cut short is taken back.
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
        try:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(entry, allow_nan=False) + "\n")
        except OSError as error:
            raise InputError(f"cannot write {self.file}: {error.strerror}") from error
        self._epochs.add(entry["epoch"])

    def restart(self) -> None:
        """Forget everything: another run begins in this folder."""
        self.file.unlink(missing_ok=True)
        self._epochs.clear()

    def _mend(self) -> set[int]:
        """Cut a last line without an end; return the epochs of the whole lines."""
        if not self.file.exists():
            return set()
        whole, _, cut = self.file.read_bytes().rpartition(b"\n")
        if cut:
            with self.file.open("r+b") as stream:
                stream.truncate(len(whole) + 1 if whole else 0)
        return {json.loads(line)["epoch"] for line in whole.splitlines()}
