"""`python -m apnet`: the same as the console script."""

from apnet.cli import run

run()
