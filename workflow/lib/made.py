"""How one result was made, point by point: from the records of `apnet` to facts of the site."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from apnet.config.settings import paper_recipe
from apnet.records import paths
from apnet.records.load import load_check, load_cost
from reproduction.site.facts import Fact
from workflow.lib.looking.spans import Span, amounts
from workflow.lib.records import Record

Json = Mapping[str, object]
Stated = Mapping[str, Mapping[str, str | Mapping[str, str | None] | None]]
"""What the paper says, by group and name; by recipe where its models differ."""


def facts_of(
    record: Record,
    trained: Json,
    baseline: Json,
    stated: Stated,
    estimates: Mapping[str, Span],
) -> Iterator[Fact]:
    """Every fact of an evaluation and its run.

    Args:
        trained: the record of the run; empty where it cannot be read.
        baseline: that of its row's baseline; empty where there is none.
        estimates: seconds, by the records that they are of.
    """
    recipe = paper_recipe(record.content["model"])
    beside = dict(_named(baseline)) if baseline else {}
    for (group, name), here in (
        *_named({**trained, **record.training}),
        *_measured(record, trained),
        *_estimated(record, estimates),
    ):
        said = stated.get(group, {}).get(name, "")
        other = beside.get((group, name), here)
        yield Fact(
            group,
            name,
            shown(here),
            said.get(recipe, "") if isinstance(said, Mapping) else said,
            shown(other) if other != here else "",
        )


def _named(run: Json) -> Iterator[tuple[tuple[str, str], object]]:
    """((group, name), value) of what a run and its baseline may differ in."""
    yield ("Training", "recipe"), run["recipe"]
    for name, value in run["settings"].items():
        if name != "name":
            yield ("Training", name), value
    for name, value in run["switches"].items():
        yield ("Reading", name), value


def _measured(record: Record, trained: Json) -> Iterator[tuple[tuple[str, str], object]]:
    content = record.content
    for name, value in content["protocol"].items():
        if name != "switches":
            yield ("Protocol", name), value
    for name, value in content["protocol"].get("switches", {}).items():
        yield ("Protocol", f"switch {name}"), value
    yield from _data("training", record.training["data"], ("train",))
    yield from _data("test", content["data"], ("query", "gallery"))
    yield ("Run", "seed"), content["seed"]
    yield ("Run", "provenance"), record.training["provenance"]
    yield ("Run", "initial weights"), (trained.get("weights") or {}).get("file")
    yield ("Run", "weights (SHA-256)"), content["checkpoint_sha256"]
    git = trained.get("git") or {}
    yield ("Code", "commit"), git.get("commit")
    yield ("Code", "uncommitted changes"), git.get("uncommitted_changes")
    yield ("Code", "training"), record.training["code_fingerprint"]
    yield ("Code", "evaluation"), content["code_fingerprint"]
    yield from _machine(content, trained)


def _data(
    which: str, data: Json, splits: tuple[str, ...]
) -> Iterator[tuple[tuple[str, str], object]]:
    yield ("Data", f"{which} set"), data["name"]
    yield ("Data", f"drawn {which} images"), data["synthetic"]
    yield ("Data", f"{which} counts as published"), data["published"]
    for split in splits:
        counts = data["counts"][split]
        yield ("Data", f"{split} images"), counts["images"]
        yield ("Data", f"{split} identities"), counts["identities"]
    yield ("Data", f"fingerprint of the {which} set"), data["fingerprint"]


def _machine(content: Json, trained: Json) -> Iterator[tuple[tuple[str, str], object]]:
    for name, value in trained.get("environment", {}).items():
        yield ("Machine", name), value
    hardware = trained.get("hardware", content["hardware"])
    for name, value in hardware.items():
        yield ("Machine", name), value
    for name, value in trained.get("arithmetic", content["arithmetic"]).items():
        yield ("Machine", f"arithmetic: {name}"), value
    for name, words in (
        ("wall_seconds", "seconds of training"),
        ("images_per_second", "training images per second"),
        ("peak_memory_mb", "peak memory (MiB)"),
        ("gpu_peak_memory_mb", "peak memory of the GPU (MiB)"),
    ):
        if name in trained:
            yield ("Machine", words), trained[name]
    yield ("Machine", "seconds of evaluation"), content["wall_seconds"]


def _estimated(
    record: Record, estimates: Mapping[str, Span]
) -> Iterator[tuple[tuple[str, str], object]]:
    """What was thought before the jobs ran, where that is known."""
    evaluation = record.evaluation
    for name, file in (("training", evaluation.run.record), ("evaluation", evaluation.file)):
        if file in estimates:
            yield ("Machine", f"seconds of {name}, as estimated"), amounts(estimates[file])


def flat(file: Path) -> list[Fact]:
    """Every value of the record of a cost or of a check.

    Raises:
        InputError: it cannot be read.
    """
    load = load_check if file.name == PurePath(paths.CHECK).name else load_cost
    return [Fact("Record", name, shown(value)) for name, value in _leaves(load(file).content())]


def _leaves(content: Json, above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name}: ")
        else:
            yield f"{above}{name}", value


def shown(value: object) -> str:
    """A value of a record as a reader takes it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value)) or "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
