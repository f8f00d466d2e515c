"""What a backbone is: its facts and its builder, one file each in `apnet/models/backbones`.

Those files load no torch before a network is built, so all facts are known while planning.
"""

import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from apnet.errors import InputError
from apnet.lazy import file_of, load

if TYPE_CHECKING:
    from torch import nn

FOLDER = "apnet.models.backbones"

OPEN_STAGES = (
    "the paper does not say where its pyramids stand on this backbone, nor which last stride "
    "is 1: docs/backbones.md"
)


@dataclass(frozen=True)
class BackboneSpec:
    """A backbone: a stem and four stages, the last with a stride of 1 (Section IV-B).

    Attributes:
        name: as it stands in model names.
        widths: channels after the stem and after each stage.
        lengths: length of an image's side in pixels -> that of the map's after the stem and
            after each stage.
        smallest_side: of an image in pixels; the last map of a smaller one has no pixel.
        build: name -> the network without its classifier.
        stages: network, whether the stem keeps its ReLU (a ResNet's has one) -> the modules
            of the stem and of each stage, in order.
        thin: as `build`, a small network with the same strides and the same channels after each
            stage; None where there is none, and recipes of thin networks take the full one.
        se: path (:func:`apnet.lazy.load`) of the builder with SE in every block, (name, whether
            thin) -> network; None where `-se` is not defined.
        multipart: whether `-multipart` is defined.
        small_size: height and width of images in recipes of thin networks, where the recipe's are
            too small.
        caveat: what the paper leaves open on this backbone, for reports.
        weights_url: the ImageNet weights of the paper's time; None: the user brings a file.
        classifier: how names of weights that are left out begin.
        rename: a name in an ImageNet file -> the network's.
    """

    name: str
    widths: tuple[int, int, int, int, int]
    lengths: Callable[[int], tuple[int, int, int, int, int]]
    smallest_side: int
    build: Callable[[str], "nn.Module"]
    stages: Callable[["nn.Module", bool], Sequence[Sequence["nn.Module"]]]
    thin: Callable[[str], "nn.Module"] | None = None
    se: str | None = None
    multipart: bool = False
    small_size: tuple[int, int] | None = None
    caveat: str | None = None
    weights_url: str | None = None
    classifier: tuple[str, ...] = ("fc.",)
    rename: Callable[[str], str] = lambda name: name


@cache
def backbones() -> Mapping[str, BackboneSpec]:
    """Every backbone by name: the `SPECS` of each file in :data:`FOLDER`.

    Raises:
        InputError: a file without such `SPECS`, or a name that is taken or that no model can have.
    """
    return {name: spec for name, (_, spec) in _declared().items()}


def backbone_module(name: str) -> str:
    """The module of the file that declares a backbone, whosever builder it uses."""
    return _declared()[name][0]


@cache
def _declared() -> Mapping[str, tuple[str, BackboneSpec]]:
    declared: dict[str, tuple[str, BackboneSpec]] = {}
    for file in pkgutil.iter_modules(import_module(FOLDER).__path__, f"{FOLDER}."):
        for spec in _specs(file.name):
            if spec.name in declared:
                raise InputError(
                    f"{file_of(declared[spec.name][0])} and {file_of(file.name)} both have a "
                    f"backbone {spec.name!r}: give one another name"
                )
            declared[spec.name] = file.name, spec
    return declared


def _specs(module: str) -> Sequence[BackboneSpec]:
    specs = load(f"{module}:SPECS")
    if not isinstance(specs, Sequence) or not all(isinstance(s, BackboneSpec) for s in specs):
        raise InputError(f"{file_of(module)}: SPECS is to be a tuple of BackboneSpec")
    for spec in specs:
        if not re.fullmatch("[a-z0-9_]+", spec.name):
            raise InputError(
                f"{file_of(module)}: a backbone is not called {spec.name!r}: take small letters, "
                f"digits and _"
            )
    return specs


def halved(length: int) -> int:
    """Length after a stride of 2 with padding that keeps every pixel."""
    return (length + 1) // 2
