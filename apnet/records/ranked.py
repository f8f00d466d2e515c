"""What `apnet ranks` records beside its pictures: for some queries, what stands first and why.

As :mod:`apnet.records.other_jobs`. Names of images alone; the pictures stay where they were made.
"""

from typing import Annotated

from pydantic import Field

from apnet.records.blocks import Count, Data, Fraction, Object, Record, Version

Place = Annotated[int, Field(ge=1)]


class RankedImage(Record):
    """Of `nearest` of a query."""

    rank: Place
    """from 1"""
    image: str
    """name of its file"""
    identity: int
    """who it shows; 0 may be a distractor, as in [evaluation.md](evaluation.md)"""
    camera: int
    """which took it"""
    right: bool
    """whether it is a true match"""


class RankedQuery(Record):
    """Of `queries` in a record of ranked lists."""

    row: Count
    """its place in the arrays of test/&lt;test set&gt;.npz, from 0"""
    image: str
    """name of its file"""
    identity: int
    """who it shows"""
    camera: int
    """which took it"""
    average_precision: Fraction
    """of the whole ranking: the mean of *k* / rank of the *k*-th true match"""
    match_ranks: Annotated[list[Place], Field(min_length=1)]
    """ranks of all its true matches, ascending"""
    left_out: Count
    """gallery images of its identity by its camera, which take no rank"""
    nearest: list[RankedImage]
    """the first of the ranking, see below"""
    picture: str | None
    """file of its picture, in the same folder; `null` where all stand in one figure"""


class Agreement(Record):
    """`recorded` in a record of ranked lists."""

    file: str
    """the evaluation's record, of the same weights, images and protocol"""
    differ: Count
    """queries whose average precision is another there: of another machine, or other batches"""


class RankedLists(Record):
    """ranks/&lt;test set&gt;/index.json, or the .json beside one figure."""

    version: Version
    """as above"""
    run: str
    """folder of the run, as it was called"""
    model: str
    """of the run"""
    training_set: str
    """of the run: its `dataset`"""
    dataset: str
    """the test set"""
    reading: str
    """of the run"""
    recipe: str
    """of the run"""
    seed: Count
    """of the run"""
    checkpoint_sha256: str
    """of the run"""
    feature: str
    """what is compared, as in `protocol`"""
    switches: Object
    """of the test set, as in `protocol`"""
    data: Data
    """of the test set"""
    chosen: str
    """which queries these are, in words"""
    recorded: Agreement | None
    """what an evaluation recorded of the same, see below; `null`: none is in its place"""
    queries: list[RankedQuery]
    """in the order of the pictures, see below"""
