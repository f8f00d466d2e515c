"""Which cells the pages on the paper's text are made from."""


def judged_now(wildcards):
    """The cells of this call's tables; under `missing: show` of all that are judged by runs.

    A page on claims alone trains nothing: it reads the cells that are there.
    """
    now = {Path(report).stem for report in indexed()} & {*REPORTED}
    if {*indexed()} & {DOCUMENT, PDF, SITE}:
        now |= {*REPORTED}
    tables = now | {*TABLES} if PLAN.shows_missing else now
    return [f"{RESULTS}/cells/{table}.json" for table in REPORTED if table in tables]


def judged_earlier(wildcards):
    """A digest of the cells that earlier calls have left."""
    now = {*map(located, judged_now(wildcards))}
    return existing.of_files({*map(judged, REPORTED)} - now)


def paper_text(wildcards):
    """What makes the pages again: their code, and all that the paper's folder says."""
    return [REPORTING, files_fingerprint([*(ROOT / "paper").rglob("*.yaml")])]
