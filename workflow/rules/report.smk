rule judge:
    """Set a table's reproduced cells beside the reported ones."""
    input:
        again_if_damaged(f"{RESULTS}/cells/{{table}}.json"),
        evaluations=evaluations_of,
        queries=queries_of,
    output:
        f"{RESULTS}/cells/{{table}}.json",
    log:
        f"{LOGS}/judge/{{table}}.log",
    wildcard_constraints:
        table=one_of(TABLES),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        table=table_file,
        experiments=experiments_file,
        existing=existing_evaluations,
        results=results_folder,
        scale=SCALE,
        readings=config["readings"],
        seeds=config["seeds"],
        logs=logs_folder,
        accepted=options.accepted(PLAN),
        tolerances=options.tolerances(PLAN),
        code=reporting_code,
    shell:
        f"{ATTEMPT} python -m workflow.lib.judge --table {{params.table:q}}"
        " --experiments {params.experiments:q} --results {params.results:q}"
        " --scale {params.scale:q} --readings {params.readings:q} --seeds {params.seeds:q}"
        f" {{params.accepted}} {{params.tolerances}} --failed-logs {{params.logs:q}} --data-root {PAPER_ROOT}"
        " --out {output:q}"


rule count:
    """Set the counts of the datasets on disk beside those of a table."""
    input:
        again_if_damaged(f"{RESULTS}/cells/{{table}}.json"),
        PLAN.counts(counted_datasets()),
    output:
        f"{RESULTS}/cells/{{table}}.json",
    log:
        f"{LOGS}/count/{{table}}.log",
    wildcard_constraints:
        table=one_of(COUNTS),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        table=table_file,
        results=results_folder,
        scale=SCALE,
        readings=config["readings"],
        code=reporting_code,
    shell:
        f"{ATTEMPT} python -m workflow.lib.counts --table {{params.table:q}}"
        " --results {params.results:q} --scale {params.scale:q} --readings {params.readings:q}"
        f" --data-root {PAPER_ROOT} --out {{output:q}}"


rule render:
    """A table in one of its formats but HTML."""
    input:
        cells=f"{RESULTS}/cells/{{table}}.json",
    output:
        "reports/{table}.{suffix}",
    log:
        f"{LOGS}/render/{{table}}.{{suffix}}.log",
    wildcard_constraints:
        suffix="|".join(suffix for suffix in FORMATS if suffix != "html"),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        table=table_file,
        command=fill_command,
        pages=pages_beside,
        code=reporting_code,
    shell:
        f"{ATTEMPT} python -m reproduction table --cells {{input.cells:q}}"
        " --table {params.table:q} --command {params.command:q} --pages {params.pages:q}"
        " --out {output:q}"


use rule render as page with:
    output:
        report(
            "reports/{table}.html",
            caption="../report/result.rst",
            category=category_of,
            labels=labels_of,
        ),
    log:
        f"{LOGS}/render/{{table}}.html.log",
    params:
        table=table_file,
        command=fill_command,
        pages=pages_beside,
        caption=caption_of,
        code=reporting_code,


use rule render as pairs with:
    output:
        "reports/{table}.pairs.csv",
    log:
        f"{LOGS}/render/{{table}}.pairs.csv.log",
    wildcard_constraints:
        table=one_of(TABLES),
    params:
        table=table_file,
        command=fill_command,
        pages=[],
        code=reporting_code,


rule collect:
    """Every number under this scale as one tidy CSV, for people; no rule reads it."""
    input:
        PLAN.files(TABLES),
        other_evaluations,
    output:
        f"{RESULTS}/metrics.csv",
    log:
        f"{LOGS}/collect.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        existing=existing.besides(PLAN, TABLES),
        results=results_folder,
        scale=SCALE,
        accepted=options.accepted(PLAN),
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.collect --results {{params.results:q}}"
        " --scale {params.scale:q} {params.accepted} --out {output:q}"
