"""What is at a path; nothing where that cannot be determined.

pathlib's own questions raise an error in folders that may not be entered and at names
that are too long.
"""

import stat
from pathlib import Path


def exists(path: Path) -> bool:
    """Whether something lies there."""
    return _mode(path) != 0


def is_folder(path: Path) -> bool:
    """Whether a folder lies there, or a link to one."""
    return stat.S_ISDIR(_mode(path))


def is_file(path: Path) -> bool:
    """Whether a regular file lies there, or a link to one."""
    return stat.S_ISREG(_mode(path))


def is_special(path: Path) -> bool:
    """Whether it is neither a file nor a folder: a pipe, a device."""
    mode = _mode(path)
    return mode != 0 and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0
