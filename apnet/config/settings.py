"""What one training is: everything that changes its weights, as one flat record."""

from collections.abc import Mapping
from dataclasses import dataclass

from apnet.config.attentions import ATTENTIONS
from apnet.config.former import SETTINGS, SWITCHES, recorded
from apnet.config.methods import methods
from apnet.config.names import parse_model_name
from apnet.config.readings import Reading, get_reading
from apnet.config.recipes import Recipe, get_recipe, recipe_of
from apnet.errors import InputError
from apnet.files import digest

# How a step is computed is a matter of the machine, not of the method; it is recorded
# with each run and does not make a run another experiment than the paper's.
NUMERICS = frozenset({"precision", "channels_last", "fused", "compile"})


_BEFORE = {"backbone_size": "full"}
"""Recipe settings that records of earlier versions lack, and what they were then."""


@dataclass(frozen=True)
class Settings:
    """One training, down to its seed. The data's fingerprint is recorded beside it.

    Raises:
        InputError: a seed that random generators do not take.
    """

    model: str
    dataset: str
    reading: Reading
    recipe: Recipe
    seed: int

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise InputError(f"a seed is 0 to 2^63 - 1, not {self.seed}: choose another --seed")

    def record(self) -> dict[str, object]:
        """The settings as they stand in run.json."""
        return {
            "model": self.model,
            "dataset": self.dataset,
            "reading": self.reading.name,
            "switches": self.reading.switches(self.dataset),
            "recipe": self.recipe.name,
            "settings": self.recipe.settings(),
            "seed": self.seed,
        }

    def sha256(self) -> str:
        """Digest of :meth:`record`."""
        return digest(self.record())

    @classmethod
    def from_record(cls, record: dict[str, object]) -> "Settings":
        """The settings that a run.json holds.

        Raises:
            InputError: a switch or a setting that is not known here.
        """
        recipe = current_settings(record["settings"])
        switches = recorded(record["switches"], SWITCHES)
        del recipe["name"]
        return cls(
            model=record["model"],
            dataset=record["dataset"],
            reading=get_reading(record["reading"], record["dataset"], **switches),
            recipe=get_recipe(record["recipe"], **recipe),
            seed=record["seed"],
        )


def current_settings(settings: Mapping[str, object]) -> dict[str, object]:
    """The recipe settings of a record of any version, all that there are today."""
    return _BEFORE | recorded(settings, SETTINGS)


def paper_recipe(model: str) -> str:
    """Name of the recipe that the paper (Section IV-B), or its own method, trains this model with.

    Raises:
        InputError: unknown model, or a method whose recipe cannot be.
    """
    name = parse_model_name(model)
    if name.baseline:
        return recipe_of(methods()[model]).name
    attention = ATTENTIONS.get(name.attention)
    return "channel" if attention is None else attention.recipe


def deviations(model: str, settings: dict[str, object]) -> dict[str, tuple[object, object]]:
    """The recipe settings of a run that differ from the paper's for its model.

    Returns:
        Setting -> (the run's value, the paper's). Empty: the paper's recipe.
    """
    paper, settings = get_recipe(paper_recipe(model)).settings(), current_settings(settings)
    return {
        key: (settings.get(key), value)
        for key, value in paper.items()
        if key != "name" and key not in NUMERICS and settings.get(key) != value
    }
