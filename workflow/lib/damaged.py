"""Whether what one job leaves for others is no longer as it was left, as after a full disk."""

from functools import cache
from pathlib import Path

from apnet.errors import InputError
from apnet.files import read_json
from reproduction.errors import InputError as PaperError


@cache
def damaged(file: Path) -> bool:
    """Whether a file of JSON is there and cannot be read; judged cells as reports read them."""
    if not file.exists():
        return False
    # Loaded here, since most plans have no file to look at.
    from reproduction.judging.stored import read_judged

    try:
        read_judged(file, file.stem) if file.parent.name == "cells" else read_json(file)
    except (InputError, PaperError):
        return True
    return False
