"""Fabricate many results in one process: a line of stdin is the words of one `apnet` command."""

import os
import shlex
import sys

import fabricated_jobs

fabricated_jobs.replace_the_real_ones()

from apnet.cli import main  # noqa: E402

os.environ["FABRICATED_SECONDS"] = "0"
for line in sys.stdin:
    if main(shlex.split(line)):
        sys.exit(f"failed: {line}")
