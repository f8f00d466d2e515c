"""Refuse a dataset whose counts are not the published ones, unless the config accepts them.

    python -m workflow.lib.admit --data results/paper/written/market1501/dataset.json
        --words "36 were damaged" --out results/paper/written/market1501/admitted.json

Table I counts what there is; this stands before training and evaluation alone.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from apnet.errors import InputError
from apnet.files import read_json, write_json
from workflow.lib.cli import run_main
from workflow.lib.published import differences


def main(argv: Sequence[str] | None = None) -> int:
    """Write what was admitted, and why; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, type=Path, help="from apnet data check --out")
    parser.add_argument("--words", default="", help="of the config, why other counts will do")
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    return run_main(lambda: _admit(read_json(arguments.data), arguments.words, arguments.out))


def _admit(check: dict, words: str, out: Path) -> None:
    other = differences(check["counts"], check["published_counts"])
    if other and not check["synthetic"] and not words:
        raise InputError(
            f"{check['name']} has {', '.join(other)}: complete it (apnet data check lists what is "
            f"wrong), or say in the config why it will do, as in "
            f'accept_counts: {{{check["name"]}: "some images were damaged"}}'
        )
    write_json(out, {"name": check["name"], "differences": other, "words": words})


if __name__ == "__main__":
    sys.exit(main())
