"""The commands of `apnet results`, a file each."""

from apnet.cli.command import Group

results = Group(__name__, name="results", help="Runs and evaluations: check and merge them.")
