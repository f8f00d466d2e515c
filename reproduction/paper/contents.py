"""What each table and figure of the paper holds, and the sentence that says so in a report."""

from collections.abc import Mapping

from reproduction.report.phrases import listed
from workflow.lib.counted import TABLE as COUNTED

HOLDS = {
    "table1": "how many images, identities and cameras each dataset has",
    "table2": "what each level of the pyramid adds, over channels and over space, on three sets",
    "table3": "what one image costs each model",
    "table4": "APNet among the methods that the paper quotes, on five test sets",
    "table5": "four backbones with and without the pyramid, on Market-1501",
    "table6": "persons partly hidden, on Occluded-DukeMTMC",
    "table7": "models trained on one dataset and tested on the other",
    "figure5": "accuracy over the radix of a pyramid of two levels, on Market-1501",
    "figure6": "where the network looks after each level of the pyramid",
}
"""Name of a table or figure -> what stands behind `Table II: `."""

READINGS = {
    "written": "the method as the paper's text and equations have it",
    "released": "the method as the authors' released code has it",
}
"""Reading -> what it is."""

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")


def number(name: str) -> str:
    """The paper's number of a table or figure: `II`, `5`."""
    if name.startswith("figure"):
        return name.removeprefix("figure")
    return _ROMAN[int(name.removeprefix("table")) - 1]


def title(name: str) -> str:
    """`Table II`, `Fig. 5`."""
    return f"{'Fig.' if name.startswith('figure') else 'Table'} {number(name)}"


def category(name: str) -> str:
    """Under which heading Snakemake's report shows it."""
    return "Figures" if name.startswith("figure") else "Tables"


def labels(name: str, form: str, config: Mapping[str, object]) -> dict[str, str]:
    """What Snakemake's report tells results apart by.

    Args:
        form: the format, such as `HTML`.
    """
    kind = "figure" if name.startswith("figure") else "table"
    shown = {"scale": config["scale"], "readings": _readings(name, config), "format": form}
    return {kind: number(name)} | shown


def caption(name: str, config: Mapping[str, object]) -> str:
    """One sentence: what it holds, and under which circumstances its numbers came about."""
    pictures = name == "figure6"  # of the first seed, and without the paper's beside them
    shown = [str(seed) for seed in config["seeds"]][: 1 if pictures else None]
    seeds = f", seed{'s' * (len(shown) > 1)} {listed(shown)}"
    what = "reproduced" if pictures else "reported beside reproduced"
    drawn = "; synthetic data, which say nothing about the paper"
    return (
        f"{title(name)}, {HOLDS[name]}: {what}, scale {config['scale']}, "
        f"reading {_readings(name, config)}{'' if name == COUNTED else seeds}"
        f"{drawn if config['synthetic'] and name != COUNTED else ''}."
    )


def _readings(name: str, config: Mapping[str, object]) -> str:
    """The readings that a table or figure shows; costs are counted under both."""
    return listed([*READINGS] if name == COUNTED else config["readings"])
