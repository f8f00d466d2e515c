"""Captions and labels of tables and figures in Snakemake's own report."""

from collections.abc import Mapping

from apnet.config.recipes import get_recipe
from reproduction.report.phrases import listed
from workflow.lib.catalogue import COSTS, COUNTS, SHEETS, paper
from workflow.lib.sentences import THIN

Config = Mapping[str, object]


def category(name: str) -> str:
    """The heading that it stands under."""
    return f"{paper()[name].form.capitalize()}s"


def labels(name: str, form: str, config: Config) -> dict[str, str]:
    """The labels that distinguish results.

    Args:
        form: the format, such as `HTML`.
    """
    shown = {"scale": config["scale"], "readings": _readings(name, config), "format": form}
    return {paper()[name].form: paper()[name].number} | shown


def caption(name: str, config: Config) -> str:
    """One sentence: its content, and the scale, reading and seeds of its numbers."""
    pictures = name in SHEETS  # of the first seed, and without the paper's beside them
    shown = [str(seed) for seed in config["seeds"]][: 1 if pictures else None]
    seeds = f", seed{'s' * (len(shown) > 1)} {listed(shown)}"
    what = "reproduced" if pictures else "reported beside reproduced"
    synthetic = "; synthetic data, which say nothing about the paper"
    thin = f", {THIN}" if name not in (*COSTS, *COUNTS) and _thin(config) else ""
    return (
        f"{paper()[name].title}, {paper()[name].summary}: {what}, scale {config['scale']}, "
        f"reading {_readings(name, config)}{'' if name in COSTS else seeds}{thin}"
        f"{synthetic if config['synthetic'] and name not in COSTS else ''}."
    )


def _thin(config: Config) -> bool:
    made = (get_recipe(name, **config["set"]) for name in config["recipes"].values())
    return any(recipe.backbone_size == "thin" for recipe in made)


def _readings(name: str, config: Config) -> str:
    """The readings that a table or figure shows; costs are counted under every one."""
    return listed([*paper().series] if name in COSTS else config["readings"])
