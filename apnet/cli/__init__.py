"""The command line: `apnet COMMAND`, the same as `python -m apnet COMMAND`.

Exit status: 0 good; 2 bad input, with one sentence on stderr; 130 or 143 stopped by
Ctrl-C or by the scheduler, a training with its state saved.
"""

import os
import signal
import sys
from collections.abc import Sequence

import click
from click.shell_completion import shell_complete

from apnet.cli.commands import apnet
from apnet.errors import InputError, show_plainly

_COMPLETION = "_APNET_COMPLETE"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    show_plainly()
    try:
        with apnet.make_context("apnet", list(sys.argv[1:] if argv is None else argv)) as context:
            apnet.invoke(context)
    except InputError as error:
        print(f"apnet: {error}", file=sys.stderr)
        return 2
    except click.UsageError as error:
        wrong = " ".join(error.format_message().split()).rstrip(".")
        command = error.ctx.command_path if error.ctx else "apnet"
        print(f"apnet: {wrong}; see {command} --help", file=sys.stderr)
        return 2
    except click.exceptions.Exit as end:
        return end.exit_code
    except KeyboardInterrupt:
        print("apnet: stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def run() -> None:
    """Entry point of the console script."""
    if instruction := os.environ.get(_COMPLETION):
        sys.exit(shell_complete(apnet, {}, "apnet", _COMPLETION, instruction))
    # Read by torch when it is loaded. Without huge pages, allocating the memory of a batch
    # takes longer than filling it.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    sys.exit(main())
