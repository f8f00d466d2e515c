"""What a check of this machine found: a line, with a remedy where something is wrong."""

from typing import NamedTuple

GOOD, BAD, OPEN = "✓", "✗", "–"
"""In order; to be mended before jobs run; not known, or of no concern here."""


class Finding(NamedTuple):
    """A line of `snakemake doctor`.

    Attributes:
        sign: one of the three.
        about: what was looked at.
        words: what was found.
        remedy: what to do, of a line that is bad.
    """

    sign: str
    about: str
    words: str
    remedy: str = ""


def good(about: str, words: str) -> Finding:
    """In order."""
    return Finding(GOOD, about, words)


def bad(about: str, words: str, remedy: str) -> Finding:
    """To be mended."""
    return Finding(BAD, about, words, remedy)


def unsure(about: str, words: str) -> Finding:
    """Not known, or of no concern here."""
    return Finding(OPEN, about, words)
