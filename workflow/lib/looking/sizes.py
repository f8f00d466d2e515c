"""How many images a dataset has, and so how many steps a training takes, before it is read."""

from dataclasses import dataclass
from pathlib import Path

from apnet.config.recipes import Recipe
from apnet.data import DATASETS, get_source
from apnet.errors import InputError
from apnet.files import read_json
from apnet.records import paths
from workflow.lib.plan import Plan


@dataclass(frozen=True)
class Size:
    """Training images and identities, and test images."""

    images: int
    identities: int
    tested: int

    def steps(self, recipe: Recipe) -> int:
        """About as many as a training takes: what identities leave over is taken as its mean."""
        if recipe.steps_per_epoch is not None:
            return recipe.epochs * recipe.steps_per_epoch
        if recipe.epoch_unit == "identity":
            return recipe.epochs * (self.identities // recipe.identities)
        usable = self.images - self.identities * (recipe.instances - 1) / 2
        return recipe.epochs * round(max(usable, 0) / recipe.batch)


def size(plan: Plan, reading: str, dataset: str) -> Size | None:
    """As its check counted it, else as it was published or is drawn; None if neither is known."""
    file = Path(
        plan.located(f"{plan.results}/{paths.CHECK.format(reading=reading, dataset=dataset)}")
    )
    try:
        return _of(read_json(file)["counts"])
    except (InputError, KeyError, TypeError):
        pass
    if dataset not in DATASETS:
        return None
    found = _of(get_source(dataset).published(plan.readings[reading]))
    drawn = plan.drawn_identities(dataset)
    if drawn is None or found is None:
        return found
    share = drawn / found.identities
    return Size(round(found.images * share), drawn, round(found.tested * share))


def _of(counts: dict[str, dict[str, int]]) -> Size:
    train, tested = counts["train"], (counts["query"], counts["gallery"])
    return Size(train["images"], train["identities"], sum(split["images"] for split in tested))
