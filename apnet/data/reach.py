"""What lies at a path; nothing where that cannot be told.

pathlib's own questions raise an error in folders that may not be entered and at names
that are too long.
"""

import stat
from pathlib import Path


def exists(place: Path) -> bool:
    """Whether something lies there."""
    return _mode(place) != 0


def is_folder(place: Path) -> bool:
    """Whether a folder lies there, or a link to one."""
    return stat.S_ISDIR(_mode(place))


def is_file(place: Path) -> bool:
    """Whether a regular file lies there, or a link to one."""
    return stat.S_ISREG(_mode(place))


def is_special(place: Path) -> bool:
    """Whether it is neither a file nor a folder: a pipe, a device."""
    mode = _mode(place)
    return mode != 0 and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _mode(place: Path) -> int:
    try:
        return place.stat().st_mode
    except (OSError, ValueError):
        return 0
