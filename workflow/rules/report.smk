rule judge:
    """Set a table's reproduced cells beside the reported ones."""
    input:
        evaluations=evaluations_of,
        table=paper_table,
        experiments=EXPERIMENTS,
    output:
        f"{RESULTS}/cells/{{table}}.json",
    log:
        f"{LOGS}/judge/{{table}}.log",
    wildcard_constraints:
        table=one_of(TABLES),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        existing=existing_evaluations,
        scale=SCALE,
        readings=config["readings"],
        seeds=config["seeds"],
        logs=LOGS,
        accepted=options.accepted(PLAN),
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.judge --table {{input.table}}"
        " --experiments {input.experiments} --results results --scale {params.scale}"
        " --readings {params.readings} --seeds {params.seeds} {params.accepted}"
        f" --failed-logs {{params.logs}} --data-root {PAPER_ROOT} --out {{output}}"


rule count:
    """Set the counts of the datasets on disk beside those of a table."""
    input:
        PLAN.counts(counted_datasets()),
        table=paper_table,
    output:
        f"{RESULTS}/cells/{{table}}.json",
    log:
        f"{LOGS}/count/{{table}}.log",
    wildcard_constraints:
        table=one_of(COUNTS),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        scale=SCALE,
        readings=config["readings"],
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.counts --table {{input.table}}"
        " --results results --scale {params.scale} --readings {params.readings}"
        f" --data-root {PAPER_ROOT} --out {{output}}"


rule render:
    """A table in one of its formats but HTML."""
    input:
        cells=f"{RESULTS}/cells/{{table}}.json",
        table=paper_table,
    output:
        "reports/{table}.{suffix}",
    log:
        f"{LOGS}/render/{{table}}.{{suffix}}.log",
    wildcard_constraints:
        suffix="|".join(suffix for suffix in FORMATS if suffix != "html"),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        command=fill_command,
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m reproduction table --cells {{input.cells}}"
        " --table {input.table} --command {params.command:q} --out {output}"


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
        command=fill_command,
        caption=caption_of,
        code=REPORTING,


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
        "../../environment.yml"
    params:
        existing=existing.besides(PLAN, TABLES),
        scale=SCALE,
        accepted=options.accepted(PLAN),
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.collect --results results"
        " --scale {params.scale} {params.accepted} --out {output}"
