"""What earlier calls found out from the very same files: fingerprints, YAML, and forms kept to.

All follow from the text of files alone, so what is known stands beside a digest of these files
and is of no use after any edit. Only planning asks for it: a job that records a fingerprint takes
it from its files.
"""

import atexit
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from apnet import fingerprint
from apnet.errors import InputError
from apnet.files import read_json, write_json
from reproduction.paper import yamlfiles

FILE = Path(".snakemake", "apnet", "known.json")

_READERS = (fingerprint.PACKAGE, yamlfiles.SCHEMAS.parent)
"""Folders whose code decides what is found out, or is what it is found out of."""


def use(file: Path = FILE) -> None:
    """Take over what is known, and keep what this call adds to it when it ends."""
    file, state = file.resolve(), _state()
    with suppress(AttributeError, InputError, KeyError, TypeError, ValueError):
        known = read_json(file) if file.exists() else {}
        if known.get("state") == state:
            fingerprint.found.update(known["fingerprints"])
            yamlfiles.sound.update(known["sound"])
            yamlfiles.parsed.update(known["parsed"])
    atexit.register(keep, file, state, _known())


def keep(file: Path, state: str, before: dict[str, object]) -> None:
    """Keep what is known, unless it is that of before or a file was edited meanwhile."""
    known = _known()
    if known != before and _state() == state:
        with suppress(InputError):  # such as a folder that cannot be written
            write_json(file, {"state": state, **known})


def _known() -> dict[str, object]:
    return {
        "fingerprints": dict(fingerprint.found),
        "sound": sorted(yamlfiles.sound),
        "parsed": dict(yamlfiles.parsed),
    }


def _state() -> str:
    """A digest of the versions of Python and PyYAML, and of names and bytes of all that is read."""
    total = sha256(f"{sys.version}, PyYAML {yamlfiles.yaml.__version__}".encode())
    for folder in _READERS:
        for file in sorted(folder.rglob("*.py")):
            total.update(f"{file}={sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()
