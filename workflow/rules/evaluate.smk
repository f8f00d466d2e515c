rule evaluate:
    """Evaluate one run on one test set."""
    input:
        weights=to_evaluate(WEIGHTS),
        record=to_evaluate(RECORD),
        data=to_evaluate(TEST_CHECK),
        admitted=admission,
    output:
        record=TESTED,
        queries=f"{RESULTS}/{paths.ARRAYS}",
    log:
        f"{LOGS}/{paths.EVALUATE_LOG}",
    conda:
        ENVIRONMENT
    threads: config["threads"]
    resources:
        gpu=config["gpu"],
        mem_mb=memory,
        runtime=config["runtime"],
    params:
        code=evaluation_code,
        folder=run_folder,
        switches=test_switches,
    shell:
        f"{ATTEMPT_ON_GPU} python -m apnet evaluate --run {{params.folder:q}}"
        " --dataset {wildcards.test_set:q} --data-record {input.data:q} --out {output.record:q}"
        " {params.switches}"
        f" --data-root {DATA_ROOT} {MACHINE} {IMAGE_CACHE}"
