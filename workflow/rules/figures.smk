PARAMETERS = collect(
    f"{RESULTS}/{{{{reading}}}}/parameters/{{model}}.json", model=PLAN.drawn_models
)


# There are none where their table was edited by hand.
if PLAN.drawn_models:

    rule parameters:
        """Count the parameters of a curve's models, with the switches of the config."""
        input:
            again_if_damaged(*PARAMETERS),
        output:
            PARAMETERS,
        log:
            f"{LOGS}/parameters/{{reading}}.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            models=PLAN.drawn_models,
            folder=output_folder,
            reading=reading_options,
            code=[numeric_core.complexity(model) for model in PLAN.drawn_models],
        shell:
            f"{ATTEMPT} python -m apnet complexity {{params.models:q}} {{params.reading}}"
            " --out {params.folder:q}"


rule curve:
    """Accuracy over a table's rows, and how many parameters each takes."""
    input:
        cells=f"{RESULTS}/cells/{{figure}}.json",
        costs=parameters_of,
    output:
        report(
            "reports/{figure}.svg",
            caption="../report/result.rst",
            category="Figures",
            labels=labels_of,
        ),
        *pictures("{figure}")[1:],
    log:
        f"{LOGS}/{{figure}}.log",
    wildcard_constraints:
        figure=one_of(CURVES),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        table=table_file,
        experiments=experiments_file,
        caption=caption_of,
        code=reporting_code,
    shell:
        f"{ATTEMPT} python -m workflow.lib.draw curve --cells {{input.cells:q}}"
        " --table {params.table:q} --experiments {params.experiments:q}"
        " --parameters {input.costs:q} --out {output:q}"


rule attention_maps:
    """Where one run looks after each level of its pyramid."""
    input:
        weights=WEIGHTS,
        record=RECORD,
        data=TEST_CHECK,
    output:
        f"{RESULTS}/{paths.ATTENTION}",
    log:
        f"{LOGS}/{paths.ATTENTION_LOG}",
    conda:
        ENVIRONMENT
    threads: config["threads"]
    resources:
        gpu=config["gpu"],
        mem_mb=memory,
        runtime=config["runtime"],
    params:
        code=attention_code,
        folder=run_folder,
        queries=queries_option,
    shell:
        f"{ATTEMPT} python -m apnet cam --run {{params.folder:q}}"
        " --dataset {wildcards.test_set:q} --data-record {input.data:q} --out {output:q}"
        f" --data-root {DATA_ROOT} --threads {{threads}} {{params.queries}}"


rule sheet:
    """Query images, and where each reading looks after each level."""
    input:
        wanted_maps,
    output:
        report(
            "reports/{figure}.svg",
            caption="../report/result.rst",
            category="Figures",
            labels=labels_of,
        ),
        *pictures("{figure}")[1:],
    log:
        f"{LOGS}/{{figure}}.log",
    wildcard_constraints:
        figure=one_of(SHEETS),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        maps=maps_of,
        evaluations=judged_maps,
        existing=existing_maps,
        readings=config["readings"],
        dataset=shown_dataset,
        title=title_of,
        caption=caption_of,
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.draw attention --maps {{params.maps:q}}"
        " --evaluations {params.evaluations:q}"
        " --readings {params.readings:q} --dataset {params.dataset:q} --title {params.title:q}"
        f" --data-root {PAPER_ROOT} --out {{output:q}}"
