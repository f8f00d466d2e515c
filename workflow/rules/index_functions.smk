"""What the index of all tables and figures holds, and how a call for a report refreshes it."""

from snakemake.io import IOFile

ALONE = workflow.modifier.is_main_snakefile()
"""A module knows nothing of its workflow's targets, and has no hooks."""


def indexed(wildcards=None):
    """The reports of this call, for which the index waits."""
    if ALONE and asked() and not {*asked()} & {"all", "default"}:
        return sorted({*reports(), *documents(), SITE} & {*asked()})
    return everything()


def unasked(wildcards=None):
    """The reports of earlier calls."""
    others = {*reports(), DOCUMENT, PDF, SITE} - {*indexed()}
    return sorted(filter(made_here, map(located, others)))


def made_here(report):
    """Whether it is there and of this scale, which its log's path names."""
    logs = workflow.persistence.log(IOFile(report)) or []
    return Path(report).exists() and all(
        Path(log).is_relative_to(located(LOGS)) for log in logs
    )


def unasked_digest(wildcards):
    """Of those, and of their cells."""
    tables = {*REPORTED} - {Path(report).stem for report in indexed()}
    return existing.of_files([*unasked(), *(judged(table) for table in tables)])


def judged(table):
    return located(f"{RESULTS}/cells/{table}.json")


def paper_title(wildcards):
    return [str(ROOT / "paper" / "paper.yaml")] if ALONE else []


def report_command(wildcards, output):
    """The command that makes a report whose name is put behind it."""
    return fill([f"{Path(output[0]).parent}/"], CALL)


@refusing()
def refresh_index():
    """After a call for single reports; what is asked for by name is made by the rule."""
    if {*asked()} & {*reports(), DOCUMENT, PDF, SITE} and not {*asked()} & {*INDEX}:
        from workflow.lib import front  # slow to import

        command = fill(["reports/"], CALL)
        front.write(
            Path(RESULTS, "cells"), [*indexed(), *unasked()], command, "reports"
        )
        # Snakemake has no record of these: older than an input, they are made again on request.
        # A time of 0 would count as none.
        for file in INDEX:
            os.utime(file, (1, 1))


@cache
def planned_pages():
    """The reports that there are, or will be after this call."""
    return {*indexed(), *unasked()}


def pages_beside(wildcards):
    """The tables whose pages a page links to, and its own between them."""
    form = wildcards.get("suffix", "html")
    if not ALONE or f"reports/index.{form}" not in INDEX:
        return []
    there = {*planned_pages(), f"reports/{wildcards.table}.{form}"}
    names = [table.id for table in in_order(paper().tables.values())]
    pages = [name for name in names if f"reports/{name}.{form}" in there]
    place = pages.index(wildcards.table)
    return pages[max(place - 1, 0) : place + 2]
