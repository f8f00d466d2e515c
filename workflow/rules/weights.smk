def weights_options(wildcards):
    """The user's own file, when the config names one; else torchvision's is downloaded."""
    file = config["weights"].get(wildcards.backbone)
    return f"--from {shlex.quote(file)}" if file else ""


rule weights:
    """ImageNet weights, checked and converted once, so that no other job needs the internet."""
    output:
        "resources/weights/{backbone}.safetensors",
    log:
        f"{LOGS}/weights/{{backbone}}.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        options=weights_options,
    shell:
        ATTEMPT
        + " python -m apnet weights {wildcards.backbone} --out {output} {params.options}"
