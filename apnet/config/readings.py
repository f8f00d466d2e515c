"""The two readings of the paper: the method as `written`, the code as `released`.

The paper's text and the code its authors released (commit 95fc5b5) describe
different methods. Each point where they differ is a switch here. Where the paper
is silent, `written` takes the released value, so the readings differ only where
the paper says otherwise. docs/readings.md sets them side by side. Switches of one
dataset's protocol stand in that dataset's file (apnet/data/datasets/).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib import import_module
from types import ModuleType

from apnet.config.discrepancies import Discrepancy
from apnet.config.former import SWITCHES, current
from apnet.errors import InputError, one_of

STAGES = ("stage1", "stage2", "stage3", "stage4")


@dataclass(frozen=True)
class Switch:
    """A switch that belongs to one dataset and acts on no other; declared in that dataset's file.

    Attributes:
        name: as `switches:` of a config and `--switch` have it; no other dataset's.
        choices: its values.
        written, released: its value under each reading.
        about: what it decides, as a sentence.
        discrepancy: of paper and code, for which it exists.
    """

    name: str
    choices: tuple[str, ...]
    written: str
    released: str
    about: str
    discrepancy: Discrepancy

    def of(self, reading: "Reading") -> str:
        """Its value under a reading."""
        return dict(reading.overrides).get(self.name, self.usual(reading.name))

    def usual(self, reading: str) -> str:
        """Its value under the reading of that name, unless it is overridden."""
        return {"written": self.written, "released": self.released}[reading]


@dataclass(frozen=True)
class Reading:
    """One value for every switch. Field order is the order in which they are shown."""

    name: str
    level_order: str
    """`coarse-to-fine` (Eqs. 1 and 3, Fig. 2) or `fine-to-coarse` (release)."""
    sub_attention: str
    """`se-per-part`: an SE block for each part (Eqs. 2 and 5);
    `split-attention`: one bottleneck shared by the parts of a level (release)."""
    normaliser: str
    """`sigmoid` on the merged map (Eq. 3), or `softmax` over the parts of levels
    of two parts and more, with the sigmoid at level 1 (release)."""
    se_hidden: int
    """Width of an SE block's hidden layer, per part. Not in the paper; 8 in the release."""
    level_batchnorm: bool
    """A BatchNorm with its bias frozen at 0 after each level >= 2 (release only)."""
    stages: tuple[str, ...]
    """What pyramids stand after: the four stages (Section IV-B), or the stem as well (release)."""
    stem_relu: bool
    """The ReLU of ResNet's stem (He et al.); commented out in the release."""
    local_branch: str
    """What a `-multipart` model splits in two for CUHK03; Section IV-B leaves it open. `own`: the
    map of a last stage of its own, as in MGN; `shared`: the map that all of the model shares."""
    smoothing_classes: int | None
    """K of label smoothing (Eq. 8): None is the number of identities; always 751 in the release."""
    batchnorm_batch: int | None
    """Images that share BatchNorm statistics in training: None is the whole batch;
    40 in the release (a batch of 80 on two devices, the first one's statistics kept)."""
    overrides: tuple[tuple[str, str], ...] = ()
    """Switches of datasets that differ from the reading's, each with its value, sorted."""

    def switches(self, *datasets: str) -> dict[str, object]:
        """Every switch of the method and its value, as recorded with each run; tuples as lists.

        Args:
            datasets: whose switches are included.
        """
        method = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in vars(self).items()
            if key in METHOD
        }
        of_datasets = (switch for name in datasets for switch in _registry().switches_of(name))
        return method | {switch.name: switch.of(self) for switch in of_datasets}

    def with_switches(self, /, *datasets: str, **switches: object) -> "Reading":
        """The same reading with some switches, of the method or of a dataset, changed.

        Args:
            datasets: whose switches are looked at first.

        Raises:
            InputError: unknown switch, or a value that a switch does not have.
        """
        method = {key: value for key, value in switches.items() if key in METHOD}
        for switch, value in method.items():
            _check_value(switch, value)
        overrides = dict(self.overrides)
        for name in switches.keys() - method.keys():
            switch, value = _registry().find_switch(name, datasets), switches[name]
            if value not in switch.choices:
                raise one_of(f"value of the switch {name}", value, switch.choices)
            overrides[name] = value
            if value == switch.usual(self.name):
                del overrides[name]
        return replace(self, **method, overrides=tuple(sorted(overrides.items())))


METHOD = tuple(field.name for field in fields(Reading) if field.name not in ("name", "overrides"))
"""The switches of the method."""


WRITTEN = Reading(
    name="written",
    level_order="coarse-to-fine",
    sub_attention="se-per-part",
    normaliser="sigmoid",
    se_hidden=8,
    level_batchnorm=False,
    stages=STAGES,
    stem_relu=True,
    local_branch="own",
    smoothing_classes=None,
    batchnorm_batch=None,
)

RELEASED = Reading(
    name="released",
    level_order="fine-to-coarse",
    sub_attention="split-attention",
    normaliser="softmax",
    se_hidden=8,
    level_batchnorm=True,
    stages=("stem", *STAGES),
    stem_relu=False,
    local_branch="own",
    smoothing_classes=751,
    batchnorm_batch=40,
)

READINGS = {reading.name: reading for reading in (WRITTEN, RELEASED)}


CHOICES = {
    "level_order": ("coarse-to-fine", "fine-to-coarse"),
    "sub_attention": ("se-per-part", "split-attention"),
    "normaliser": ("sigmoid", "softmax"),
    "local_branch": ("own", "shared"),
}
_COUNTS = {"se_hidden": False, "smoothing_classes": True, "batchnorm_batch": True}
"""Switch -> whether it may be None."""


def current_switches(switches: Mapping[str, object]) -> dict[str, object]:
    """Switches of a config or a command under today's names.

    Raises:
        InputError: a switch under both of its names.
    """
    return current("switch", switches, SWITCHES)


def get_reading(name: str, /, *datasets: str, **switches: object) -> Reading:
    """The reading `name`, with some switches changed.

    Args:
        datasets: whose switches are looked at first.

    Raises:
        InputError: unknown reading or switch, or a value that a switch does not have.
    """
    if name not in READINGS:
        raise one_of("reading", name, tuple(READINGS))
    switches = {
        switch: tuple(value) if isinstance(value, list) else value
        for switch, value in current_switches(switches).items()
    }
    return READINGS[name].with_switches(*datasets, **switches)


def _registry() -> ModuleType:
    """The registry of datasets, whose files import this module."""
    return import_module("apnet.data.registry")


def _check_value(switch: str, value: object) -> None:
    if switch in CHOICES:
        if value not in CHOICES[switch]:
            raise one_of(f"value of the switch {switch}", value, CHOICES[switch])
    elif switch == "stages":
        if not isinstance(value, tuple) or not value:
            raise InputError(f"the switch stages wants a list of stages, not {value!r}")
        for stage in value:
            if stage not in RELEASED.stages:
                raise one_of("stage", stage, RELEASED.stages)
    elif switch in _COUNTS:
        if not (_COUNTS[switch] if value is None else type(value) is int and value > 0):
            wanted = f"a number from 1{' or null' if _COUNTS[switch] else ''}"
            raise InputError(f"the switch {switch} wants {wanted}, not {value!r}")
    elif not isinstance(value, bool):
        raise InputError(f"the switch {switch} wants true or false, not {value!r}")


def as_reading(reading: str | Reading) -> Reading:
    """A reading, given as itself or by its name.

    Raises:
        InputError: unknown name.
    """
    return get_reading(reading) if isinstance(reading, str) else reading
