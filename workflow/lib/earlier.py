"""Runs of a scale that were made with other settings or on other data than the config's."""

from collections.abc import Iterator
from pathlib import Path

from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.files import read_json
from apnet.records import paths
from workflow.lib.plan import Plan


def other_runs(plan: Plan) -> str | None:
    """What to say before such runs are replaced, or shown beside others; None if there are none.

    Imported runs, which are never replaced, and records that cannot be read are passed over.
    """
    found = list(_others(plan))
    if not found:
        return None
    first, difference = found[0]
    runs = "a run" if len(found) == 1 else f"{len(found)} runs"
    return (
        f"{plan.located(plan.results)} has {runs} of other settings or data than this config, "
        f"such as {first} ({difference}): whatever needs one trains it again in its place, and "
        f"another scale keeps both"
    )


def _others(plan: Plan) -> Iterator[tuple[str, str]]:
    results = Path(plan.located(plan.results))
    for file in sorted(results.glob(paths.RUNS), key=paths.by_number):
        run = paths.Run.parse(file.parent.relative_to(results))
        if run is None or run.reading not in plan.readings or run.folder in plan.imported:
            continue
        try:
            found = differences(plan, run, read_json(file))
        except (AttributeError, InputError, KeyError, TypeError, ValueError):
            continue
        if found:
            yield run.folder, found[0]


def differences(plan: Plan, run: paths.Run, record: dict) -> list[str]:
    """In which settings, switches and data a run.json differs from the config, in words.

    Raises:
        AttributeError, InputError, KeyError, TypeError, ValueError: it is no record of a run.
    """
    synthetic = record["data"]["synthetic"]
    there = _facts(Settings.from_record(record), synthetic)
    # The config does not say whether a dataset that it names was drawn.
    drawn = synthetic if run.dataset in plan.custom else plan.config["synthetic"]
    here = _facts(plan.settings(run), drawn)
    keys = (key for key in here if there.get(key) != here[key])
    return [f"{key}: {there.get(key)} there, {here[key]} here" for key in keys]


def _facts(settings: Settings, drawn: object) -> dict[str, object]:
    record = settings.record()
    data = "synthetic" if drawn else "real"
    return {"data": data, "recipe": record["recipe"]} | record["settings"] | record["switches"]
