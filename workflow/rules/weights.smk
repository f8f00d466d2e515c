rule weights:
    """ImageNet weights, checked and converted once, so that no other job needs the internet."""
    output:
        "resources/weights/{backbone}.safetensors",
    log:
        f"{LOGS}/weights/{{backbone}}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        options=imagenet_options,
    shell:
        f"{ATTEMPT} python -m apnet weights {{wildcards.backbone:q}} --out {{output:q}}"
        " {params.options}"
