"""Progress of a job: plain lines, and on a terminal one that is updated in place."""

import shutil
import sys
from collections.abc import Callable
from typing import TextIO

_CLEAR = "\r\x1b[2K"
_SHORTEST, _LONGEST = 5, 20
"""Of a bar, in characters."""


class ProgressPrinter:
    """Prints lines about a subject.

    Args:
        subject: begins every line.
        stream: where to; standard output if None.

    Attributes:
        show_progress: prints a bar, of a share that is done, and a line over those that it printed
            last; None unless the stream is a terminal.
    """

    def __init__(self, subject: str, stream: TextIO | None = None) -> None:
        self._subject = subject
        self._stream = stream or sys.stdout
        self._shown = False
        self.show_progress: Callable[[str, float], None] | None = (
            self._show if self._stream.isatty() else None
        )

    def __call__(self, line: str) -> None:
        """Print a line that stays."""
        self.clear()
        print(f"[{self._subject}] {line}", file=self._stream, flush=True)

    def clear(self) -> None:
        """Erase the line of progress, so that what comes next begins a line."""
        if self._shown:
            print(_CLEAR, end="", file=self._stream, flush=True)
            self._shown = False

    def _show(self, line: str, done: float) -> None:
        # A line that wraps cannot be erased; what matters most is at its end.
        width = shutil.get_terminal_size().columns - 1
        forms = (f"[{self._subject}] {line}", line, " ".join(line.split()))
        fitting = next((form for form in forms if len(form) <= width), forms[-1])
        rooms = {form: min(_LONGEST, width - len(form) - len("[] ")) for form in forms}
        barred = next((form for form in forms if rooms[form] >= _SHORTEST), None)
        text = f"{_bar(done, rooms[barred])} {barred}" if barred else fitting
        print(f"{_CLEAR}{text[:width]}", end="", file=self._stream, flush=True)
        self._shown = True


def _bar(done: float, length: int) -> str:
    # Of ASCII: a terminal may have no other characters.
    return f"[{'#' * round(done * length):.<{length}}]"
