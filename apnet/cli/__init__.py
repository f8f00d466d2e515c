"""The command line: `apnet COMMAND`, the same as `python -m apnet COMMAND`.

Exit status: 0 good; 1 an error that nobody foresaw; 2 bad input or too little memory; 129, 130
or 143 stopped by a closed terminal, Ctrl-C or the scheduler, a training with its state saved.
Each but 0 with one sentence on stderr.
"""

import os
import sys
from collections.abc import Sequence

import click
from click.shell_completion import shell_complete

from apnet.cli.commands import apnet
from apnet.ending import ended
from apnet.errors import InputError, show_plainly
from apnet.runtime.garbage import end_at_once
from apnet.runtime.stopping import raise_when_stopped
from apnet.runtime.streams import outlive_readers

_COMPLETION = "_APNET_COMPLETE"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    show_plainly()
    try:
        with apnet.make_context("apnet", list(sys.argv[1:] if argv is None else argv)) as context:
            apnet.invoke(context)
    except click.UsageError as error:
        wrong = " ".join(error.format_message().split()).rstrip(".")
        command = error.ctx.command_path if error.ctx else "apnet"
        return ended(InputError(f"{wrong}; see {command} --help"))
    except click.exceptions.Exit as end:
        return end.exit_code
    except (Exception, KeyboardInterrupt) as error:
        return ended(error)
    return 0


def run() -> None:
    """Entry point of the console script."""
    if instruction := os.environ.get(_COMPLETION):
        sys.exit(shell_complete(apnet, {}, "apnet", _COMPLETION, instruction))
    # Read by torch when it is loaded. Without huge pages, allocating the memory of a batch
    # takes longer than filling it.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    end_at_once()
    raise_when_stopped()
    outlive_readers()
    sys.exit(main())
