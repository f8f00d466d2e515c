rule facts:
    """What made each result: settings, versions, machine, learning curve, the end of its log."""
    input:
        again_if_damaged(f"{RESULTS}/facts.json"),
        collect(f"{RESULTS}/cells/{{table}}.json", table=REPORTED),
    output:
        f"{RESULTS}/facts.json",
    log:
        f"{LOGS}/facts.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        pictures=existing.of_pictures(PLAN),
        logs=logs_folder,
        command=own_command,
        code=[REPORTING, files_fingerprint([ROOT / "paper" / "setup.yaml"])],
    shell:
        f"{ATTEMPT} python -m workflow.lib.site --judged {{input:q}}"
        " --failed-logs {params.logs:q} --command {params.command:q} --out {output:q}"


rule site:
    """Every cell of every table on pages that link down to its queries; all pages or none."""
    input:
        cells=collect(f"{RESULTS}/cells/{{table}}.json", table=REPORTED),
        facts=rules.facts.output,
    output:
        SITE,
        pages=directory(SITE_PAGES),
    log:
        f"{LOGS}/site.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        paper=paper_folder,
        folder=output_folder,
        command=fill_command,
        home=os.path.relpath(INDEX[0], Path(SITE).parent) if ALONE else "",
        code=reporting_code,
    shell:
        f"{ATTEMPT} python -m reproduction.site --cells {{input.cells:q}}"
        " --paper {params.paper:q} --facts {input.facts:q} --command {params.command:q}"
        " --home {params.home:q} --out {params.folder:q}"
