"""Targets that only look: what a call that asks for them prints in place of running jobs."""

with refusing():
    from workflow.lib.looking.asked import LOOKS, Look, asked as looks_in, divided, show


@refusing()
def look(looks, beside):
    """Print what was asked for and end the call, before Snakemake plans jobs or takes a lock."""
    settings = workflow.resource_settings
    if not workflow.local_exec:
        devices = settings.nodes
    elif config.get("gpu"):
        devices = settings.resources.get("gpu")
    else:
        devices = settings.cores
    devices = getattr(devices, "value", devices)
    sys.exit(show(looks, Look(config, ROOT, beside, devices)))


def looked(wildcards):
    """For a call that is no command line, which shows its targets only now."""
    look(*divided([*workflow.dag_settings.targets]))


if workflow.is_main_process and workflow.modifier.is_main_snakefile():
    found, beside = looks_in(sys.argv)
    if found:
        look(found, beside)
