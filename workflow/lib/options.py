"""The config as options of the commands that the rules run, quoted for a shell."""

import json
import shlex

from apnet.config.readings import METHOD
from apnet.data import switches_of
from apnet.records.paths import Run
from workflow.lib.plan import Plan


def data_roots(plan: Plan) -> list[str]:
    """Values of `apnet --data-root`: the folder of datasets, and NAME=PATH for a custom one."""
    shared = [] if plan.custom_only else [plan.data_root]
    return [*shared, *(f"{name}={path}" for name, path in plan.custom.items())]


def accepted(plan: Plan) -> str:
    """Reasons for using datasets whose counts are not the published ones, as `judge` takes them."""
    reasons = [f"{name}={words}" for name, words in plan.config["accept_counts"].items()]
    return shlex.join(["--accepted", *reasons]) if reasons else ""


def tolerances(plan: Plan) -> str:
    """The config's tolerances, as `judge` takes them."""
    given = [f"{name}={e}" for name, e in plan.config["tolerances"].items()]
    return shlex.join(["--tolerance", *given]) if given else ""


def reading(plan: Plan, name: str, dataset: str | None) -> str:
    """The reading, with the config's switches that act on a dataset, for `apnet`.

    Args:
        dataset: None where none is used.
    """
    chosen = plan.config["switches"]
    method = {key: value for key, value in chosen.items() if key in METHOD}
    options = [f"--reading {name}", *_pairs("--switch", method)]
    return " ".join(filter(None, [*options, dataset and switches(plan, dataset)]))


def switches(plan: Plan, dataset: str) -> str:
    """The config's values of a dataset's own switches, for `apnet`."""
    names = {switch.name for switch in switches_of(dataset)}
    chosen = plan.config["switches"]
    return " ".join(
        _pairs("--switch", {key: value for key, value in chosen.items() if key in names})
    )


def training(plan: Plan, run: Run) -> str:
    """Recipe and reading of a run, for `apnet train`."""
    recipe = plan.settings(run).recipe.name
    settings = _pairs("--set", plan.config["set"])
    return " ".join([reading(plan, run.reading, run.dataset), f"--recipe {recipe}", *settings])


def _pairs(option: str, values: dict[str, object]) -> list[str]:
    return [
        f"{option} {shlex.quote(f'{key}={json.dumps(value)}')}"
        for key, value in sorted(values.items())
    ]
