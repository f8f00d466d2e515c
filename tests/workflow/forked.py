"""Snakemake in a process of its own, forked from one that has imported it.

Nothing of this project is imported there: a call takes that from the checkout that it runs.
"""

import atexit
import os
import sys
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

LIBRARIES = ("snakemake.cli", "snakemake.report", "smart_open", "yte", "jsonschema", "pydantic")
"""What each call would import before it reads its first rule."""

_FORKED = get_context("forkserver")
_FORKED.set_forkserver_preload([*LIBRARIES])


def snakemake(words, cwd):
    """As `subprocess.run` of `python -m snakemake WORDS` has it, with what was printed as text."""
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("stdout", "stderr")]
        process = _FORKED.Process(target=_run, args=(words, cwd, files, {**os.environ}))
        process.start()
        process.join()
        return CompletedProcess(words, process.exitcode, *(file.read_text() for file in files))


def _run(words, cwd, files, environment):
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["snakemake", *words]
    from snakemake.cli import main

    try:
        main(words)
    finally:
        atexit._run_exitfuncs()  # a forked process would end without them
