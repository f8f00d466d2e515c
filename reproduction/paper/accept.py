"""Take a paper's tables, as they are now, for what the paper prints."""

import sys
from collections.abc import Sequence
from pathlib import Path

from reproduction.arguments import Parser
from reproduction.files import user_path, write_text
from reproduction.paper.digests import FILE, digests
from reproduction.paper.loading import load_paper


def main(argv: Sequence[str] | None = None) -> int:
    """Write the digests of a paper's rows; returns the exit status, 0, or 2 on bad input."""
    parser = Parser(prog="python -m reproduction.paper.accept", description=__doc__)
    parser.add_argument("folder", type=user_path, help="holds tables/*.yaml")
    return parser.run(lambda given: _write(given.folder), argv)


def _write(folder: Path) -> None:
    write_text(folder / FILE, digests(load_paper(folder).tables.values()))


if __name__ == "__main__":
    sys.exit(main())
