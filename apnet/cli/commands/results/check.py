"""`apnet results check`: validation of a results folder."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from apnet.cli.command import command, json_option
from apnet.cli.kinds import FOLDER
from apnet.errors import InputError


@command
@click.argument("folder", type=FOLDER, help="such as results/paper")
@json_option
def check(folder: Path, as_json: bool) -> None:
    """Validate a results folder."""
    from apnet.records.check import check_results, errors

    report = check_results(folder)
    findings = report["findings"]
    bad = errors(findings)
    counts = f"{report['runs']} runs, {report['evaluations']} evaluations"
    summary = f"{counts}: {bad} errors, {len(findings) - bad} notes"
    if as_json:
        listed = [{**asdict(finding), "file": str(finding.file)} for finding in findings]
        print(json.dumps({**report, "findings": listed}, indent=2))
    else:
        print("\n".join([*(str(finding) for finding in findings), *([] if bad else [summary])]))
    if bad:
        raise InputError(f"{folder}: {summary}")
