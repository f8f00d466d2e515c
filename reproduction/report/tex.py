"""Text as TeX shows it, in any encoding of fonts and in comments."""

import re
import unicodedata
from collections.abc import Iterable

from reproduction.errors import plain

_SPECIAL = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    # In the oldest encoding of fonts these three are other characters.
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "±": r"$\pm$",
    "−": "$-$",
    "Δ": r"$\Delta$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "≉": r"$\not\approx$",
    "→": r"$\rightarrow$",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "‖": r"$\|$",
    "ˢ": r"\textsuperscript{s}",
    "●": r"$\bullet$",
    "▲": r"$\blacktriangle$",
    "▼": r"$\blacktriangledown$",
    "○": r"$\circ$",
    "△": r"$\vartriangle$",
    "▽": r"$\triangledown$",
}
_LATIN = "\u00ff"

_INDEX = re.compile(r"(?<=\w)\\_(\d+)\b")
"""As in `APNet-C\\_2`."""

_SENTENCE = re.compile(r"(?:^|(?<=\. ))[a-z]")
_WORD = re.compile(r"[^\s.,:;()]+")
_SMALL = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "that", "the"]
    + ["to", "vice", "we", "with"]
)


def escape(text: str) -> str:
    """Text that TeX shows as it is, indices lowered.

    What pdfTeX knows no sign for is named by its code.
    """
    return _INDEX.sub(r"$_{\1}$", "".join(map(_shown, " ".join(text.split()))))


def comment(text: str) -> str:
    """Text on one line, which stands behind a %."""
    return plain(" ".join(text.split()))


def caption(text: str, names: Iterable[str]) -> str:
    r"""A caption printed in capitals, as `\textsc` needs it to look that way again.

    `STUDIES OF MSMT17` becomes `Studies of MSMT17`; what is not all in capitals stays.

    Args:
        names: words with their capitals.
    """
    spelled = {name.upper(): name for name in names}

    def lowered(match: re.Match[str]) -> str:
        word = match.group()
        if word.upper() in spelled or word != word.upper():
            return spelled.get(word.upper(), word)
        return "-".join(map(_lowered, word.split("-")))

    shown = _WORD.sub(lowered, text)
    return rf"\textsc{{{escape(_SENTENCE.sub(lambda match: match.group().upper(), shown))}}}"


def _shown(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    known = character <= _LATIN and unicodedata.category(character) != "Cc"
    return character if known else f"[U+{ord(character):04X}]"


def _lowered(word: str) -> str:
    """A word with one capital, unless it is small or an acronym."""
    if word.lower() in _SMALL:
        return word.lower()
    return word.title() if len(word) > 2 and word.isalpha() else word
