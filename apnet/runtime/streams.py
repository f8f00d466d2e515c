"""Output whose reader may go, such as `tee` or a closed terminal, without an end to the process."""

import errno
import io
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

from apnet.ending import ended
from apnet.errors import InputError

_GONE = (errno.EPIPE, errno.EIO)


class Outliving:
    """A stream that drops what is written after its reader has gone.

    Args:
        name: ends the process where the stream cannot be written for another reason, such as a
            full disk, in a sentence with this name. Without it what is written is dropped.
    """

    def __init__(self, stream: TextIO, name: str = "") -> None:
        self._stream, self._name = stream, name

    def write(self, text: str) -> int:
        """Write, as a stream does."""
        return self._unless_gone(self._stream.write, text) or len(text)

    def flush(self) -> None:
        """Flush, as a stream does."""
        self._unless_gone(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _unless_gone(self, work: Callable[..., int | None], *arguments: str) -> int | None:
        try:
            return work(*arguments)
        except OSError as error:
            # Python keeps what it could not write, and tries it again when it ends.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            if error.errno in _GONE or not self._name:
                return None
            wrong = f"cannot write {self._name}: {error.strerror}"
        # Snakemake would print the traceback of an InputError.
        sys.exit(ended(InputError(wrong)))


def outlive_readers() -> None:
    """Have standard output and standard error outlive their readers.

    An output that cannot be written ends the process with status 2. Of standard error nobody could
    be told. A sign that their encoding lacks stands as its code.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        # When the process ends it is too late for a sentence and a status.
        if isinstance(stream, io.TextIOWrapper):
            errors = "backslashreplace" if stream.errors == "strict" else stream.errors
            stream.reconfigure(line_buffering=True, errors=errors)
    if sys.stdout:
        sys.stdout = Outliving(sys.stdout, "the standard output")
    if sys.stderr:
        sys.stderr = Outliving(sys.stderr)
