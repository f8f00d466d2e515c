rule evaluate:
    """Evaluate one run on one test set."""
    input:
        weights=f"{RUN}/model.safetensors",
        record=f"{RUN}/run.json",
        data=f"{RESULTS}/{{reading}}/{{test_set}}/dataset.json",
    output:
        record=f"{RUN}/test/{{test_set}}.json",
        queries=f"{RUN}/test/{{test_set}}.npz",
    log:
        f"{LOGS}/evaluate/{{reading}}/{{dataset}}/{{model}}/seed{{seed}}/{{test_set}}.log",
    conda:
        "../../environment.yml"
    threads: config["threads"]
    resources:
        gpu=config["gpu"],
        mem_mb=config["mem_mb"],
        runtime=config["runtime"],
    params:
        code=code_fingerprint(EVALUATION),
        root=PLAN.data_root,
        folder=lambda wildcards, input: Path(input.record).parent,
        workers=config["workers"],
    shell:
        ATTEMPT
        + " python -m apnet evaluate --run {params.folder} --dataset {wildcards.test_set}"
        " --data-root {params.root} --data-record {input.data} --out {output.record}"
        " --threads {threads} --workers {params.workers}"
