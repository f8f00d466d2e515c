"""What an archive of the scale holds."""


def archived_evaluations(wildcards):
    return PLAN.files(TABLES)


def archived_files(wildcards):
    """A digest of the scale's evaluations beside those that the tables wait for."""
    return existing.besides(PLAN, TABLES)


def archived_config():
    """As JSON: Snakemake hands the items of a mapping over as words."""
    return json.dumps(config)
