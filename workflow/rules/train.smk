rule train:
    """Train one run. Its checkpoints are no declared outputs, since Snakemake deletes those."""
    input:
        data=training_data,
        admitted=admission,
        weights=initial_weights,
    output:
        weights=WEIGHTS,
        record=RECORD,
    log:
        f"{LOGS}/{paths.TRAIN_LOG}",
    # Imported runs are excluded: Snakemake deletes the outputs of a job before it starts.
    wildcard_constraints:
        reading=trained_here(PLAN),
    conda:
        ENVIRONMENT
    threads: config["threads"]
    resources:
        gpu=config["gpu"],
        mem_mb=memory,
        runtime=config["runtime"],
    # `settings` and `code` hold what changes the weights; threads and device only round.
    params:
        settings=train_settings,
        code=train_code,
        options=train_options,
        weights=weights_option,
        folder=output_folder,
    shell:
        f"{ATTEMPT_ON_GPU} python -m apnet train --model {{wildcards.model:q}}"
        " --dataset {wildcards.dataset:q} --seed {wildcards.seed:q} --data-record {input.data:q}"
        " --out {params.folder:q} {params.options} {params.weights}"
        f" --data-root {DATA_ROOT} {MACHINE} {IMAGE_CACHE} {CHECKPOINTS}"
