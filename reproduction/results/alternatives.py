"""Values of the same run under another choice of the protocol, as a result holds them.

In a frame each is a text, such as `without distractors=88.1`.
"""

import math
from collections.abc import Iterable


def written(label: str, value: float) -> str:
    """A value under its label, as a text."""
    return f"{label}={value!r}"


def parsed(texts: Iterable[str]) -> dict[str, float]:
    """Label -> value.

    Raises:
        ValueError: a text that is none, or a label twice.
    """
    found: dict[str, float] = {}
    for text in texts:
        label, _, number = (part.strip() for part in text.rpartition("="))
        value = float(number)
        if not label or label in found or not math.isfinite(value) or "_" in number:
            raise ValueError
        found[label] = value
    return found
