"""What the scripts' command lines share: how bad input ends."""

import sys
from collections.abc import Callable

from apnet.errors import InputError


def run_main(work: Callable[[], None]) -> int:
    """Do the work; returns the exit status, 0, or 2 after one sentence on bad input."""
    try:
        work()
    except InputError as error:
        print(f"apnet: {error}", file=sys.stderr)
        return 2
    return 0
