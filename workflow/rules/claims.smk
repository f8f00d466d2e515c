rule claims:
    """Every claim of the paper's text, by its own tables and by the cells that there are."""
    input:
        judged_now,
    output:
        report(
            page("claims")[0],
            caption="../report/claims.rst",
            category="Claims and errata",
        ),
        *page("claims")[1:],
    log:
        f"{LOGS}/claims.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        cells=cells_folder,
        earlier=judged_earlier,
        paper=paper_folder,
        command=report_command,
        code=paper_text,
    shell:
        f"{ATTEMPT} python -m reproduction.report.claims --cells {{params.cells:q}}"
        " --paper {params.paper:q} --command {params.command:q} --out {output:q}"


rule errata:
    """What the paper's own tables contradict of its text, and what else to ask of it."""
    output:
        report(
            page("errata")[0],
            caption="../report/errata.rst",
            category="Claims and errata",
        ),
        *page("errata")[1:],
    log:
        f"{LOGS}/errata.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        paper=paper_folder,
        code=paper_text,
    shell:
        f"{ATTEMPT} python -m reproduction.report.errata --paper {{params.paper:q}}"
        " --out {output:q}"
