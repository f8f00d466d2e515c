rule evaluate:
    """Evaluate one run on one test set."""
    input:
        weights=f"{RUN}/model.safetensors",
        record=f"{RUN}/run.json",
        data=f"{RESULTS}/{{reading}}/{{test_set}}/dataset.json",
        admitted=admission,
    output:
        record=f"{RUN}/test/{{test_set}}.json",
        queries=f"{RUN}/test/{{test_set}}.npz",
    log:
        f"{LOGS}/evaluate/{RUN_LOG}/{{test_set}}.log",
    conda:
        "../../environment.yml"
    threads: config["threads"]
    resources:
        gpu=config["gpu"],
        mem_mb=config["mem_mb"],
        runtime=config["runtime"],
    params:
        code=code_fingerprint(EVALUATION),
        folder=run_folder,
        switches=test_switches,
    shell:
        f"{ATTEMPT_ON_GPU} python -m apnet evaluate --run {{params.folder}}"
        " --dataset {wildcards.test_set} --data-record {input.data} --out {output.record}"
        " {params.switches}"
        f" --data-root {DATA_ROOT} {MACHINE} {IMAGE_CACHE}"
