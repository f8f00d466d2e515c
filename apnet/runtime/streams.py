"""Output whose reader may go, such as `tee` or a closed terminal, without an end to the process."""

import errno
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

_GONE = (errno.EPIPE, errno.EIO)


class Outliving:
    """A stream that drops what is written after its reader has gone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

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
            if error.errno not in _GONE:
                raise
        # Python keeps what it could not write, and tries it again when it ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        return None


def outlive_readers() -> None:
    """Have standard output and standard error outlive their readers."""
    sys.stdout, sys.stderr = Outliving(sys.stdout), Outliving(sys.stderr)
