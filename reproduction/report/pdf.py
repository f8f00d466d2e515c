"""Set a document with pdfTeX: reports/paper.tex → reports/paper.pdf.

    python -m reproduction.report.pdf --document reports/paper.tex
        --beside reports/table2.tex … --tex-log logs/smoke/paper.log --out reports/paper.pdf

Works in a temporary folder, without a network and without running other programs. The
same texts give the same bytes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reproduction.arguments import Parser
from reproduction.errors import InputError
from reproduction.files import replaced, user_path, write_text

PROGRAM = "pdflatex"
FILES = (
    "IEEEtran.cls",
    *("amssymb.sty", "booktabs.sty", "graphicx.sty", "multicol.sty", "multirow.sty"),
    # Times, as IEEEtran asks for it.
    "ptmr7t.tfm",
)
"""What the document is set with."""

INSTALL = (
    "apt install --no-install-recommends "
    "texlive-latex-extra texlive-publishers texlive-fonts-recommended"
)
"""Brings all of it to Debian and Ubuntu."""

_RUNS = 2
"""The second knows the pages of the first."""

_LONGEST = 300
"""Seconds; a run takes two."""


def main(argv: Sequence[str] | None = None) -> int:
    """Write the PDF; returns the exit status."""
    parser = Parser(prog="python -m reproduction.report.pdf", description=__doc__.splitlines()[0])
    parser.add_argument("--document", required=True, type=user_path)
    parser.add_argument("--beside", nargs="*", default=[], type=user_path, help="what it inputs")
    parser.add_argument("--tex-log", required=True, type=user_path, help="takes the log of TeX")
    parser.add_argument("--out", required=True, type=user_path)
    return parser.run(_typeset, argv)


def lacking() -> list[str]:
    """What is not installed of pdfTeX, IEEEtran, the packages and the fonts."""
    if shutil.which(PROGRAM) is None or shutil.which("kpsewhich") is None:
        return [PROGRAM]
    done = subprocess.run(["kpsewhich", *FILES], capture_output=True, text=True)
    there = {Path(line).name for line in done.stdout.splitlines()}
    return [name for name in FILES if name not in there]


def _typeset(arguments: argparse.Namespace) -> None:
    missing = lacking()
    if missing:
        raise InputError(
            f"{arguments.out} needs TeX Live, and {', '.join(missing)} cannot be found: on "
            f"Debian or Ubuntu `{INSTALL}` brings all that is needed; every other report is made "
            f"without it"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in (arguments.document, *arguments.beside):
            shutil.copy(file, folder)
        made = folder / arguments.document.with_suffix(".pdf").name
        for _ in range(_RUNS):
            _run(arguments, folder)
        with replaced(arguments.out) as temporary:
            shutil.copy(made, temporary)


def _run(arguments: argparse.Namespace, folder: Path) -> None:
    """One run of TeX, its output kept as the log.

    Raises:
        InputError: it stopped.
    """
    document = arguments.document.name
    options = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"]
    command = [PROGRAM, *options, document]
    # Without dates, and lines of the log unbroken.
    surroundings = {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}
    try:
        status = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_LONGEST,
        ).returncode
    except subprocess.TimeoutExpired:
        status = 1
    log = (folder / document).with_suffix(".log")
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    write_text(arguments.tex_log, text)
    if status:
        why = next(
            (line for line in text.splitlines() if line.startswith("!")), "! no reason given"
        )
        raise InputError(
            f"TeX stopped at {arguments.document}: {why.removeprefix('!').strip()} "
            f"(log: {arguments.tex_log})"
        )


if __name__ == "__main__":
    sys.exit(main())
