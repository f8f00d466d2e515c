"""The attentions that pyramids split and stack: a line each, a module each. Loads no torch."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apnet.errors import InputError
from apnet.lazy import file_of


@dataclass(frozen=True)
class Attention:
    """A kind of attention.

    Attributes:
        kind: its name in code and messages.
        letter: its letter in model names, `-apnet-<letter><L>`.
        module: path (:func:`apnet.lazy.load`) of a class that
            :class:`apnet.models.attention.LevelAttention` describes.
        splits: `channels` or `rows`: what a level makes parts of.
        recipe: that the paper trains its models with (Section IV-B).
        no_release: the reports' sentence if the released code has no such attention, whose
            pyramids then have the written form under both readings; None if it has one.
    """

    kind: str
    letter: str
    module: str
    splits: str = "channels"
    recipe: str = "channel"
    no_release: str | None = "the released code has no such attention"


def by_kind(attentions: Iterable[Attention]) -> Mapping[str, Attention]:
    """Attentions by their kinds.

    Raises:
        InputError: a letter that is none of a to z, or a letter or a kind that is taken.
    """
    known: dict[str, Attention] = {}
    for new in attentions:
        if not re.fullmatch("[a-z]", new.letter):
            raise InputError(
                f"{_FILE}: attention {new.kind!r}: its letter is one of a to z, not {new.letter!r}"
            )
        for other in known.values():
            if new.letter == other.letter or new.kind == other.kind:
                raise InputError(
                    f"{_FILE}: attentions {other.kind!r} and {new.kind!r}, of the letters "
                    f"{other.letter!r} and {new.letter!r}: give each a kind and a letter of its own"
                )
        known[new.kind] = new
    return known


_FILE = file_of(__name__)
_FOLDER = "apnet.models.attention"
_NO_SPATIAL = "the spatial code was never released: RGA-S of the paper's reference [5]"

ATTENTIONS = by_kind(
    attention
    for attention in (
        Attention(
            "channel", "c", f"{_FOLDER}.squeeze_excitation:SqueezeExcitation", no_release=None
        ),
        Attention(
            "spatial",
            "s",
            f"{_FOLDER}.relation_aware_spatial:RelationAwareSpatial",
            splits="rows",
            recipe="spatial",
            no_release=_NO_SPATIAL,
        ),
    )
)
"""By kind."""

LETTERS = {attention.letter: kind for kind, attention in ATTENTIONS.items()}
"""Letter in model names -> kind."""
