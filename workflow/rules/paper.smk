rule document:
    """One document of all tables and figures, for any TeX."""
    input:
        cells=collect(f"{RESULTS}/cells/{{table}}.json", table=REPORTED),
        site=SITE,
    output:
        DOCUMENT,
    log:
        f"{LOGS}/document.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        paper=paper_folder,
        by=f"apnet-harness {__version__}",
        figures=[*map(located, SHOWN)],
        site=os.path.relpath(SITE_PAGES, Path(DOCUMENT).parent),
        command=fill_command,
        code=reporting_code,
    shell:
        f"{ATTEMPT} python -m reproduction.report.paper --cells {{input.cells:q}}"
        " --paper {params.paper:q} --figures {params.figures:q} --command {params.command:q}"
        " --by {params.by:q} --site {params.site:q} --out {output:q}"


rule typeset:
    """That document as a PDF, by pdfTeX; what TeX says stands in paper.log."""
    input:
        document=DOCUMENT,
        beside=[*collect("reports/{table}.tex", table=PRINTED), *SHOWN],
    output:
        PDF,
    log:
        f"{LOGS}/typeset.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        tex_log=located(f"{LOGS}/paper.log"),
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m reproduction.report.pdf --document {{input.document:q}}"
        " --beside {input.beside:q} --tex-log {params.tex_log:q} --out {output:q}"
