"""Signs for texts that stand below a table."""

from collections.abc import Iterable, Iterator

SIGNS = "†‡§¶‖"


def split(signs: str) -> list[str]:
    """The single ones of several signs."""
    return [sign for sign in signs.split(",") if sign]


def join(signs: Iterable[str]) -> str:
    """Several signs in a row."""
    return ",".join(signs)


class Footnotes:
    """Gives each text a sign, in the order of first use."""

    def __init__(self) -> None:
        self._signs: dict[str, str] = {}

    def signs(self, texts: Iterable[str]) -> str:
        """The signs of some texts, with commas between, since a sign may be another doubled."""
        return join(self._sign(text) for text in texts)

    def legend(self) -> Iterator[tuple[str, str]]:
        """(sign, text) in the order of first use."""
        return ((sign, text) for text, sign in self._signs.items())

    def _sign(self, text: str) -> str:
        # The sixth sign is the first one doubled.
        times, index = divmod(len(self._signs), len(SIGNS))
        return self._signs.setdefault(text, SIGNS[index] * (1 + times))
