"""Progress of a job: plain lines, and on a terminal one that is updated in place."""

import shutil
import sys
from collections.abc import Callable
from typing import TextIO

_CLEAR = "\r\x1b[2K"


class ProgressPrinter:
    """Prints lines about a subject.

    Args:
        subject: begins every line.
        stream: where to; standard output if None.

    Attributes:
        show_progress: prints a line over the one that it printed last; None unless the stream is
            a terminal.
    """

    def __init__(self, subject: str, stream: TextIO | None = None) -> None:
        self._subject = subject
        self._stream = stream or sys.stdout
        self._shown = False
        self.show_progress: Callable[[str], None] | None = (
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

    def _show(self, line: str) -> None:
        # A line that wraps cannot be erased; what matters most is at its end.
        width = shutil.get_terminal_size().columns - 1
        forms = (f"[{self._subject}] {line}", line, " ".join(line.split()))
        text = next((form for form in forms if len(form) <= width), forms[-1])
        print(f"{_CLEAR}{text[:width]}", end="", file=self._stream, flush=True)
        self._shown = True
