rule synthesize:
    """Synthesize a dataset, in the layout of the real one."""
    output:
        directory(f"resources/synthetic/{SCALE}/{{dataset}}"),
    log:
        f"{LOGS}/synthesize/{{dataset}}.log",
    conda:
        ENVIRONMENT
    params:
        root=output_folder,
        identities=drawn_identities,
        seed=SYNTHETIC.get("seed"),
        code=synthesis_code,
    shell:
        f"{ATTEMPT} python -m apnet data synthesize {{wildcards.dataset:q}} {{params.root:q}}"
        " --identities {params.identities:q} --seed {params.seed:q}"


rule check:
    """Count and fingerprint a dataset once, for all the runs that use it."""
    input:
        dataset_folder,
    output:
        CHECK,
    log:
        f"{LOGS}/{paths.CHECK_LOG}",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        reading=reading_options,
        code=check_code,
    shell:
        f"{ATTEMPT} python -m apnet data check {{wildcards.dataset:q}} {DATA_ROOT}"
        " {params.reading} --out {output:q}"


rule admit:
    """Admit a dataset whose counts are the published ones, or are accepted by the config."""
    input:
        CHECK,
    output:
        f"{RESULTS}/{paths.ADMISSION}",
    log:
        f"{LOGS}/{paths.ADMIT_LOG}",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        words=accepted_words,
    shell:
        f"{ATTEMPT} python -m workflow.lib.admit --data {{input:q}}"
        " --words={params.words} --out {output:q}"
