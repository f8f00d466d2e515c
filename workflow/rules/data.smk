def dataset_folder(wildcards):
    """A synthetic dataset is a node of the DAG; a real one lies outside it."""
    if config["synthetic"]:
        return f"resources/synthetic/{SCALE}/{wildcards.dataset}"
    return []


def reading_options(wildcards):
    return PLAN.reading_options(wildcards.reading)


rule synthesize:
    """Draw a synthetic dataset, in the layout of the real one."""
    output:
        directory(f"resources/synthetic/{SCALE}/{{dataset}}"),
    log:
        f"{LOGS}/synthesize/{{dataset}}.log",
    conda:
        "../../environment.yml"
    params:
        root=f"resources/synthetic/{SCALE}",
        identities=SYNTHETIC.get("identities"),
        seed=SYNTHETIC.get("seed"),
        code=code_fingerprint(SYNTHESIS),
    shell:
        ATTEMPT + " python -m apnet data synthesize {wildcards.dataset} {params.root}"
        " --identities {params.identities} --seed {params.seed}"


rule check:
    """Count and fingerprint a dataset once, for all the runs that use it."""
    input:
        dataset_folder,
    output:
        f"{RESULTS}/{{reading}}/{{dataset}}/dataset.json",
    log:
        f"{LOGS}/check/{{reading}}/{{dataset}}.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        root=PLAN.data_root,
        reading=reading_options,
        code=code_fingerprint(DATA),
    shell:
        ATTEMPT + " python -m apnet data check {wildcards.dataset} {params.root}"
        " {params.reading} --out {output}"
