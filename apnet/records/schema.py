"""What the records hold: run.json, a line of history.jsonl, and test/<test set>.json.

Writers construct these models and every reader loads them (:mod:`apnet.records.load`).
The text below a field is its line in docs/records.md. Keys that a model does not know are
kept, but for counts. A key of an older release is read under its present name.
"""

from typing import Annotated

from pydantic import AliasChoices, Field

from apnet.records.blocks import (
    Amount,
    Arithmetic,
    Cmc,
    Count,
    Curve,
    Data,
    Environment,
    Fraction,
    Git,
    GpuArithmetic,
    GpuHardware,
    GpuTrainingArithmetic,
    Hardware,
    Images,
    Protocol,
    Provenance,
    RecipeSettings,
    Record,
    SourceFile,
    Switches,
    TestCounts,
    Training,
    TrainingArithmetic,
    TrainingSettings,
    Version,
)
from apnet.records.floors import WithoutLearning
from apnet.records.galleries import OtherGallery

TRAINED, UNTRAINED, IMPORTED = "trained", "untrained", "imported"


class Run(Record):
    """run.json of any run."""

    version: Version
    """version of this format; a reader refuses another"""
    model: str
    """name of the model"""
    dataset: str
    """the training set"""
    reading: str
    """of the paper"""
    switches: Switches
    """the reading, switch by switch ([readings.md](readings.md))"""
    recipe: str
    """name of the training settings"""
    settings: RecipeSettings
    """the recipe, setting by setting"""
    seed: Count
    """of all random numbers"""
    settings_sha256: str
    """digest of the seven above"""
    code_fingerprint: str
    """of the modules that train, blind to comments and layout, with the version of its rule; one
    of another version is earlier code"""
    provenance: Provenance
    """`trained`, `untrained` (no step: its weights are random, or ImageNet's) or `imported`
    ([imported-weights.md](imported-weights.md))"""
    data: Data
    """the training set, see below"""
    weights: SourceFile | None
    """`file` and `sha256` of the ImageNet weights that training started from; `null`: none"""
    clamped: Annotated[list[str], Field(validation_alias=AliasChoices("clamped", "widened"))]
    """layers of a spatial pyramid whose width came to 0 on so small a map and was set to 1"""
    checkpoint_sha256: str
    """of `model.safetensors` beside it"""
    environment: Environment
    """Python, platform, versions of the packages that compute"""
    git: Git | None
    """`commit`, and `uncommitted_changes`: whether tracked files differed from it; `null` outside a
    checkout"""


class ImportedRun(Run):
    """run.json of a run that somebody else trained."""

    imported: SourceFile
    """of an imported run alone, which lacks all below: `file`, `sha256`, `names`, and of a
    file that held more, `key` and `left`"""


class TrainedRun(Run):
    """run.json of a run that was trained here."""

    settings: TrainingSettings
    """the recipe, setting by setting"""
    steps: Count
    """optimiser steps"""
    steps_per_epoch: Count
    """of them in an epoch"""
    wall_seconds: Amount
    """from the start to the weights. Of a training that was stopped, all its processes, each up to
    the checkpoint that the next one went on from"""
    images_per_second: Amount
    """images of all steps over `wall_seconds`, start and first epoch included"""
    peak_memory_mb: Count
    """the most memory of the (last) process, in MiB"""
    gpu_peak_memory_mb: Count = Field(default=None)
    """the same of the GPU, as PyTorch reserved it; on a GPU only"""
    images: Images
    """where they came from at the end: `files`, `cache`, `device`
    ([input-pipeline.md](input-pipeline.md)); the same pixels"""
    arithmetic: TrainingArithmetic
    """what was in force, see below"""
    hardware: Hardware
    """of the machine, see below"""


class GpuTrainedRun(TrainedRun):
    """run.json of a training on a GPU."""

    arithmetic: GpuTrainingArithmetic
    hardware: GpuHardware


class Epoch(Record):
    """A line of history.jsonl."""

    epoch: Count
    """from 1"""
    step: Count
    """the last of the epoch"""
    lr: float
    """learning rate"""
    loss: float
    """mean over the epoch, as the two below"""
    identity_loss: float
    """label-smoothed cross-entropy"""
    triplet_loss: float
    """batch-hard triplet loss"""
    seconds: Amount
    """that the epoch took the process that ended it"""
    images_per_second: Amount
    """of that process"""
    training: str = ""
    """which training: the folder of its checkpoints"""


class Evaluation(Record):
    """test/<test set>.json."""

    version: Version
    """as above"""
    run: str
    """folder of the run, as it was called"""
    model: str
    """of the run"""
    training_set: str
    """of the run: its `dataset`"""
    reading: str
    """of the run"""
    seed: Count
    """of the run"""
    dataset: str
    """the test set"""
    protocol: Protocol
    """how it was evaluated, see below ([evaluation.md](evaluation.md))"""
    mAP: Fraction
    """a share, not a percentage"""
    cmc: Cmc
    """shares by rank"""
    cmc_curve: Curve = Field(default=None)
    """shares by rank, from 1 to 50; absent in records of earlier versions"""
    mINP: Fraction = Field(default=None)
    """mean inverse negative penalty, a share; likewise"""
    other_gallery: OtherGallery = Field(default=None)
    """of a test set with distractors the scores without them, or with them if `protocol` drops
    them, see below; likewise"""
    counts: TestCounts
    """of the test set as evaluated, see below"""
    without_learning: WithoutLearning = Field(default=None)
    """what the accuracies have to beat, see below; absent in records of earlier versions"""
    checkpoint_sha256: str
    """of the run, so that it cannot be another's"""
    settings_sha256: str
    """likewise"""
    code_fingerprint: str
    """of the modules that evaluate"""
    training: Training
    """of the run, see below"""
    data: Data
    """of the test set, see below"""
    wall_seconds: Amount
    """of the evaluation"""
    images: Annotated[list[Images], Field(min_length=1)]
    """where they came from, as of a run"""
    batch: Count
    """images embedded at once"""
    arithmetic: Arithmetic
    """of the evaluation, see below"""
    hardware: Hardware
    """of the machine, see below"""


class GpuEvaluation(Evaluation):
    """test/<test set>.json of an evaluation on a GPU."""

    arithmetic: GpuArithmetic
    hardware: GpuHardware


def run_model(content: dict) -> type[Run]:
    """The model of a run's record; what an imported one lacks is asked of every other."""
    if content.get("provenance") == IMPORTED:
        return ImportedRun
    return GpuTrainedRun if _on_gpu(content) else TrainedRun


def evaluation_model(content: dict) -> type[Evaluation]:
    """The model of an evaluation's record."""
    return GpuEvaluation if _on_gpu(content) else Evaluation


def _on_gpu(content: dict) -> bool:
    hardware = content.get("hardware")
    device = hardware.get("device") if isinstance(hardware, dict) else None
    return str(device).startswith("cuda")
