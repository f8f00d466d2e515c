rule complexity:
    """Count what every model of a table costs; nothing is trained or computed."""
    output:
        collect(
            f"{COMPLEXITY_FOLDER}/{{{{reading}}}}/{{model}}.json", model=PLAN.counted
        ),
    log:
        f"{LOGS}/complexity/{{reading}}.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        models=PLAN.counted,
        folder=output_folder,
        code=[numeric_core.complexity(model) for model in PLAN.counted],
    shell:
        f"{ATTEMPT} python -m apnet complexity {{params.models}} --reading {{wildcards.reading}}"
        " --out {params.folder}"


rule costs:
    """Set counted costs beside the reported ones, under both readings."""
    input:
        collect(
            f"{COMPLEXITY_FOLDER}/{{reading}}/{{model}}.json",
            reading=READINGS,
            model=PLAN.counted,
        ),
        table=paper_table,
        experiments=EXPERIMENTS,
    output:
        f"{RESULTS}/cells/{{table}}.json",
    log:
        f"{LOGS}/costs/{{table}}.log",
    wildcard_constraints:
        table=one_of(COSTS),
    localrule: True
    conda:
        "../../environment.yml"
    params:
        folder=costs_folder,
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.costs --table {{input.table}}"
        " --experiments {input.experiments} --costs {params.folder} --out {output}"
