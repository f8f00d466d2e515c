rule switch_effects:
    """What each switch of the readings changes in a network; nothing is trained."""
    input:
        again_if_damaged(f"{SWITCHES_FOLDER}/{{model}}.json"),
    output:
        f"{SWITCHES_FOLDER}/{{model}}.json",
    log:
        f"{LOGS}/switches/{{model}}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        folder=output_folder,
        code=switch_code,
    shell:
        f"{ATTEMPT} python -m apnet switch-effects {{wildcards.model:q}} --out {{params.folder:q}}"


rule readings:
    """Written against released: each switch, its sources, and what it changes."""
    input:
        judged_now,
        effects=collect(f"{SWITCHES_FOLDER}/{{model}}.json", model=switched.SWITCHED),
    output:
        report(
            page("readings")[0],
            caption="../report/readings.rst",
            category="Claims and errata",
        ),
        *page("readings")[1:],
    log:
        f"{LOGS}/readings.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        results=results_folder,
        existing=other_evaluations_of_all_scales,
        commands=switch_commands,
        code=REPORTING,
    shell:
        f"{ATTEMPT} python -m workflow.lib.readings --effects {{input.effects:q}}"
        " --results {params.results:q} --commands {params.commands:q} --pages {output:q}"
