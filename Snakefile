# Everything is in workflow/. Snakemake takes the default target only from the main Snakefile,
# so that rule is declared here.
include: "workflow/Snakefile"


rule default:
    default_target: True
    input:
        rules.all.input,
