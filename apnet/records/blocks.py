"""The objects inside the records of :mod:`apnet.records.schema`, and the types of their values.

The text below a field is its line in docs/records.md.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from apnet.config.former import SETTINGS, SWITCHES, recorded

Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Rank = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
Object = dict[str, Any]
Provenance = Literal["trained", "untrained", "imported"]
Version = Annotated[Count, Field(alias="schema")]


RANKS = (1, 5, 10, 20)
"""Whose accuracies every evaluation holds."""


def _rising(cmc: dict[str, float]) -> dict[str, float]:
    lacking = [rank for rank in RANKS if str(rank) not in cmc]
    if lacking:
        raise ValueError(f"lacks rank {lacking[0]}")
    _never_falls([cmc[rank] for rank in sorted(cmc, key=int)])
    return cmc


def _never_falls(curve: list[float]) -> list[float]:
    if curve != sorted(curve):
        raise ValueError("falls as the rank grows, which no ranking does")
    return curve


Cmc = Annotated[dict[Rank, Fraction], AfterValidator(_rising)]
Curve = Annotated[list[Fraction], Field(min_length=1), AfterValidator(_never_falls)]


def _with_epochs(settings: dict[str, object]) -> dict[str, object]:
    epochs = settings.get("epochs")
    if type(epochs) is not int or epochs < 0:
        raise ValueError(f"has {epochs!r:.60} for its epochs, not a whole number")
    return settings


def _present_names(renamed: Mapping[str, str]) -> AfterValidator:
    def read(given: dict[str, object]) -> dict[str, object]:
        for old, new in renamed.items():
            if old in given and new in given:
                raise ValueError(f"has {old}, which is {new} now, and {new} as well")
        return recorded(given, renamed)

    return AfterValidator(read)


Switches = Annotated[Object, _present_names(SWITCHES)]
RecipeSettings = Annotated[Object, _present_names(SETTINGS)]
TrainingSettings = Annotated[RecipeSettings, AfterValidator(_with_epochs)]
Images = Annotated[
    Literal["files", "cache", "device"],
    BeforeValidator(lambda images: "cache" if images == "store" else images),
]


class Record(BaseModel):
    """A JSON object of numbers that are finite and values that are not converted."""

    model_config = ConfigDict(
        defer_build=True,
        strict=True,
        extra="allow",
        allow_inf_nan=False,
        validate_by_name=True,
        use_attribute_docstrings=True,
    )

    def content(self) -> dict[str, object]:
        """Its JSON object, without the fields that have not been set."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class _Counts(Record):
    model_config = ConfigDict(extra="forbid")


class Split(_Counts):
    """Of one split: images, identities and cameras."""

    images: Count
    identities: Count
    cameras: Count


class DataCounts(_Counts):
    """`data.counts`"""

    train: Split
    """`images`, `identities`, `cameras`"""
    query: Split
    """likewise"""
    gallery: Split
    """likewise, without junk"""
    junk: Count
    """gallery images that are left out"""
    distractors: Count
    """gallery images of identity 0, where no query has it; kept or dropped, as `protocol` says"""


class Data(Record):
    """`data`"""

    name: str
    """the dataset"""
    fingerprint: str
    """SHA-256 of what `sha256sum` prints of the images used, by name, and of their labels where a
    list gives them. In the workflow they are read once, for `dataset.json`; afterwards names,
    sizes and labels tell whether they are still these"""
    counts: DataCounts
    """see below"""
    synthetic: bool
    """whether the images were drawn"""
    published: bool
    """whether the counts are the published ones"""
    variant: str = ""
    """which variant of the dataset it is; empty for the usual one"""


class Arithmetic(Record):
    """`arithmetic`"""

    precision: str
    """of matrix products and convolutions"""
    deterministic: bool
    """whether the same command gives the same bytes"""


class TrainingArithmetic(Arithmetic):
    """`arithmetic` of a training"""

    channels_last: bool
    """layout of images in memory ([speed.md](speed.md))"""
    fused: bool
    """whether the optimiser is one kernel"""
    compile: bool
    """whether the network was compiled"""


class GpuArithmetic(Arithmetic):
    """`arithmetic` on a GPU"""

    cudnn_benchmark: bool
    """whether cuDNN chose its kernels by timing them"""
    tf32_convolutions: bool
    """whether convolutions rounded to TF32"""
    tf32_matmul: bool
    """whether matrix products rounded to TF32"""


class GpuTrainingArithmetic(GpuArithmetic, TrainingArithmetic):
    """`arithmetic` of a training on a GPU"""


class Hardware(Record):
    """`hardware`"""

    device: str
    """as PyTorch names it"""
    cpu: str
    """the processor"""
    threads: Count
    """of the CPU that the job was given"""


class GpuHardware(Hardware):
    """`hardware` with a GPU"""

    gpu: str
    """its name"""
    gpu_memory_mb: Count
    """its memory, in MiB"""
    gpu_share: Fraction = Field(default=None)
    """what the job had of it, where others computed on it too (`gpu_share` of the config)"""
    # A PyTorch for AMD's GPUs calls them cuda as well, and has no CUDA.
    cuda: str | None
    """version of CUDA"""
    cudnn: Count | None
    """version of cuDNN"""


class Environment(Record):
    """`environment`"""

    python: str
    """version of Python"""
    platform: str
    """operating system"""
    numpy: str | None
    """its version; `null` if not installed"""
    pillow: str | None
    """likewise"""
    safetensors: str | None
    """likewise"""
    torch: str | None
    """likewise"""
    torchvision: str | None
    """likewise"""


class Git(Record):
    """`git`"""

    commit: str
    """that the package ran from"""
    uncommitted_changes: bool
    """whether tracked files differed from it"""


class SourceFile(Record):
    """`weights` and `imported`"""

    file: str
    """name of the file"""
    sha256: str
    """of its bytes"""
    names: str = ""
    """of an import: whose names the weights had, `apnet`, `released` or `rga`"""
    key: str = ""
    """of an import: under which key of the file they lay; absent if it held nothing else"""
    left: list[str] = Field(default_factory=list)
    """likewise: the keys of other tensors, which were not taken, such as `model_ema`"""


class Protocol(Record):
    """`protocol`"""

    distance: str
    """between embeddings"""
    query: str
    """`single`: each query image by itself"""
    flip: bool
    """whether the mirror image's embedding is added"""
    feature: str
    """`bn` or `logits`"""
    checkpoint: str
    """`last`: the weights after the last step"""
    junk: str
    """what becomes of junk images"""
    distractors: str
    """`kept` or `dropped`"""
    switches: Object = Field(default_factory=dict)
    """those of the test set's dataset"""


class TestCounts(_Counts):
    """`counts` of an evaluation"""

    __test__ = False

    query: Count
    """query images"""
    valid_query: Count
    """those that have a true match"""
    gallery: Count
    """gallery images, without junk"""
    junk: Count
    """gallery images that were left out"""
    distractors: Count
    """gallery images of identity 0, where no query has it; kept or dropped, as `protocol` says"""


class Training(Record):
    """`training`"""

    switches: Switches
    """as in run.json"""
    recipe: str
    """likewise"""
    settings: RecipeSettings
    """likewise"""
    code_fingerprint: str
    """likewise"""
    data: Data
    """likewise"""
    provenance: Provenance
    """likewise"""
    paper_recipe: bool
    """whether the settings are the paper's"""
