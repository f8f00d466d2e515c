"""Files that are whole or absent: written under a temporary name, then renamed."""

import errno
import fcntl
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from apnet.errors import InputError

MOST_BYTES = 2**28
"""Of a record; those of a run come to thousands."""


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that replaces it when the block succeeds.

    Raises:
        InputError: the folder cannot be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files that only their owner reads; results are meant to be shared.
        temporary.chmod(0o666 & ~umask())
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def umask() -> int:
    """The permissions that this process takes from the files that it makes."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def exclusive(file: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock `file`, which ends with the process.

    Args:
        waiting: called when another process holds it, before waiting for that.

    Raises:
        OSError: it cannot be made or locked.
    """
    with file.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with replaced(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: object) -> None:
    """Write JSON that people can read, atomically. Not-a-number is refused: it is no JSON."""
    write_text(path, json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def content_of(path: Path) -> bytes:
    """What a file holds that anybody may have put there.

    Raises:
        OSError: it cannot be read, is a pipe or a device, which may never end, or holds more than
            :data:`MOST_BYTES`.
    """
    found = Path(path).stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise OSError(errno.EINVAL, "it is a pipe or a device")
    if found.st_size > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it is over {MOST_BYTES >> 20} MiB")
    return Path(path).read_bytes()


def read_json(path: Path) -> object:
    """Read a JSON file.

    Raises:
        InputError: absent, unreadable or not JSON.
    """
    try:
        return json.loads(content_of(path).decode())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            f"{path} is not valid JSON ({error}): delete it to make it again"
        ) from error


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(content: object) -> str:
    """SHA-256 of a JSON value, the same for any order of keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
