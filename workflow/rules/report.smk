def evaluations_of(wildcards):
    return PLAN.files([wildcards.table])


def standing_evaluations(wildcards):
    return PLAN.standing([wildcards.table])


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
    localrule: True
    conda:
        "../../environment.yml"
    params:
        standing=standing_evaluations,
        scale=SCALE,
        readings=config["readings"],
        seeds=config["seeds"],
        logs=LOGS,
    shell:
        ATTEMPT + " python -m workflow.scripts.judge --table {input.table}"
        " --experiments {input.experiments} --results results --scale {params.scale}"
        " --readings {params.readings} --seeds {params.seeds}"
        " --failed-logs {params.logs} --out {output}"


rule render:
    """A table for people (.md) and programs (.csv)."""
    input:
        cells=f"{RESULTS}/cells/{{table}}.json",
        table=paper_table,
    output:
        "reports/{table}.{suffix}",
    log:
        f"{LOGS}/render/{{table}}.{{suffix}}.log",
    wildcard_constraints:
        suffix="|".join(FORMATS),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        command=fill_command,
    shell:
        ATTEMPT + " python -m workflow.scripts.tables --cells {input.cells}"
        " --table {input.table} --command {params.command:q} --out {output}"


rule collect:
    """Every number under this scale as one tidy CSV, for people; no rule reads it."""
    input:
        PLAN.files(TABLES),
    output:
        f"{RESULTS}/metrics.csv",
    log:
        f"{LOGS}/collect.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        standing=PLAN.standing(TABLES),
        scale=SCALE,
    shell:
        ATTEMPT + " python -m workflow.scripts.collect --results results"
        " --scale {params.scale} --out {output}"
