"""The commands, a file each: a new file is a new command."""

import click

from apnet import __version__
from apnet.cli.command import Group

apnet = Group(
    __name__,
    name="apnet",
    help="Person re-identification via attention pyramid.",
    epilog='Completion: eval "$(_APNET_COMPLETE=bash_source apnet)"; also zsh_source, fish_source.',
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
    },
)
click.version_option(__version__, message="apnet-harness %(version)s")(apnet)
