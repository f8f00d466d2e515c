"""How a command ends on an error: one sentence on stderr and a status, the traceback in a log."""

import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from apnet.errors import InputError, plain
from apnet.runtime.memory import shortage

LOG = "APNET_LOG"
"""Environment variable: the file that gets tracebacks; else a new one in the temporary folder."""

SHOWN = "APNET_TRACEBACKS"
"""Environment variable: when it is set, every error shows its traceback on stderr."""


def ended(error: BaseException, bad_input: tuple[type[Exception], ...] = (InputError,)) -> int:
    """Say why a command ends.

    Args:
        bad_input: what its user is meant to read as it is.

    Returns:
        The exit status: 2 for bad input and for too little memory, 128 + n for signal n, 1 for
        an error that nobody foresaw.
    """
    if os.environ.get(SHOWN):
        traceback.print_exception(error)
    if isinstance(error, bad_input):
        status, sentence = 2, str(error)
    elif isinstance(error, KeyboardInterrupt):
        status, sentence = 128 + getattr(error, "signal", signal.SIGINT), "stopped"
    elif sentence := shortage(error):
        status = 2
    else:
        status, sentence = 1, _unforeseen(error)
    print(f"apnet: {plain(sentence)}", file=sys.stderr)
    return status


def _unforeseen(error: BaseException) -> str:
    said = " ".join(f"an error that was not foreseen, {type(error).__name__}: {error}".split())
    try:
        log = os.environ.get(LOG) or tempfile.mkstemp(prefix="apnet-", suffix=".log")[1]
        with Path(log).open("a", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        traceback.print_exception(error)
        return f"{said}: please report it"
    return f"{said}: please report it with its traceback in {log}"
