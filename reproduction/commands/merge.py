"""`python -m reproduction merge A B …`: several CSVs of results as one, conflicts named."""

import argparse

from reproduction.errors import require_none
from reproduction.files import user_path, write_text
from reproduction.results.csvfile import write_results
from reproduction.sharing.merge import merge_files


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("merge", help=__doc__.partition(": ")[2].rstrip("."))
    parser.add_argument("files", nargs="+", type=user_path, help="CSVs, one row a value")
    parser.add_argument("--out", required=True, type=user_path, help="the CSV of all of them")
    parser.set_defaults(work=_merge)


def _merge(arguments: argparse.Namespace) -> None:
    merged, refused = merge_files(arguments.files)
    # What such a file holds is in nothing that would be written over it.
    if arguments.out.resolve() in {file.resolve() for file in refused}:
        require_none([*refused.values(), f"{arguments.out} is left as it was"])
    write_text(arguments.out, write_results(merged))
    require_none(refused.values())
