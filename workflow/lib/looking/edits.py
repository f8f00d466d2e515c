"""Which edits of the code lie between a record and today, by the commit that the record names."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from apnet import fingerprint
from workflow.lib.looking.machine import answer

_SECONDS = 10
_SHOWN = 4


def edits(root: Path, files: Iterable[Path], record: dict[str, object]) -> str:
    """What was changed, in words.

    Args:
        root: the checkout.
        files: of the fingerprint.
        record: names the fingerprint of its time, and the commit.
    """
    version = str(record.get("code_fingerprint")).partition("-")[0]
    if version != fingerprint.RULE:
        return f"its fingerprint is of another rule ({version}, now {fingerprint.RULE})"
    git = record.get("git")
    if not isinstance(git, dict) or not isinstance(git.get("commit"), str):
        return "it names no commit to compare with"
    commit = git["commit"]
    if _git(root, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        return f"its commit {commit[:10]} is not in this checkout"
    changed = list(_changed(root, files, commit))
    unsure = ", which had uncommitted changes" if git.get("uncommitted_changes") else ""
    if not changed:
        return f"the code that counts is as in its commit {commit[:10]}{unsure}"
    rest = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    return f"changed since its commit {commit[:10]}{unsure}: {'; '.join(changed[:_SHOWN])}{rest}"


def _changed(root: Path, files: Iterable[Path], commit: str) -> Iterator[str]:
    """A phrase a file, with what was changed in it; what only moved is no change."""
    now, then = {}, {}
    for file in files:
        place = file.relative_to(root).as_posix()
        now[place] = fingerprint.statements(file.read_bytes())
        then[place] = _statements(_git(root, "show", f"{commit}:{place}"))
    everything = [{digest for one in side.values() for digest in one} for side in (now, then)]
    for place in now:
        names = [name for digest, name in now[place].items() if digest not in everything[1]]
        names += [name for digest, name in then[place].items() if digest not in everything[0]]
        if names:
            yield f"{place} ({', '.join(dict.fromkeys(names))})"


def _statements(source: str | None) -> dict[str, str]:
    try:
        return fingerprint.statements((source or "").encode())
    except (SyntaxError, ValueError):
        return {}


def _git(root: Path, *words: str) -> str | None:
    return answer(["git", "-C", str(root), *words], _SECONDS)
