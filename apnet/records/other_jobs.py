"""What jobs beside training and evaluation record: attention maps, costs, checks of datasets.

As :mod:`apnet.records.schema`, whose lines in docs/records.md they continue.
"""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field

from apnet.records.blocks import (
    Amount,
    Count,
    Data,
    DataCounts,
    Object,
    Record,
    Version,
)

_Value = TypeVar("_Value")


def _of_both(values: dict[str, _Value]) -> dict[str, _Value]:
    lacking = [name for name in ("thop", "torch") if name not in values]
    if lacking:
        raise ValueError(f"lacks {lacking[0]}")
    return values


class AttentionMaps(Record):
    """`about` in attention/<test set>.npz."""

    version: Version
    """as above"""
    run: str
    """folder of the run, as it was called"""
    model: str
    """of the run"""
    training_set: str
    """of the run: its `dataset`"""
    dataset: str
    """whose queries they are"""
    code_fingerprint: str
    """of the modules that make maps"""
    reading: str
    """of the run"""
    seed: Count
    """of the run"""
    order: Literal["coarse-to-fine", "fine-to-coarse"]
    """in which the network runs its levels"""
    training_data: Data
    """the run's `data`"""
    checkpoint_sha256: str
    """of the run"""
    stage: str
    """after whose pyramid"""
    parts: Annotated[list[Count], Field(min_length=1)]
    """of each level, the first level first"""
    data: Data
    """of `dataset`"""


class Cost(Record):
    """What `apnet complexity --out` writes of a model."""

    version: Version
    """as above"""
    model: str
    """its name"""
    reading: str
    """of the paper"""
    switches: Object = Field(default_factory=dict)
    """the reading, switch by switch"""
    code_fingerprint: str = ""
    """of the modules that count"""
    input: Annotated[list[Count], Field(min_length=2, max_length=2)]
    """height and width of the image"""
    gflops: Annotated[dict[str, Amount], AfterValidator(_of_both)]
    """by rule: `thop-0.0.31` as the paper counted, `thop` and `torch` as their present versions"""
    params: Count
    """parameters without the classifier"""
    classifier_params: Count
    """parameters of the classifier"""
    versions: Annotated[dict[str, str], AfterValidator(_of_both)]
    """of `thop` and `torch`"""


class SwitchChange(Record):
    """A value of `switches` in what `apnet switch-effects --out` writes."""

    written: Any
    """its value in the reading `written`"""
    other: Any
    """the other value: the one of `released`, or where the two are the same, another"""
    refused: str = ""
    """why no such network can be built; then it has nothing of what follows"""
    gflops: Amount = 0
    """with the other value"""
    params: Count = 0
    """likewise, without the classifier"""
    outputs: Amount | None = None
    """relative difference of embeddings with the same weights, by their norm; `null`: the weights
    have other shapes"""
    new_weights: Count = 0
    """tensors that the network as written has not; they are as drawn"""
    losses: Annotated[list[float], Field(max_length=2)] = Field(default_factory=list)
    """where outputs are the same: loss of a fixed batch before the first step, as written and
    with the other value"""


class SwitchEffects(Record):
    """What `apnet switch-effects --out` writes of a model."""

    version: Version
    """as above"""
    model: str
    """its name"""
    rules: str
    """of counting operations"""
    input: Annotated[list[Count], Field(min_length=2, max_length=2)]
    """height and width of the image whose operations are counted"""
    network: str
    """size of the network whose outputs and losses are compared: `thin` or `full`"""
    images: Annotated[list[Count], Field(min_length=3, max_length=3)]
    """number, height and width of the random images whose embeddings are compared"""
    loss_images: Annotated[list[Count], Field(min_length=3, max_length=3)]
    """the same of the batch of `losses`"""
    written: Object
    """`gflops` and `params` as written"""
    switches: dict[str, SwitchChange]
    """each switch of the method alone; `reading` is all of them at once"""
    code_fingerprint: str
    """of the modules that measure"""
    versions: Annotated[dict[str, str], AfterValidator(_of_both)]
    """of `thop` and `torch`"""


class FileProblem(Record):
    """Of `problems` in a check of a dataset."""

    file: str
    """under the dataset's folder"""
    problem: str
    """what is wrong with it"""


class DatasetCheck(Record):
    """What `apnet data check --out` writes of a dataset."""

    name: str
    """the dataset"""
    root: str = ""
    """its folder"""
    reading: str = ""
    """of the paper, which decides the protocol"""
    counts: DataCounts
    """as in `data`"""
    published_counts: DataCounts | None
    """likewise, as published; `null` for a custom dataset"""
    published: bool
    """whether the two are equal"""
    synthetic: bool
    """whether the images were drawn"""
    drawn: Object | None = None
    """how, by its marker: `identities`, `seed`, `code`; `null`: it was not, or lacks its marker"""
    fingerprint: str
    """as in `data`"""
    listing: str
    """SHA-256 of names, sizes and labels, by which jobs recognise these images"""
    variant: str
    """as in `data`"""
    problem_count: Count
    """how many files are wrong"""
    problems: list[FileProblem]
    """the first of them, each a `file` and its `problem`"""
    note_count: Count = 0
    """how many files have the bytes of another identity's or split's"""
    notes: list[Object] = Field(default_factory=list)
    """the first of them, each a `file` and its `note`"""
