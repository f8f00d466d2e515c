rule document:
    """One document of all tables and figures, for any TeX."""
    input:
        cells=collect(f"{RESULTS}/cells/{{table}}.json", table=PRINTED),
        tables=collect(f"{PAPER}/tables/{{table}}.yaml", table=PRINTED),
    output:
        DOCUMENT,
    log:
        f"{LOGS}/document.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        paper=PAPER,
        by=f"apnet-harness {__version__}",
        figures=SHOWN,
        command=fill_command,
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m reproduction.report.paper --cells {{input.cells}}"
        " --paper {params.paper} --figures {params.figures} --command {params.command:q}"
        " --by {params.by:q} --out {output}"


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
        "../../environment.yml"
    params:
        tex_log=f"{LOGS}/paper.log",
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m reproduction.report.pdf --document {{input.document}}"
        " --beside {input.beside} --tex-log {params.tex_log} --out {output}"
