COUNTED = collect(
    f"{COMPLEXITY_FOLDER}/{{{{reading}}}}/{{model}}.json", model=PLAN.counted
)


# There are none where their table was edited by hand.
if PLAN.counted:

    rule complexity:
        """Count what every model of a table costs; nothing is trained or computed."""
        input:
            again_if_damaged(*COUNTED),
        output:
            COUNTED,
        log:
            f"{LOGS}/complexity/{{reading}}.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            models=PLAN.counted,
            folder=output_folder,
            code=[numeric_core.complexity(model) for model in PLAN.counted],
        shell:
            f"{ATTEMPT} python -m apnet complexity {{params.models:q}}"
            " --reading {wildcards.reading:q} --out {params.folder:q}"


rule costs:
    """Set counted costs beside the reported ones, under both readings."""
    input:
        again_if_damaged(f"{RESULTS}/cells/{{table}}.json"),
        collect(
            f"{COMPLEXITY_FOLDER}/{{reading}}/{{model}}.json",
            reading=READINGS,
            model=PLAN.counted,
        ),
    output:
        f"{RESULTS}/cells/{{table}}.json",
    log:
        f"{LOGS}/costs/{{table}}.log",
    wildcard_constraints:
        table=one_of(COSTS),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        table=table_file,
        experiments=experiments_file,
        folder=costs_folder,
        code=reporting_code,
    shell:
        f"{ATTEMPT} python -m workflow.lib.costs --table {{params.table:q}}"
        " --experiments {params.experiments:q} --costs {params.folder:q} --out {output:q}"
