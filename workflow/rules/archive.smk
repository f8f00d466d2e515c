"""All results of the scale in one file, for others: docs/archive.md."""


rule archive:
    """Pack results, records, config, environment and tables as an RO-Crate."""
    input:
        evaluations=archived_evaluations,
        metrics=f"{RESULTS}/metrics.csv",
        cells=collect(f"{RESULTS}/cells/{{table}}.json", table=REPORTED),
        pictures=[picture for figure in CURVES for picture in pictures(figure)],
    output:
        f"results/archive/{SCALE}.crate.zip",
    log:
        f"{LOGS}/archive.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        existing=archived_files,
        config=archived_config(),
        results=results_folder,
        scale=SCALE,
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.archive --results {{params.results:q}}"
        " --scale {params.scale:q} --config {params.config:q} --pictures {input.pictures:q}"
        " --out {output:q}"
