"""Data files of the queries page: small scripts, since a page of a file may not fetch JSON.

An evaluation is a file, the names, identities and cameras of its queries another one, which all
evaluations of the same queries share. A catalogue lists them.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import numpy as np

from reproduction.errors import InputError
from reproduction.files import user_path
from reproduction.results.queries import Queries, read_queries
from reproduction.site.facts import Run

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

_UNITS = 10_000
"""Of an average precision: two decimals of a percent are told apart."""


@dataclass
class Catalogue:
    """What the queries page offers, and the scripts that hold it.

    Attributes:
        pages: the folder of the scripts, from which pictures are linked.
        keys: result's file -> name of its queries.
        scripts: name of a file without its suffix -> its text.
        problems: result's file -> why its queries are not there.
    """

    pages: Path
    keys: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    entries: list[dict[str, object]] = field(default_factory=list)

    def add(self, card: str, title: str, series: str, runs: Iterable[tuple[str, str, Run]]) -> None:
        """Take up those results of a card's series that are not there yet.

        Args:
            card: name of its page.
            title: what the results are of.
            runs: (name, file, what is known of it).
        """
        key = ".".join(filter(None, (card, series)))
        by_set: dict[str, list[tuple[str, str]]] = {}
        for name, file, run in runs:
            if not run.queries or file in self.keys or file in self.problems:
                continue
            try:
                queries = read_queries(user_path(run.queries))
            except InputError as error:
                self.problems[file] = str(error)
                continue
            own = f"{key}.{name.replace(' ', '')}"
            self.keys[file] = own
            self.scripts[own] = self._evaluation(own, queries, run)
            by_set.setdefault(self._set(run, queries), []).append((name, own))
        shared = {"card": card, "key": key, "title": title, "series": series}
        self.entries += [shared | {"set": name, "runs": own} for name, own in by_set.items()]

    def _evaluation(self, key: str, queries: Queries, run: Run) -> str:
        """The script of one result; a query without a true match has the rank 0."""
        precision = np.where(queries.valid, queries.average_precision, 0)
        values = np.rint(precision * _UNITS).astype(int).tolist()
        pages = self.pages.resolve()
        pictures = {
            place: quote(os.path.relpath(Path(file).resolve(), pages))
            for place, file in run.pictures.items()
        }
        return _script("take", key, values, queries.first_rank.tolist(), pictures)

    def _set(self, run: Run, queries: Queries) -> str:
        """The name of the queries themselves."""
        names, identity, camera = (
            None if item is None else item.tolist()
            for item in (queries.image, queries.identity, queries.camera)
        )
        content = json.dumps([run.query_set, len(queries), names, identity, camera])
        name = f"queries.{hashlib.sha256(content.encode()).hexdigest()[:12]}"
        if name not in self.scripts:
            labels = {"identity": identity, "camera": camera}
            short = names and _shortened(names)
            self.scripts[name] = _script("named", name, short, labels)
        return name

    def listing(self) -> str:
        """The script that lists the evaluations."""
        return _script("list", self.entries)


def _script(function: str, *arguments: object) -> str:
    texts = (json.dumps(item, separators=(",", ":")) for item in arguments)
    return f"site.{function}({','.join(texts)})\n"


def _shortened(names: Sequence[str]) -> dict[str, object]:
    """Names with what each shares with the one before replaced by its length, as one digit.

    A name is that many characters of the name before, its rest, and the common `end`.
    """
    end = names[0][::-1]
    for name in names:
        end = end[: _alike(end, name[::-1])]
    whole = [name[: len(name) - len(end)] for name in names]
    kept = [min(_alike(*pair), 35) for pair in pairwise(["", *whole])]
    rests = [f"{_DIGITS[length]}{name[length:]}" for length, name in zip(kept, whole, strict=True)]
    return {"end": end[::-1], "rests": rests}


def _alike(one: str, other: str) -> int:
    """How many characters two texts share at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
