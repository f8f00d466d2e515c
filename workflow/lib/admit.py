"""Admit a dataset whose counts are the published ones, or are accepted by the config.

Only training and evaluation wait for this; tables of counts take any dataset.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence

from apnet.errors import InputError
from apnet.files import write_json
from apnet.records.load import load_check
from workflow.lib.cli import run_command

Json = Mapping[str, object]

_SPLITS = {"train": "training", "query": "query", "gallery": "gallery"}


def main(argv: Sequence[str] | None = None) -> int:
    """Write what was admitted, and why; returns the exit status."""
    return run_command(__doc__, _admit, argv, "data", "words", "out")


def _admit(arguments: argparse.Namespace) -> None:
    check, words = load_check(arguments.data).content(), arguments.words
    other = differences(check["counts"], check["published_counts"])
    if other and not check["synthetic"] and not words:
        raise InputError(
            f"{check['name']} has {', '.join(other)}: complete it (apnet data check lists what is "
            f"wrong), or say in the config why it will do, as in "
            f'accept_counts: {{{check["name"]}: "some images were damaged"}}'
        )
    write_json(arguments.out, {"name": check["name"], "differences": other, "words": words})


def differences(counts: Json, published: Json) -> list[str]:
    """Where counts are not the published ones, a phrase each.

    Args:
        counts, published: in the form of :meth:`apnet.data.ReIDDataset.counts`.
    """
    pairs = [
        (f"{name} {what}", counts[split].get(what), wanted)
        for split, name in _SPLITS.items()
        for what, wanted in published[split].items()
    ]
    pairs += [(what, counts.get(what), published[what]) for what in ("junk", "distractors")]
    return [_beside(*pair) for pair in pairs if pair[1] != pair[2]]


def _beside(what: str, counted: int | None, published: int) -> str:
    shown = "an unknown number of" if counted is None else f"{counted:,}"
    return f"{shown} {what} (published: {published:,})"


if __name__ == "__main__":
    sys.exit(main())
