"""The plan that every rule asks, and the names and functions that the rules share."""

import json
import os
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir).resolve()
ROOT = ROOT if (ROOT / "workflow").is_dir() else ROOT.parent
sys.path.insert(0, str(ROOT))

from apnet.errors import InputError
from apnet.fingerprint import (
    ATTENTION_MAPS,
    COMPLEXITY,
    DATA,
    EVALUATION,
    SYNTHESIS,
    code_fingerprint,
    files_fingerprint,
)
from apnet.config.readings import READINGS
from reproduction.paper import contents
from workflow.lib import conventions
from workflow.lib import counted
from workflow.lib import existing
from workflow.lib import jobs
from workflow.lib import options
from reproduction.report import pdf as typeset
from workflow.lib.config import check_config
from workflow.lib.hints import Call, after_failure, after_success, fill
from reproduction.figures.names import ATTENTION, RADIX
from workflow.lib.plan import TABLES, Plan, Run
from workflow.lib.targets import (
    DOCUMENT,
    FORMATS,
    PDF,
    REPORTED,
    PRINTED,
    SHOWN,
    asked_evaluations,
    pictures,
    refuse,
    refusing,
    reports,
    trained_here,
    unknown,
    warn,
)

jobs.share_environment(ROOT)

with refusing():
    check_config(config, warn)
    PLAN = Plan(config, ROOT)

CALL = Call(
    config, workflow.overwrite_configfiles, workflow.config_settings.config_args or ()
)
SCALE = PLAN.scale
SYNTHETIC = config["synthetic"] or {}
RESULTS = f"results/{SCALE}"
COSTS = "results/complexity"
LOGS = f"logs/{SCALE}"
RUN = f"{RESULTS}/{{reading}}/{{dataset}}/{{model}}/seed{{seed}}"
RUN_LOG = "{reading}/{dataset}/{model}/seed{seed}"
PAPER = Path(os.path.relpath(ROOT / "paper" / "tables"))
EXPERIMENTS = os.path.relpath(ROOT / "workflow" / "experiments.yaml")

# Judging and rendering take a second, so any change to their code makes reports anew.
REPORTING = files_fingerprint(
    [*ROOT.glob("workflow/lib/*.py"), *ROOT.glob("reproduction/**/*.*")]
)

ATTEMPT = "python -m workflow.lib.jobs --log {log} --"

# A scheduler gives its jobs devices of their own; on this machine they have to share.
GPUS = "0" if workflow.remote_exec else "{resources.gpu}"
ATTEMPT_ON_GPU = f"python -m workflow.lib.jobs --gpus {GPUS} --log {{log}} --"


def in_shell(*words):
    """Words as they stand in a rule's command: Snakemake takes a brace for a name's start."""
    return shlex.join(words).replace("{", "{{").replace("}", "}}")


# What changes no number is no param: moved data or another machine trains nothing again.
DATA_ROOT = in_shell(*options.data_roots(PLAN))
PAPER_ROOT = in_shell(PLAN.data_root)
MACHINE = f"--threads {{threads}} --workers {config['workers']}"
CACHE = config["image_cache"]
IMAGE_CACHE = f"--image-cache {in_shell(CACHE)}" if CACHE else ""
CHECKPOINTS = f"--checkpoint-seconds {config['checkpoint_seconds']}"


wildcard_constraints:
    reading="written|released",
    dataset=r"[a-z0-9-]+",
    test_set=r"[a-z0-9-]+",
    model=r"[a-z0-9_-]+",
    seed=r"\d+",
    table="|".join(REPORTED),


@refusing()
def refusal(wildcards):
    return refuse(wildcards.unknown, PLAN)


def asked():
    """What Snakemake was asked for, as its rules spell it."""
    return [os.path.normpath(target) for target in workflow.dag_settings.targets]


def other_evaluations(wildcards):
    """Those that are asked for by name, beside those of the tables."""
    return asked_evaluations(asked(), PLAN)


@refusing()
def run_of(wildcards):
    run = Run(
        wildcards.reading, wildcards.dataset, wildcards.model, int(wildcards.seed)
    )
    PLAN.check(run)
    return run


@refusing()
def dataset_folder(wildcards):
    """A synthetic dataset is a node of the DAG; a real one lies outside it."""
    PLAN.check_dataset(wildcards.dataset)
    if config["synthetic"] and wildcards.dataset not in PLAN.custom:
        return f"resources/synthetic/{SCALE}/{wildcards.dataset}"
    return []


def admission(wildcards):
    """Its words may change without anything being trained again."""
    dataset = wildcards.get("test_set", wildcards.dataset)
    file = PLAN.admission(wildcards.reading, dataset)
    return ancient(file) if file else []


def accepted_words(wildcards):
    """Quoted, since Snakemake's own quoting makes nothing at all of an empty text."""
    return shlex.quote(config["accept_counts"].get(wildcards.dataset, ""))


def synthetic_root(wildcards, output):
    return Path(output[0]).parent


def reading_options(wildcards):
    return options.reading(PLAN, wildcards.reading)


def imagenet_options(wildcards):
    """The user's own file, when the config names one; else torchvision's is downloaded."""
    file = config["weights"].get(wildcards.backbone)
    return f"--from {shlex.quote(file)}" if file else ""


def initial_weights(wildcards):
    backbone = PLAN.pretrained_backbone(run_of(wildcards))
    return f"resources/weights/{backbone}.safetensors" if backbone else []


def weights_option(wildcards, input):
    return f"--weights {input.weights}" if input.weights else ""


def queries_option(wildcards):
    """The queries that Fig. 6 shows, when the config names any."""
    names = config["figure6_queries"]
    return f"--queries {shlex.join(names)}" if names else ""


def train_options(wildcards):
    return options.training(PLAN, run_of(wildcards))


def train_settings(wildcards):
    return json.dumps(PLAN.settings(run_of(wildcards)).record(), sort_keys=True)


def train_code(wildcards):
    return PLAN.code(run_of(wildcards))


def trained_folder(wildcards, output):
    return Path(output.record).parent


def run_folder(wildcards, input):
    return Path(input.record).parent


def counted_folder(wildcards, output):
    return Path(output[0]).parent


def costs_folder(wildcards, input):
    return Path(input[0]).parent.parent


def paper_table(wildcards):
    return PAPER / f"{wildcards.table}.yaml"


def evaluations_of(wildcards):
    return PLAN.files([wildcards.table])


def existing_evaluations(wildcards):
    return existing.of_tables(PLAN, [wildcards.table])


def left_open():
    """What the tables that were asked for still lack."""
    targets = {*asked()}
    named = {Path(target).stem for target in targets} & {*REPORTED}
    whole = not targets or targets & {"all", DOCUMENT, PDF}
    tables = sorted(named) or (REPORTED if whole else [])
    return after_success(
        Path(RESULTS, "cells"), tables, lambda target: fill(target, CALL)
    )


def fill_command(wildcards, output):
    """The command that makes what a report lacks, as this Snakemake was called."""
    return fill(output[0], CALL)


def documents():
    """All reports in one; as a PDF only where there is TeX, so that all else works without."""
    return [DOCUMENT] if typeset.lacking() else [DOCUMENT, PDF]


def category_of(wildcards):
    """Where Snakemake's report shows a table; the values of a figure stand with it."""
    return contents.category(wildcards.table)


def caption_of(wildcards):
    """What stands above a table in Snakemake's report."""
    return contents.caption(wildcards.table, config)


def labels_of(wildcards):
    """What Snakemake's report sorts tables by."""
    return contents.labels(wildcards.table, "HTML", config)
