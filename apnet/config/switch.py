"""A switch that belongs to one dataset and acts on no other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apnet.config.readings import Reading


@dataclass(frozen=True)
class Switch:
    """One of a dataset's protocols is chosen by it; its dataset's own file declares it.

    Attributes:
        name: as `switches:` of a config and `--switch` have it; no other dataset's.
        choices: its values.
        written, released: its value under each reading.
        about: what it decides, as a sentence.
    """

    name: str
    choices: tuple[str, ...]
    written: str
    released: str
    about: str

    def of(self, reading: "Reading") -> str:
        """Its value under a reading."""
        return dict(reading.overrides).get(self.name, self.usual(reading.name))

    def usual(self, reading: str) -> str:
        """Its value under the reading of that name when nobody sets it otherwise."""
        return {"written": self.written, "released": self.released}[reading]
