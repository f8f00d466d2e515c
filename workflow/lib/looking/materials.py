"""Whether datasets and weights are there that jobs start from, and are what they should be."""

from collections.abc import Iterator
from pathlib import Path

from apnet.data import find_dataset, get_source
from apnet.data.reach import is_file
from apnet.errors import InputError
from apnet.files import read_json
from apnet.records import paths
from workflow.lib.looking.findings import Finding, bad, good, unsure
from workflow.lib.looking.needed import asked
from workflow.lib.plan import Plan


def datasets(plan: Plan) -> Iterator[Finding]:
    """A line a dataset that the tables or the config name."""
    if plan.config["synthetic"]:
        yield good("datasets", "drawn by the workflow itself (synthetic)")
    for name, path in plan.custom.items():
        yield from _counted(plan, name, Path(path))
    if plan.config["data_root"]:
        runs, evaluations = asked(plan, ()).every()
        names = {run.dataset for run in runs} | {item.test_set for item in evaluations}
        for name in sorted(names):
            yield from _counted(plan, name, Path(plan.data_root))


def _counted(plan: Plan, name: str, root: Path) -> Iterator[Finding]:
    """By its check if there is one; else its lists and file names are read now, not its images."""
    try:
        folder = find_dataset(name, root)
    except InputError as error:
        remedy = f"get it as docs/datasets.md says and put it under {root}; its cells stay open"
        yield bad(name, str(error).partition(":")[0], remedy)
        return
    reading = next(iter(plan.readings.values()))
    file = plan.located(f"{plan.results}/{paths.CHECK}".format(reading=reading.name, dataset=name))
    source = get_source(name, root)
    published = source.published(reading) if source.published else None
    try:
        counts, how = read_json(Path(file))["counts"], f"checked ({file})"
    except (InputError, KeyError, TypeError):
        try:
            dataset, problems = source.scan(folder, reading)
        except InputError as error:
            yield bad(name, str(error), f"unpack {name} anew")
            return
        if problems:
            words = f"{folder / problems[0].file} {problems[0].what}"
            yield bad(name, words, f"apnet data check {name} {root}")
            return
        counts, how = dataset.counts(), "counted; its images are read by the first job"
    yield from _beside(plan, name, counts, published, f"{folder}, {how}")


def _beside(
    plan: Plan, name: str, counts: object, published: object, words: str
) -> Iterator[Finding]:
    accepted = plan.config["accept_counts"].get(name)
    if published is None or counts == published:
        yield good(name, words)
    elif accepted:
        yield unsure(name, f"{words}; other counts than published, accepted: {accepted}")
    else:
        remedy = f"apnet data check {name} shows the difference; accept_counts takes a reason"
        yield bad(name, f"{words}; other counts than published", remedy)


def weights(plan: Plan) -> Iterator[Finding]:
    """A line a backbone whose ImageNet weights trainings start from."""
    runs, _ = asked(plan, ()).every()
    backbones = sorted({name for run in runs if (name := plan.pretrained_backbone(run))})
    if not backbones:
        yield unsure("ImageNet weights", "not needed: the recipes start from nothing")
    for name in backbones:
        about, own = f"weights of {name}", plan.config["weights"].get(name)
        made = plan.located(f"resources/weights/{name}.safetensors")
        if is_file(Path(made)):
            yield good(about, made)
        elif own is None:
            yield unsure(about, "not there yet: fetched once, by the first call")
        elif is_file(Path(own)):
            yield good(about, f"{own}, of the config")
        else:
            yield bad(
                about, f"the config names {own}, and there is no such file", "correct weights"
            )
