"""A dataset as it lies on disk beside what its distributor published."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from apnet.data import ReIDDataset, find_dataset, get_source
from apnet.data.images import Damaged, decode, read_content
from apnet.data.parts import Problem
from apnet.readings import Reading

_SHOWN = 20
_CHUNK = 64
"""Files that a thread takes at once."""


def check_dataset(name: str, data_root: Path, reading: Reading) -> dict[str, object]:
    """Count and fingerprint a dataset, and read every image that a reading uses of it.

    Args:
        name: one of :data:`apnet.data.DATASETS`.
        data_root: the folder that holds dataset folders, or the dataset's own.

    Returns:
        A JSON value: `name`, `root`, `reading`; `counts` and `published_counts`, in the
        form of :meth:`ReIDDataset.counts`, the latter None of a user's own dataset;
        `published`, whether these are equal; `synthetic`; `fingerprint`, a SHA-256 over the
        names and contents of the images (what `sha256sum FILES | sha256sum` prints for their
        sorted names) and, where a list gives them, over their labels; `listing`, one over
        names, sizes and labels, by which jobs know these images again; `problem_count` and
        the first `problems`, each a `file` under the root and a `problem`.

    Raises:
        InputError: unknown or absent dataset, or a folder or list that cannot be read.
    """
    source = get_source(name, data_root)
    dataset, problems = source.scan(find_dataset(name, data_root), reading)
    fingerprint, damaged = _read_all(dataset)
    problems = (*problems, *damaged)
    published = source.published(reading) if source.published else None
    return {
        "name": name,
        "root": str(dataset.root),
        "reading": reading.name,
        "counts": dataset.counts(),
        "published_counts": published,
        "published": not dataset.synthetic and dataset.counts() == published,
        "synthetic": dataset.synthetic,
        "fingerprint": fingerprint,
        "listing": dataset.listing(),
        "problem_count": len(problems),
        "problems": [{"file": file, "problem": what} for file, what in problems[:_SHOWN]],
    }


def describe_check(found: dict[str, object]) -> str:
    """What :func:`check_dataset` returned, as lines for people."""
    own, published = found["counts"], found["published_counts"] or found["counts"]
    lines = [f"{found['name']} in {found['root']}, reading {found['reading']}"]
    for split in ("train", "query", "gallery"):
        shown = (_beside(what, own[split][what], published[split][what]) for what in own[split])
        lines.append(f"{split:<8} {'   '.join(shown)}")
    for what in ("junk", "distractors"):
        lines.append(_beside(what, own[what], published[what]))
    lines += [f"fingerprint {found['fingerprint']}", _verdict(found)]
    lines += [f"{item['file']} {item['problem']}" for item in found["problems"]]
    hidden = found["problem_count"] - len(found["problems"])
    return "\n".join(lines + ([f"and {hidden} more"] if hidden else []))


def _beside(what: str, own: int, published: int) -> str:
    return f"{own} {what}" + ("" if own == published else f" (published: {published})")


def _verdict(found: dict[str, object]) -> str:
    count = found["problem_count"]
    problems = f"{count} problem{'s' * (count != 1)}:" if count else "no problems"
    if found["synthetic"]:
        return f"synthetic, so no published counts apply; {problems}"
    if found["published_counts"] is None:
        return f"a dataset of your own, so there are no published counts; {problems}"
    return f"the counts are {'' if found['published'] else 'NOT '}the published ones; {problems}"


def _read_all(dataset: ReIDDataset) -> tuple[str, list[Problem]]:
    """Fingerprint of a dataset's images, and those that cannot be read."""
    samples = chain(dataset.train, dataset.query, dataset.gallery)
    files = sorted({sample.path.as_posix() for sample in samples})
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    total, problems = hashlib.sha256(), []
    with ThreadPoolExecutor(min(16, (os.cpu_count() or 1) + 2)) as pool:
        read = pool.map(lambda chunk: list(_read(dataset.root, chunk)), chunks)
        for file, (content, problem) in zip(files, chain.from_iterable(read), strict=True):
            total.update(f"{content}  {file}\n".encode())
            if problem is not None:
                problems.append(Problem(file, problem))
    if dataset.listed:
        for label, _ in dataset.labels():
            total.update(f"{label}\n".encode())
    return total.hexdigest(), problems


def _read(root: Path, files: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """SHA-256 of each file's content, and what is wrong with it."""
    for file in files:
        try:
            content = read_content(root / file)
        except OSError as error:
            yield "unreadable", f"cannot be read ({error.strerror})"
            continue
        yield hashlib.sha256(content).hexdigest(), _fault(content)


def _fault(content: bytes) -> str | None:
    try:
        decode(content)
    except Damaged as error:
        return str(error)
    return None
