"""File names that carry identity and camera, read strictly.

Public code searches the whole path for something like `7_c1`, so that a folder of such
a name changes every label. Here the file's own name counts, and all of it.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from apnet.data.dataset import Problem, Sample


@dataclass(frozen=True)
class Naming:
    """How a dataset names its images.

    Attributes:
        pattern: with groups `identity` and `camera`; has to match a file name from end to end.
        example: shown when a file is named differently.
        cameras: numbered from 1 to this.
    """

    pattern: re.Pattern[str]
    example: str
    cameras: int

    def read(self, folder: str, name: str, identities: range) -> Sample | Problem:
        """The image `folder`/`name`, or what is wrong with its name.

        Args:
            identities: those that the split may have.
        """
        file = f"{folder}/{name}"
        # Bytes that are no UTF-8 come as lone surrogates, which can be neither shown nor kept.
        shown = file.encode(errors="backslashreplace").decode()
        if shown != file:
            return Problem(shown, "has a name that is no UTF-8")
        if printable(file) != file:
            return Problem(printable(file), "has a name that cannot be printed on one line")
        match = self.pattern.fullmatch(name)
        if match is None:
            return Problem(file, f"is not named like {self.example}")
        identity, camera = int(match["identity"]), int(match["camera"])
        if identity not in identities:
            span = f"{identities[0]} to {identities[-1]}"
            return Problem(file, f"has identity {identity}, which is not among {span}")
        if not 1 <= camera <= self.cameras:
            return Problem(file, f"has camera {camera}, which is not among 1 to {self.cameras}")
        return Sample(Path(file), identity, camera)


def printable(text: str) -> str:
    """A text on one line: what would end it, and control characters, as their codes."""
    if text.isprintable():
        return text
    return "".join(
        letter.encode("unicode_escape").decode() if _breaks_lines(letter) else letter
        for letter in text
    )


def _breaks_lines(letter: str) -> bool:
    """Whether it is a control character, or ends a line or a paragraph."""
    return unicodedata.category(letter) in ("Cc", "Zl", "Zp")
