rule parameters:
    """Count the parameters of Fig. 5's models, with the switches of the config."""
    output:
        collect(
            f"{RESULTS}/{{{{reading}}}}/parameters/{{model}}.json",
            model=PLAN.models(RADIX),
        ),
    log:
        f"{LOGS}/parameters/{{reading}}.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        models=PLAN.models(RADIX),
        folder=counted_folder,
        reading=reading_options,
        code=code_fingerprint(COMPLEXITY),
    shell:
        f"{ATTEMPT} python -m apnet complexity {{params.models}} {{params.reading}}"
        " --out {params.folder}"


rule figure5:
    """Accuracy over the radix, and what each radix takes."""
    input:
        cells=f"{RESULTS}/cells/{RADIX}.json",
        costs=collect(
            f"{RESULTS}/{{reading}}/parameters/{{model}}.json",
            reading=config["readings"],
            model=PLAN.models(RADIX),
        ),
    output:
        report(
            f"reports/{RADIX}.svg",
            caption="../report/result.rst",
            category="Figures",
            labels=contents.labels(RADIX, "SVG", config),
        ),
        *pictures(RADIX)[1:],
    log:
        f"{LOGS}/figure5.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        caption=contents.caption(RADIX, config),
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m reproduction.figures.figure5 --cells {{input.cells}}"
        " --costs {input.costs} --out {output}"


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
        "../../environment.yml"
    threads: config["threads"]
    resources:
        gpu=config["gpu"],
        mem_mb=config["mem_mb"],
        runtime=config["runtime"],
    params:
        code=code_fingerprint(ATTENTION_MAPS),
        folder=run_folder,
        queries=queries_option,
    shell:
        f"{ATTEMPT} python -m apnet cam --run {{params.folder}}"
        " --dataset {wildcards.test_set} --data-record {input.data} --out {output}"
        f" --data-root {DATA_ROOT} --threads {{threads}} {{params.queries}}"


rule figure6:
    """Query images, and where each reading looks after each level."""
    input:
        PLAN.wanted_maps,
    output:
        report(
            f"reports/{ATTENTION}.svg",
            caption="../report/result.rst",
            category="Figures",
            labels=contents.labels(ATTENTION, "SVG", config),
        ),
        *pictures(ATTENTION)[1:],
    log:
        f"{LOGS}/figure6.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        maps=PLAN.maps,
        existing=existing.of_maps(PLAN),
        readings=config["readings"],
        caption=contents.caption(ATTENTION, config),
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m reproduction.figures.figure6 --maps {{params.maps}}"
        f" --readings {{params.readings}} --data-root {PAPER_ROOT} --out {{output}}"
