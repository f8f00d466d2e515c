rule export:
    """All judged cells in a format that others' services read; only when asked for by name."""
    input:
        collect(f"{RESULTS}/cells/{{table}}.json", table=REPORTED),
    output:
        directory("reports/exports/{format}"),
    log:
        f"{LOGS}/export/{{format}}.log",
    wildcard_constraints:
        format=one_of(EXPORTS),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        cells=cells_folder,
        paper=paper_folder,
        code=paper_text,
    shell:
        f"{ATTEMPT} python -m reproduction export {{params.cells:q}} --format {{wildcards.format:q}}"
        " --paper {params.paper:q} --out {output:q}"
