"""Targets that only look: what a call that asks for them prints in place of running jobs."""

from snakemake.logging import logger as snakemake_logger

with refusing():
    from workflow.lib.catalogue import paper
    from workflow.lib.targets import warn
    from workflow.lib.call import unlocking
    from workflow.lib.looking.look import Look
    from workflow.lib.looking.asked import (
        asked as looks_in,
        divided,
        leave_no_log,
        show,
    )


@refusing()
def look(looks, beside):
    """Print what was asked for and end the call, before Snakemake plans jobs or takes a lock."""
    settings = workflow.resource_settings
    # On a cluster Snakemake counts jobs. Here it counts GPUs, or cores.
    gpus = settings.resources.get("gpu") if config.get("gpu") else settings.cores
    cluster = settings.nodes is not None
    devices = settings.nodes if cluster else getattr(gpus, "value", gpus)
    given = Look(config, ROOT, beside, devices or 1, cluster, unlocking(workflow))
    for sentence in paper().edited.values():
        warn(sentence)
    leave_no_log(snakemake_logger)
    sys.exit(show(looks, given))


def looked(wildcards):
    """For a call that is no command line, which shows its targets only now."""
    look(*divided([*workflow.dag_settings.targets]))


PLANNED = {"train": [], "evaluate": []}
"""What this call trains and evaluates."""


@refusing()
def estimate_planned():
    """Before the first job: what this call's trainings and evaluations will take."""
    from workflow.lib.looking import budget

    for job in workflow.dag.needrun_jobs():
        if job.rule.name == "train":
            PLANNED["train"].append(run_named(job.wildcards))
        elif job.rule.name == "evaluate":
            evaluation = paths.Evaluation(
                run_named(job.wildcards), job.wildcards.test_set
            )
            PLANNED["evaluate"].append(evaluation)
    budget.begin(PLAN, *PLANNED.values())


if TERMINAL:
    found, beside = looks_in(sys.argv)
    if found:
        look(found, beside)
