"""The plan that every rule asks, and the names that the rules share."""

import json
import os
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir).resolve()
ROOT = ROOT if (ROOT / "workflow").is_dir() else ROOT.parent
sys.path.insert(0, str(ROOT))

# Jobs run the Python and the scripts that this Snakemake runs from, also when the
# environment is not activated or the working directory is another one.
os.environ["PATH"] = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ["PATH"]]
)
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
)

from apnet.errors import InputError
from apnet.fingerprint import DATA, EVALUATION, SYNTHESIS, code_fingerprint
from workflow.scripts.configuration import check_config
from workflow.scripts.commands import after_failure, fill
from workflow.scripts.plan import TABLES, Plan, Run
from workflow.scripts.targets import FORMATS, check_targets, reports

try:
    check_config(config)
    PLAN = Plan(config, ROOT)
    # Snakemake's own list of targets comes after the rules have been read.
    check_targets(sys.argv[1:], PLAN)
except InputError as error:
    print(f"apnet: {error}", file=sys.stderr)
    sys.exit(2)

SCALE = PLAN.scale
SYNTHETIC = config["synthetic"] or {}
RESULTS = f"results/{SCALE}"
LOGS = f"logs/{SCALE}"
RUN = f"{RESULTS}/{{reading}}/{{dataset}}/{{model}}/seed{{seed}}"
PAPER = Path(os.path.relpath(ROOT / "paper" / "tables"))
EXPERIMENTS = os.path.relpath(ROOT / "workflow" / "experiments.yaml")
ATTEMPT = "python -m workflow.scripts.attempt --log {log} --"


wildcard_constraints:
    reading="written|released",
    dataset=r"[a-z0-9-]+",
    test_set=r"[a-z0-9-]+",
    model=r"[a-z0-9_-]+",
    seed=r"\d+",
    table="|".join(TABLES),


def run_of(wildcards):
    return Run(
        wildcards.reading, wildcards.dataset, wildcards.model, int(wildcards.seed)
    )


def paper_table(wildcards):
    return PAPER / f"{wildcards.table}.yaml"


def fill_command(wildcards):
    """The command that makes what a table lacks, as this Snakemake was called."""
    return fill(f"reports/{wildcards.table}.md", config, workflow.overwrite_configfiles)
