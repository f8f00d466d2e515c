"""Targets of Snakemake: the reports, and one sentence about a target that does not exist."""

import re
import sys
from collections.abc import Iterable
from pathlib import PurePosixPath

from apnet.errors import InputError, one_of, plain
from apnet.records import paths
from reproduction.figures.names import PICTURES
from workflow.lib.catalogue import FIGURES, REPORTED, TABLES, require_sound
from workflow.lib.plan import Plan

FORMATS = ("md", "tex", "html", "csv")
"""Suffixes of a table's report."""

PAIRS = [f"reports/{table}.pairs.csv" for table in TABLES]
"""Rows of the tables compared with each other, on request."""

DOCUMENT, PDF = "reports/paper.tex", "reports/paper.pdf"
"""All tables and figures as one document, and its PDF, which needs TeX."""

INDEX = ["reports/index.html", "reports/index.md", "reports/index.rst"]
"""Where all of them are listed; the last is for Snakemake's own report."""

PAGES = dict.fromkeys(("claims", "errata", "readings"), ("html", "md"))
"""Pages beside those of the tables and figures: the suffixes of each."""

SITE, SITE_PAGES = "reports/site/index.html", "reports/site/pages"
"""The page that opens the site, and the folder of all its other pages."""

EXPORTS = ("every-eval-ever", "paperbench")
"""Formats of the cells for others' services, folders in reports/exports, on request."""

SHOWN = [f"reports/{figure}.pdf" for figure in FIGURES]
"""The figures as the document shows them."""


def warn(sentence: str) -> None:
    """Print a sentence for the user."""
    print(f"apnet: {plain(sentence)}", file=sys.stderr)


def unknown(plan: Plan) -> str:
    """A regular expression for reports, and files of runs, that no rule makes."""
    known = "|".join(map(re.escape, known_reports()))
    files = "|".join(map(paths.pattern, paths.FILES))
    of_run = rf"results/{re.escape(plan.scale)}/(?:{files})"
    return rf"(?!(?:{known})$)reports/.+|(?!{of_run}$)results/(?:[^/]+/){{5}}.+"


def trained_here(plan: Plan) -> str:
    """A regular expression for the reading in a run's path, which no imported run matches.

    The reading comes first in the path, so a lookahead from there sees the whole run.
    """
    kept = "".join(f"(?!{re.escape(run)}/)" for run in plan.imported)
    return f"{kept}(?:{paths.WILDCARDS['reading']})"


def refuse(target: str, plan: Plan) -> None:
    """Say why no rule makes a target that :func:`unknown` matches.

    Raises:
        InputError: an unknown report, scale, reading, dataset or model, or a refused table.
    """
    parts = PurePosixPath(target).parts
    if parts[0] == "reports":
        require_sound(parts[-1].partition(".")[0], target)
        raise one_of("report", target, known_reports())
    scale, seed, file = parts[1], parts[5], parts[6:]
    if scale != plan.scale:
        raise InputError(
            f"{target} is of scale {scale!r} and the config of scale {plan.scale!r}: name the "
            f"config of that scale with --configfile"
        )
    run = paths.Run.parse(PurePosixPath(*parts[:6]))
    if run is None:
        raise InputError(f"{target}: {seed!r} is no seed's folder: write it as seed0")
    plan.check(run)
    if file[0] == "test":
        plan.check_dataset(PurePosixPath(file[-1]).stem)
    raise InputError(f"no rule makes {target}: ask for run.json or test/DATASET.json of that run")


def asked_evaluations(targets: Iterable[str], plan: Plan) -> list[str]:
    """The evaluations of this scale among what is asked for, as rules spell them."""
    alike = [file for file in map(PurePosixPath, targets) if file.match(paths.EVALUATIONS)]
    files = [f"{plan.results}/{item.file}" for item in map(paths.Evaluation.parse, alike) if item]
    return [file for file in files if PurePosixPath(plan.located(file)) in alike]


def page(name: str) -> list[str]:
    """One of :data:`PAGES` in every format."""
    return [f"reports/{name}.{suffix}" for suffix in PAGES[name]]


def known_reports() -> list[str]:
    """Whatever may be asked for by name."""
    exports = [f"reports/exports/{form}" for form in EXPORTS]
    return [*reports(), *PAIRS, *exports, *INDEX, SITE, DOCUMENT, PDF]


def reports() -> list[str]:
    """Every report there is."""
    pages = [file for name in PAGES for file in page(name)]
    tables = [f"reports/{table}.{suffix}" for table in REPORTED for suffix in FORMATS]
    return [*tables, *(file for figure in FIGURES for file in pictures(figure)), *pages]


def pictures(figure: str) -> list[str]:
    """A figure in every format, as SVG first."""
    return [f"reports/{figure}.{suffix}" for suffix in PICTURES]
