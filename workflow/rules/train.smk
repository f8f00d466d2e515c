def initial_weights(wildcards):
    backbone = PLAN.pretrained_backbone(run_of(wildcards))
    return f"resources/weights/{backbone}.safetensors" if backbone else []


def weights_option(wildcards, input):
    return f"--weights {input.weights}" if input.weights else ""


def train_options(wildcards):
    return PLAN.train_options(run_of(wildcards))


def train_settings(wildcards):
    return json.dumps(PLAN.settings(run_of(wildcards)).record(), sort_keys=True)


def train_code(wildcards):
    return PLAN.code(run_of(wildcards))


rule train:
    """Train one run. Its checkpoints are not declared, since Snakemake deletes what is."""
    input:
        data=f"{RESULTS}/{{reading}}/{{dataset}}/dataset.json",
        weights=initial_weights,
    output:
        weights=f"{RUN}/model.safetensors",
        record=f"{RUN}/run.json",
    log:
        f"{LOGS}/train/{{reading}}/{{dataset}}/{{model}}/seed{{seed}}.log",
    conda:
        "../../environment.yml"
    threads: config["threads"]
    resources:
        gpu=config["gpu"],
        mem_mb=config["mem_mb"],
        runtime=config["runtime"],
    # What changes the weights, and nothing else, stands in `settings` and `code`.
    params:
        settings=train_settings,
        code=train_code,
        options=train_options,
        weights=weights_option,
        root=PLAN.data_root,
        folder=lambda wildcards, output: Path(output.record).parent,
        workers=config["workers"],
    shell:
        ATTEMPT
        + " python -m apnet train --model {wildcards.model} --dataset {wildcards.dataset}"
        " --seed {wildcards.seed} --data-root {params.root} --data-record {input.data}"
        " --out {params.folder} {params.options} {params.weights}"
        " --threads {threads} --workers {params.workers}"
