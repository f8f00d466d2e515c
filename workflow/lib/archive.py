"""Pack a scale's results, records, config, environment and tables as an RO-Crate, in one zip.

The same bytes for the same files and date. No picture of people: neither Figure 6, nor the
document that holds it, nor ranked lists. docs/archive.md says what becomes of it.
"""

import argparse
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from apnet.errors import InputError
from apnet.files import replaced
from apnet.records import paths
from apnet.records.check import check_results, faults
from apnet.records.crates import METADATA
from reproduction.errors import require_none
from reproduction.judging.stored import read_judged
from reproduction.paper.order import in_order
from reproduction.report.layout import FORMATS, render
from reproduction.report.links import beside
from workflow.lib.catalogue import paper
from workflow.lib.cli import run_command
from workflow.lib.crate import README, WORKFLOW, metadata

LOCATIONS = ("data_root", "datasets", "weights", "image_cache")
"""Keys of the config that say where things lie on the machine of its user."""

_ROOT = Path(__file__).resolve().parents[2]
_CODE = (WORKFLOW, "workflow/experiments.yaml", "environment.yml", "requirements.lock", "LICENSE")
_CODE_PATTERNS = ("workflow/rules/*.smk", "paper/*.yaml", "paper/*/*.yaml")
_OF_RUN = (f"{paths.RUN}/{paths.HISTORY}", paths.EVALUATION, paths.ARRAYS)
_OF_DATA = (paths.CHECK, paths.ADMISSION)
_OF_SCALE = ("cells/*.json", "metrics.csv")
_EPOCH = "SOURCE_DATE_EPOCH"
"""Environment variable of reproducible builds: seconds of the date that an archive bears."""

_STORED = (".npz", ".safetensors", ".png", ".pdf")
"""What does not get smaller."""


def main(argv: Sequence[str] | None = None) -> int:
    """Write the archive; returns the exit status."""
    names = ("results", "scale", "config", "pictures", "out")
    return run_command(__doc__, _archive, argv, *names)


def _archive(arguments: argparse.Namespace) -> None:
    config = json.loads(arguments.config)
    scale, folder = arguments.scale, arguments.results / arguments.scale
    weights = config["archive_weights"]
    _refuse_faults(folder, weights)
    require_none(paper().edited.values())
    title = paper().title
    files: dict[str, Path | bytes] = {
        README: _readme(scale, title, weights),
        "config.yaml": _config(config),
        **{name: _ROOT / name for name in _code()},
        **{f"reports/{picture.name}": picture for picture in arguments.pictures},
        **dict(_reports(folder, config)),
        **{f"results/{scale}/{name}": folder / name for name in _results(folder, weights)},
    }
    files = dict(sorted(files.items()))
    files[METADATA] = metadata(files, scale, title, config["archive_licence"], _date())
    _write(arguments.out, files)


def _refuse_faults(folder: Path, weights: bool) -> None:
    """What `apnet results check` calls an error is not passed on."""
    found = faults(check_results(folder)["findings"], weights)
    if found:
        raise InputError(
            f"{found[0].file} {found[0].message}: mend it, or delete it to make it again, "
            f"before results are archived (apnet results check {folder} lists {len(found)} such)"
        )


def _results(folder: Path, weights: bool) -> Iterator[str]:
    """The files of the scale that are archived, under its folder; nothing else that lies there."""
    kinds = [*_OF_RUN, *_OF_DATA, f"{paths.RUN}/{paths.RECORD}"]
    kinds += [f"{paths.RUN}/{paths.WEIGHTS}"] if weights else []
    patterns = [kind.format(**dict.fromkeys(paths.WILDCARDS, "*")) for kind in kinds]
    for pattern in (*patterns, *_OF_SCALE):
        for file in folder.glob(pattern):
            name = file.relative_to(folder).as_posix()
            if not any(part.startswith(".") for part in Path(name).parts):
                yield name


def _reports(folder: Path, config: Mapping[str, object]) -> Iterator[tuple[str, bytes]]:
    """The tables, rendered with a command that names no place of this machine."""
    real = [] if config["synthetic"] else ["--config", "data_root=FOLDER"]
    words = ["snakemake", "--cores", "2", "--configfile", "config.yaml", *real, "--"]
    tables = paper().tables
    pages = [table.id for table in in_order(tables.values())]
    for name, table in tables.items():
        judged = read_judged(folder / "cells" / f"{name}.json", name)
        links = beside(name, pages, tables.__getitem__)
        for form in FORMATS:
            report = f"reports/{name}.{form}"
            yield report, render(judged, table, form, " ".join([*words, report]), links).encode()


def _code() -> Iterator[str]:
    yield from _CODE
    for pattern in _CODE_PATTERNS:
        yield from (file.relative_to(_ROOT).as_posix() for file in _ROOT.glob(pattern))


def _config(config: Mapping[str, object]) -> bytes:
    """The config without places of one machine, as the workflow reads it."""
    shown = {key: value for key, value in config.items() if key not in LOCATIONS}
    left = ", ".join(LOCATIONS)
    head = f"# As it was resolved, without the places of one machine ({left}).\n"
    return (head + yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)).encode()


def _readme(scale: str, title: str, weights: bool) -> bytes:
    what = "with" if weights else "without"
    return (
        f"# Results of scale {scale}\n\n"
        f"{title}: reported numbers beside reproduced ones.\n\n"
        f"- `reports/`: tables and curves\n"
        f"- `results/{scale}/`: records of runs and evaluations, {what} weights\n"
        f"- `config.yaml`: what was asked for\n"
        f"- `requirements.lock`, `environment.yml`, `workflow/`, `paper/`: what made it\n"
        f"- `{METADATA}`: what each file is, and which run made it, as an RO-Crate\n\n"
        f"To go on from these results, in a checkout of apnet-harness:\n\n"
        f"    apnet results merge ARCHIVE --into results/{scale}\n"
    ).encode()


def _date() -> str:
    seconds = os.environ.get(_EPOCH)
    try:
        day = datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime.now(UTC)
    except (OSError, OverflowError, ValueError) as error:
        wrong = f"{_EPOCH} is {seconds!r}: give seconds since 1970, or unset it"
        raise InputError(wrong) from error
    return day.date().isoformat()


def _write(out: Path, files: Mapping[str, Path | bytes]) -> None:
    with replaced(out) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in files.items():
            # Of the year 1980, which ZipInfo takes where it is given none.
            item = zipfile.ZipInfo(name)
            stored = name.endswith(_STORED)
            item.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            item.external_attr = 0o644 << 16
            if isinstance(content, bytes):
                archive.writestr(item, content)
                continue
            item.file_size = content.stat().st_size
            with content.open("rb") as source, archive.open(item, "w") as target:
                while block := source.read(2**20):
                    target.write(block)


if __name__ == "__main__":
    sys.exit(main())
