"""Take a paper's tables, as they are now, for what the paper prints."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reproduction.errors import run_main
from reproduction.files import user_path, write_text
from reproduction.paper.digests import FILE, digests
from reproduction.paper.loading import load_paper


def main(argv: Sequence[str] | None = None) -> int:
    """Write the digests of a paper's rows; returns the exit status, 0, or 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=user_path, help="holds tables/*.yaml")
    arguments = parser.parse_args(argv)
    return run_main(lambda: _write(arguments.folder))


def _write(folder: Path) -> None:
    write_text(folder / FILE, digests(load_paper(folder).tables.values()))


if __name__ == "__main__":
    sys.exit(main())
