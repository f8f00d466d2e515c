"""The plan, and the names that the rules share."""

import json
import os
import shlex
import sys
from functools import cache, partial
from pathlib import Path

from snakemake.logging import logger as snakemake_logger

with refusing():
    from apnet import __version__, numeric_core
    from apnet.errors import show_plainly
    from apnet.fingerprint import files_fingerprint
    from apnet.config.readings import READINGS
    from apnet.records import paths
    from apnet.runtime.garbage import end_at_once

    # Reads the paper's tables.
    from workflow.lib.catalogue import (
        COSTS,
        COUNTS,
        CURVES,
        FIGURES,
        PRINTED,
        REPORTED,
        SHEETS,
        TABLES,
        counted_datasets,
        paper,
    )
    from workflow.lib import captions, existing, finished, options, process, switched
    from reproduction.paper.order import in_order
    from reproduction.report import pdf as typeset
    from reproduction.report.phrases import listed
    from workflow.lib.call import unlocking
    from workflow.lib.config import check_config
    from workflow.lib.earlier import other_runs
    from workflow.lib.hints import Call, after_failure, after_success, fill
    from workflow.lib.keep import forget_taken, keep_finished
    from workflow.lib.locks import explain_locks
    from workflow.lib.plan import Plan
    from workflow.lib.planned import about, plan
    from workflow.lib.scales import odd_pair
    from workflow.lib import slurm
    from workflow.lib.shell import attempt, in_shell, literal, share_interpreter
    from workflow.lib.terminal import hidden, print_lines
    from workflow.lib.targets import (
        DOCUMENT,
        EXPORTS,
        FORMATS,
        INDEX,
        PAGES,
        PDF,
        SHOWN,
        SITE,
        SITE_PAGES,
        asked_evaluations,
        page,
        pictures,
        refuse,
        reports,
        trained_here,
        unknown,
        warn,
    )

show_plainly()
share_interpreter()

# Snakemake puts a module's prefix before the paths of its rules, and we before all others.
located = workflow.modifier.path_modifier.replace_prefix

process.end_on_signals()
end_at_once()
process.outlive_readers(snakemake_logger)

with refusing():
    process.require_temporary_space()
    check_config(config, warn)
    PLAN = Plan(config, ROOT, located)
    CODE = attempt(ROOT)

if workflow.is_main_process:
    for sentence in filter(
        None, (odd_pair(config), other_runs(PLAN), *paper().edited.values())
    ):
        warn(sentence)

CALL = Call(workflow, config)
SCALE = PLAN.scale
SYNTHETIC = config["synthetic"] or {}
RESULTS = f"results/{SCALE}"
COMPLEXITY_FOLDER = "results/complexity"
LOGS = f"logs/{SCALE}"
WEIGHTS = f"{RESULTS}/{paths.RUN}/{paths.WEIGHTS}"
RECORD = f"{RESULTS}/{paths.RUN}/{paths.RECORD}"
TESTED = f"{RESULTS}/{paths.EVALUATION}"
CHECK = f"{RESULTS}/{paths.CHECK}"
TEST_CHECK = CHECK.replace("{dataset}", "{test_set}")

ENVIRONMENT = literal(str(ROOT / "environment.yml"))

# Judging and rendering take a second, so reports are made again on any change to their code.
REPORTING = files_fingerprint(
    [*ROOT.glob("workflow/lib/*.py"), *ROOT.glob("reproduction/**/*.*")]
)

# A cluster's scheduler assigns devices to its jobs; on this machine they lock them.
GPUS = "0" if workflow.remote_exec else "{resources.gpu}"
SHARE = config["gpu_share"]
QUIET = "--quiet " if TERMINAL and hidden(workflow.output_settings) else ""
MOST = config["max_gpu_hours"] if config["gpu"] else None
LIMIT = f"--max-gpu-hours {MOST} --of {in_shell(located(RESULTS))} " if MOST else ""
DEVICES = f"--gpus {GPUS} --gpu-share {SHARE} {LIMIT}"
ATTEMPT_ON_GPU = f"{CODE} {DEVICES}{QUIET}--log {{log:q}} --"
ATTEMPT = f"{CODE} {QUIET}--log {{log:q}} --"


# The limit of a workflow that uses this one as a module counts for its own jobs too.
if TERMINAL:
    process.let_jobs_share(workflow, SHARE)

if workflow.is_main_process:
    slurm.lose_no_jobs(workflow, warn)
    process.require_folder_to_unlock(workflow)
explain_locks(snakemake_logger, partial(unlocking, workflow))

if TERMINAL:
    print_lines(
        snakemake_logger,
        workflow.output_settings,
        about=partial(about, readings=config["readings"]),
        plan=partial(plan, workflow, config["readings"]),
    )


def one_of(names):
    """A pattern of names, of which there may be none."""
    return "|".join(names) or "(?!)"


# What changes no number is no param, so moved data or another machine retrains nothing.
DATA_ROOT = in_shell(*options.data_roots(PLAN))
PAPER_ROOT = in_shell(PLAN.data_root)
MACHINE = f"--threads {{threads}} --workers {config['workers']}"
CACHE = config["image_cache"]
IMAGE_CACHE = f"--image-cache {in_shell(CACHE)}" if CACHE else ""
CHECKPOINTS = f"--checkpoint-seconds {config['checkpoint_seconds']}"


wildcard_constraints:
    **paths.WILDCARDS,
    table=one_of(REPORTED),
