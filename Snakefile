# The door: everything is in workflow/. Snakemake takes the default target from this file
# alone, so the rule is declared here.
include: "workflow/Snakefile"


rule default:
    default_target: True
    input:
        rules.all.input,
