"""The index of all tables and figures: made with everything, and after each call for a report."""


rule index:
    """A line a table and figure: what came out, and where to read it."""
    input:
        paper_title,
        reports=indexed,
    output:
        report(
            INDEX[0],
            caption="../report/index.rst",
            category="All tables and figures",
        ),
        *INDEX[1:],
    log:
        f"{LOGS}/index.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        cells=located(f"{RESULTS}/cells"),
        earlier=unasked,
        existing=unasked_digest,
        folder=output_folder,
        command=report_command,
        code=[REPORTING, *paper().edited.values()],
    shell:
        f"{ATTEMPT} python -m workflow.lib.front --cells {{params.cells:q}}"
        " --reports {input.reports:q} {params.earlier:q} --command {params.command:q}"
        " --out {params.folder:q}"
