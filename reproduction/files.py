"""Files that are whole or absent: written under a temporary name, then renamed."""

import errno
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reproduction.errors import InputError


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that replaces it when the block ends well.

    Raises:
        InputError: the folder cannot be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            temporary = Path(folder, path.name)
            yield temporary
            temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with replaced(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def print_text(text: str) -> None:
    """Write `text` to the standard output, or as much of it as its reader takes, such as `head`.

    A sign that the output's encoding lacks stands as its code.

    Raises:
        InputError: it cannot be written, as on a full disk.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), end="", flush=True)
    except OSError as error:
        # Python keeps what it could not write, and tries it again when it ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        if error.errno not in (errno.EPIPE, errno.EIO):
            raise InputError(f"cannot write the standard output: {error.strerror}") from error


def write_json(path: Path, content: object) -> None:
    """Write JSON that people can read, atomically."""
    write_text(path, json_text(content))


def json_text(content: object) -> str:
    """JSON that people can read."""
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        InputError: absent, unreadable, or a pipe or a device, which may never end.
        UnicodeDecodeError: it is not UTF-8.
    """
    path = Path(path)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(f"cannot read {path}: it is a pipe or a device")
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def read_json(path: Path) -> object:
    """Read a JSON file.

    Raises:
        InputError: absent, unreadable, a pipe or a device, or not JSON.
    """
    try:
        return json.loads(read_text(path), parse_constant=_no_number)
    except (RecursionError, ValueError) as error:
        raise InputError(f"{path} is not valid JSON ({error}): make it again") from error


def _no_number(text: str) -> None:
    """Python would read NaN and Infinity, which are not JSON."""
    raise ValueError(f"{text} is no number")


def user_path(text: str) -> Path:
    """A path of a command line, `~` put in: no shell does that after the = of `--out=~/x`."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 (Path's raises for an unknown user)
