"""A dataset as it is on disk beside what its distributor published, and in records of runs."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data import ReIDDataset, Sample, find_dataset, get_source
from apnet.data.dataset import Problem
from apnet.data.folders import MARKER
from apnet.data.images import Damaged, decode, read_content
from apnet.data.reach import is_file, is_special
from apnet.errors import InputError, plain
from apnet.files import read_json
from apnet.records.load import load_check

_SHOWN = 20
_CHUNK = 64
"""Files that a thread takes at once."""
_DRAWN = ("identities", "seed", "code")
_KEPT = ("name", "fingerprint", "counts", "synthetic", "published", "variant")


def check_dataset(name: str, data_root: Path, reading: Reading) -> dict[str, object]:
    """Count and fingerprint a dataset, and read every image that a reading uses of it.

    Args:
        name: one of :data:`apnet.data.DATASETS`.
        data_root: the folder that holds dataset folders, or the dataset's own.

    Returns:
        A JSON value: `name`, `root`, `reading`; `counts` and `published_counts`, in the
        form of :meth:`ReIDDataset.counts`, the latter None of a user's own dataset;
        `published`, whether these are equal; `synthetic`; `drawn`, by its marker the
        `identities`, `seed` and `code` of a drawn dataset, else None; `fingerprint`, a SHA-256
        over the names and contents of the images (what `sha256sum FILES | sha256sum` prints for
        their sorted names) and, where a list gives them, over their labels; `listing`, one over
        names, sizes and labels, by which jobs recognise these images; `variant`;
        `problem_count` and the first `problems`, each a `file` under the root and a
        `problem`; `note_count` and the first `notes`, each a `file` and a `note`: images whose
        bytes another identity or split has too, as some have in the real datasets.

    Raises:
        InputError: unknown or absent dataset, or a folder or list that cannot be read.
    """
    source = get_source(name, data_root)
    dataset, problems = source.scan(find_dataset(name, data_root), reading)
    digests, damaged = _read_all(dataset)
    problems, notes = (*problems, *damaged), list(_twins(dataset, digests, damaged))
    published = source.published(reading) if source.published else None
    return {
        "name": name,
        "root": str(dataset.root),
        "reading": reading.name,
        "counts": dataset.counts(),
        "published_counts": published,
        "published": not dataset.synthetic and dataset.counts() == published,
        "synthetic": dataset.synthetic,
        "drawn": _drawing(dataset.root),
        "fingerprint": _fingerprint(dataset, digests),
        "listing": dataset.listing(),
        "variant": dataset.variant,
        "problem_count": len(problems),
        "problems": [{"file": file, "problem": what} for file, what in problems[:_SHOWN]],
        "note_count": len(notes),
        "notes": [{"file": file, "note": what} for file, what in notes[:_SHOWN]],
    }


def describe_data(
    dataset: ReIDDataset, data_root: Path, reading: Reading, record: Path | None
) -> dict[str, object]:
    """A dataset as records of runs and evaluations describe it, checked.

    Args:
        record: what `apnet data check` wrote, so that thirty jobs need not read every
            image thirty times; None reads them now.

    Raises:
        InputError: `record` is damaged, or describes another dataset, or another state of this
            one; an image is damaged.
    """
    if record is None:
        report = check_dataset(dataset.name, data_root, reading)
    else:
        report = load_check(record).content()
    if (report["name"], report["listing"]) != (dataset.name, dataset.listing()):
        raise InputError(
            f"{record} does not describe {dataset.name} as it lies in {dataset.root}: "
            f"delete it and check the dataset again"
        )
    if report["problem_count"]:
        first = report["problems"][0]
        raise InputError(
            f"{dataset.root / first['file']} {first['problem']}: mend it or leave it out "
            f"(apnet data check {dataset.name} {data_root} lists what is wrong)"
        )
    return {key: report[key] for key in _KEPT}


def _drawing(root: Path) -> dict[str, object] | None:
    """How a dataset was drawn, by its marker, which may be anybody's file."""
    try:
        marker = read_json(root / MARKER) if is_file(root / MARKER) else None
    except InputError:
        return None
    if not isinstance(marker, dict):
        return None
    return {key: marker[key] for key in _DRAWN if isinstance(marker.get(key), int | str)}


