"""Where results, logs and failure notes lie: formatted, parsed and globbed here alone.

    results/<scale>/<reading>/<training set>/<model>/seed<n>/     a run
    results/<scale>/<reading>/<dataset>/{dataset,admitted}.json   a check of a dataset
    logs/<scale>/<job>/…                                          a log; its note of a failure

Relative paths are under results/<scale> or logs/<scale>. Loads neither torch nor pydantic.
"""

import re
from dataclasses import dataclass
from pathlib import PurePath

from apnet.config.readings import READINGS

WEIGHTS = "model.safetensors"
RECORD = "run.json"
HISTORY = "history.jsonl"
CHECKPOINTS = "checkpoints"
TEST = "test"
RANKS = "ranks"
"""Files and folders of a run."""

RUN = "{reading}/{dataset}/{model}/seed{seed}"
DATASET = "{reading}/{dataset}"
EVALUATION = f"{RUN}/{TEST}/{{test_set}}.json"
ARRAYS = f"{RUN}/{TEST}/{{test_set}}.npz"
ATTENTION = f"{RUN}/attention/{{test_set}}.npz"
RANKED = f"{RUN}/{RANKS}/{{test_set}}"
CHECK = f"{DATASET}/dataset.json"
ADMISSION = f"{DATASET}/admitted.json"
"""Under results/<scale>, with the wildcards of the workflow's rules."""

FILES = (f"{RUN}/{WEIGHTS}", f"{RUN}/{RECORD}", EVALUATION, ARRAYS, ATTENTION)
"""The files that rules make of a run."""

TRAIN_LOG = f"train/{RUN}.log"
EVALUATE_LOG = f"evaluate/{RUN}/{{test_set}}.log"
ATTENTION_LOG = f"attention/{RUN}/{{test_set}}.log"
CHECK_LOG = f"check/{DATASET}.log"
ADMIT_LOG = f"admit/{DATASET}.log"
"""Under logs/<scale>."""

FAILED = ".failed.json"
"""Suffix of the note that a failed job leaves in place of its log's `.log`."""

WILDCARDS = {
    "reading": "|".join(READINGS),
    "dataset": r"[a-z0-9-]+",
    "test_set": r"[a-z0-9-]+",
    "model": r"[a-z0-9_-]+",
    "seed": r"0|[1-9]\d*",
}
"""What each wildcard matches."""


def pattern(template: str) -> str:
    """The regular expression of the paths that a template such as :data:`RUN` formats."""
    wildcard = re.compile(r"\\{(\w+)\\}")
    return wildcard.sub(lambda name: f"(?:{WILDCARDS[name[1]]})", re.escape(template))


_WHOLE = re.compile(r"(\d+)")


def by_number(name: object) -> list[int | str]:
    """For sorting: a path or a phrase with its whole numbers by size, seed2 before seed10."""
    parts = _WHOLE.split(str(name))
    return [int(part) if part.isdecimal() else part for part in parts]


RANKED_INDEX = "index.json"
"""In the folder :data:`RANKED` of a reader's own pictures: which query has which."""

_ANY = dict.fromkeys(WILDCARDS, "*")
RUNS = f"{RUN}/{RECORD}".format(**_ANY)
EVALUATIONS = EVALUATION.format(**_ANY)
PICTURES = f"{RANKED.format(**_ANY)}/{RANKED_INDEX}"
NOTES = f"*{FAILED}"
"""Patterns for `Path.glob`; notes for `Path.rglob`."""

SEED = re.compile(r"seed(\d+)")
"""A seed's folder, also one that is misspelled, such as `seed00`."""


@dataclass(frozen=True, order=True)
class Run:
    """One training."""

    reading: str
    dataset: str
    model: str
    seed: int

    @property
    def folder(self) -> str:
        """Its folder under results/<scale>."""
        return RUN.format(**vars(self))

    @property
    def record(self) -> str:
        """Its run.json under results/<scale>."""
        return f"{self.folder}/{RECORD}"

    @classmethod
    def parse(cls, folder: PurePath) -> "Run | None":
        """The run that belongs in this folder; None if that is not the folder of a seed."""
        *names, seed = folder.parts[-4:]
        match = SEED.fullmatch(seed)
        run = cls(*names, int(match[1])) if match and len(names) == 3 else None
        return run if run and run.folder.endswith(f"/{seed}") else None


@dataclass(frozen=True, order=True)
class Evaluation:
    """One run on one test set."""

    run: Run
    test_set: str

    @property
    def file(self) -> str:
        """Its record under results/<scale>; its arrays lie beside it as .npz."""
        return EVALUATION.format(**vars(self.run), test_set=self.test_set)

    @property
    def attention(self) -> str:
        """The run's attention maps of the same test set, under results/<scale>."""
        return ATTENTION.format(**vars(self.run), test_set=self.test_set)

    @property
    def ranks(self) -> str:
        """The folder of pictures of its ranked lists, under results/<scale>; never shipped."""
        return RANKED.format(**vars(self.run), test_set=self.test_set)

    @property
    def notes(self) -> list[str]:
        """The failure notes that may say why it is missing, under logs/<scale>, nearest first."""
        run = vars(self.run)
        sets = [run, run | {"dataset": self.test_set}]
        logs = [EVALUATE_LOG.format(**run, test_set=self.test_set), TRAIN_LOG.format(**run)]
        logs += [log.format(**names) for log in (ADMIT_LOG, CHECK_LOG) for names in sets]
        return [log.removesuffix(".log") + FAILED for log in logs]

    @classmethod
    def parse(cls, file: PurePath) -> "Evaluation | None":
        """The evaluation that belongs in this file; None if its run's folder is not one."""
        run = Run.parse(file.parent.parent)
        return cls(run, file.stem) if run and file.parent.name == TEST else None
