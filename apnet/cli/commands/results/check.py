"""`apnet results check`: validate a results folder."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from apnet.cli.command import OUTPUT, command, option
from apnet.cli.options import PATH
from apnet.errors import InputError


@command("Validate a results folder.")
@click.argument("folder", type=PATH, metavar="DIR", help="such as results/paper")
@option(OUTPUT, "--json", "as_json", is_flag=True, help="print JSON")
def check(folder: Path, as_json: bool) -> None:
    """Check results, anybody's."""
    from apnet.records.check import check_results, errors

    found = check_results(folder)
    findings = found["findings"]
    bad = errors(findings)
    counts = f"{found['runs']} runs, {found['evaluations']} evaluations"
    summary = f"{counts}: {bad} errors, {len(findings) - bad} notes"
    if as_json:
        listed = [{**asdict(finding), "file": str(finding.file)} for finding in findings]
        print(json.dumps({**found, "findings": listed}, indent=2))
    else:
        print("\n".join([*(str(finding) for finding in findings), *([] if bad else [summary])]))
    if bad:
        raise InputError(f"{folder}: {summary}")
