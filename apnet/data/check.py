"""A dataset on disk against what its distributor published."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apnet.data import ReIDDataset, get_source, load_dataset
from apnet.readings import Reading

_PROBLEMS = 10
_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_RESTARTING = frozenset({"msmt17"})
"""Datasets whose identities start again in testing, for other people."""


def check_dataset(name: str, data_root: Path, reading: Reading) -> dict[str, object]:
    """Count, fingerprint and look through a dataset; a JSON value.

    Returns:
        `name`, `root`, `counts` and `published_counts` (of the same form), `published`
        (are they equal), `synthetic`, `fingerprint` (SHA-256 over sorted names and contents
        of the images that the reading uses), `problems` (the first few, by file name).

    Raises:
        InputError: the dataset cannot be read at all.
    """
    dataset = load_dataset(name, data_root, reading)
    published = get_source(name).published(reading)
    fingerprint, broken = _contents(dataset)
    problems = [*broken, *_overlaps(dataset)]
    return {
        "name": name,
        "root": str(dataset.root),
        "counts": dataset.counts(),
        "published_counts": published,
        "published": not dataset.synthetic and dataset.counts() == published,
        "synthetic": dataset.synthetic,
        "fingerprint": fingerprint,
        "problems": problems[:_PROBLEMS],
    }


def describe_check(found: dict[str, object]) -> str:
    """What :func:`check_dataset` found, for people."""
    lines = [f"{found['name']} in {found['root']}"]
    for split in ("train", "query", "gallery"):
        own, published = found["counts"][split], found["published_counts"][split]
        shown = (f"{own[key]} {key} (published {published[key]})" for key in own)
        lines.append(f"  {split:<8}" + ", ".join(shown))
    for key in ("junk", "distractors"):
        own, published = found["counts"][key], found["published_counts"][key]
        lines.append(f"  {key:<12}{own} (published {published})")
    lines.append(f"  fingerprint {found['fingerprint']}")
    if found["synthetic"]:
        lines.append("  synthetic: drawn, so its numbers say nothing about the paper")
    elif not found["published"]:
        lines.append("  the counts are not the published ones: its numbers are not comparable")
    lines += [f"  problem: {problem}" for problem in found["problems"]]
    return "\n".join(lines)


def _contents(dataset: ReIDDataset) -> tuple[str, list[str]]:
    """Fingerprint of the images, and those that are no images."""
    paths = sorted({s.path for part in (dataset.train, *dataset.test()) for s in part})
    total, problems = hashlib.sha256(), []
    with ThreadPoolExecutor(4) as pool:
        for path, (digest, problem) in zip(
            paths, pool.map(_look, (dataset.root / path for path in paths)), strict=True
        ):
            total.update(f"{path.as_posix()} {digest}\n".encode())
            if problem:
                problems.append(problem)
    return total.hexdigest(), problems


def _look(file: Path) -> tuple[str, str | None]:
    try:
        content = file.read_bytes()
    except OSError as error:
        return "unreadable", f"cannot read {file}: {error.strerror}"
    problem = None
    if not content:
        problem = f"{file} is empty"
    elif not content.startswith(_STARTS):
        problem = f"{file} is neither a JPEG nor a PNG"
    return hashlib.sha256(content).hexdigest(), problem


def _overlaps(dataset: ReIDDataset) -> Iterator[str]:
    if dataset.name in _RESTARTING:
        return
    trained = {sample.identity for sample in dataset.train}
    for part in dataset.test():
        for sample in part:
            if sample.identity in trained:
                yield f"{dataset.root / sample.path} shows identity {sample.identity} of training"