def describe_check(report: dict[str, object]) -> str:
    """What :func:`check_dataset` returned, as lines for people."""
    counts, published = report["counts"], report["published_counts"] or report["counts"]
    variant = f" ({report['variant']})" if report["variant"] else ""
    lines = [f"{report['name']}{variant} in {report['root']}, reading {report['reading']}"]
    for split in ("train", "query", "gallery"):
        shown = (_beside(what, n, published[split][what]) for what, n in counts[split].items())
        lines.append(f"{split:<8} {'   '.join(shown)}")
    for what, shown in (("junk", "images left out as junk"), ("distractors", "distractors")):
        lines.append(_beside(shown, counts[what], published[what]))
    lines += [f"fingerprint {report['fingerprint']}", _verdict(report)]
    lines += _listed(report, "problem")
    if report["note_count"]:
        lines.append(f"{report['note_count']} with the bytes of another, which is no problem:")
    return "\n".join([*lines, *_listed(report, "note")])


def _listed(report: dict[str, object], kind: str) -> list[str]:
    shown = [plain(f"{item['file']} {item[kind]}") for item in report[f"{kind}s"]]
    hidden = report[f"{kind}_count"] - len(shown)
    return [*shown, f"and {hidden} more"] if hidden else shown


def _beside(what: str, count: int, published: int) -> str:
    return f"{count} {what}" + ("" if count == published else f" (published: {published})")


def _verdict(report: dict[str, object]) -> str:
    count = report["problem_count"]
    problems = f"{count} problem{'s' * (count != 1)}:" if count else "no problems"
    if report["synthetic"]:
        return f"synthetic, so no published counts apply; {problems}"
    if report["published_counts"] is None:
        return f"a dataset of your own, so there are no published counts; {problems}"
    return f"the counts are {'' if report['published'] else 'NOT '}the published ones; {problems}"


def _fingerprint(dataset: ReIDDataset, digests: Mapping[str, str]) -> str:
    total = hashlib.sha256()
    for file, content in digests.items():
        total.update(f"{content}  {file}\n".encode())
    if dataset.listed:
        for label, _ in dataset.labels():
            total.update(f"{label}\n".encode())
    return total.hexdigest()


def _twins(
    dataset: ReIDDataset, digests: Mapping[str, str], damaged: Sequence[Problem]
) -> Iterator[Problem]:
    """Images with the bytes of an earlier one that has another identity or split.

    A gallery image of its query's identity and camera is skipped, as in evaluation.
    """
    first: dict[str, tuple[str, Sample]] = {}
    bad = {problem.file for problem in damaged}
    parts = {"training": dataset.train, "query": dataset.query, "gallery": dataset.gallery}
    for split, samples in parts.items():
        for sample in samples:
            file = sample.path.as_posix()
            if file in bad:
                continue
            where, other = first.setdefault(digests[file], (split, sample))
            same = (other.identity, other.camera) == (sample.identity, sample.camera)
            if (where, other.identity) == (split, sample.identity) or (
                same and where == "query" and split == "gallery"
            ):
                continue
            whose = "the same" if sample.identity == other.identity else "another"
            yield Problem(
                file,
                f"({split}) has the bytes of {other.path.as_posix()} ({where}), {whose} identity's",
            )


def _read_all(dataset: ReIDDataset) -> tuple[dict[str, str], list[Problem]]:
    """SHA-256 of each image's content, files sorted, and those that cannot be read."""
    samples = chain(dataset.train, dataset.query, dataset.gallery)
    files = sorted({sample.path.as_posix() for sample in samples})
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    digests, problems = {}, []
    with ThreadPoolExecutor(min(16, (os.cpu_count() or 1) + 2)) as pool:
        read = pool.map(lambda chunk: list(_read(dataset.root, chunk)), chunks)
        for file, (content, problem) in zip(files, chain.from_iterable(read), strict=True):
            digests[file] = content
            if problem is not None:
                problems.append(Problem(file, problem))
    return digests, problems


def _read(root: Path, files: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """SHA-256 of each file's content, and what is wrong with it."""
    for file in files:
        path = root / file
        if is_special(path):
            yield "unreadable", "is no regular file"  # and may be waited for without end
            continue
        try:
            content = read_content(path)
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
