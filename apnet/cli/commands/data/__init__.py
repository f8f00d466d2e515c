"""The commands of `apnet data`, a file each."""

from apnet.cli.command import Group

data = Group(__name__, name="data", help="Datasets: draw synthetic ones, look at them, check any.")
