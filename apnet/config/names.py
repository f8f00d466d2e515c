"""Model names: one spelling each, one parser.

    <backbone>[-se | -stacked-<k>3 | -apnet-<k><L>[-r<R>]][-multipart]

The backbone has its torchvision name. k is the letter of an attention: c over channels, s over
space (:mod:`apnet.config.attentions`). L is the number of pyramid levels, R the split radix, 2
when absent. A bare backbone is the paper's APNet_0. The names of other methods, such as
`pyramid-resnet101`, are whole names (:mod:`apnet.config.methods`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from apnet.config.attentions import LETTERS
from apnet.config.backbones import backbone_module, backbones
from apnet.config.methods import MethodSpec, methods, unknown
from apnet.errors import InputError, did_you_mean
from apnet.lazy import file_of

LEVELS = (1, 2, 3)
DEFAULT_RADIX = 2

_KIND = f"[{''.join(LETTERS)}]"
_FORM = re.compile(
    r"(?P<backbone>[a-z0-9_]+?)"
    rf"(?:-(?P<se>se)|-stacked-(?P<stacked>{_KIND})3"
    rf"|-apnet-(?P<kind>{_KIND})(?P<level>\d+)(?:-r(?P<radix>\d+))?)?"
    r"(?P<multipart>-multipart)?"
)


@dataclass(frozen=True)
class ModelName:
    """A parsed model name.

    Attributes:
        text: the canonical spelling.
        backbone: name of the backbone.
        attention: `none`, `se` (inside every block, SE-ResNet), or a kind of
            :mod:`apnet.config.attentions`: `channel`, `spatial`.
        level: pyramid levels L after each stage; 0 without a pyramid or a stack.
        radix: split radix R. Level i has R^(i-1) parts; in a stack every level is whole.
        stacked: the same attention three times in series, without a split.
        multipart: the two-part branch that the paper adds for CUHK03.
        baseline: another method, built by its own file; but for the backbone, the fields above
            do not describe it.
    """

    text: str
    backbone: str
    attention: str = "none"
    level: int = 0
    radix: int = DEFAULT_RADIX
    stacked: bool = False
    multipart: bool = False
    baseline: bool = False


def parse_model_name(text: str) -> ModelName:
    """Parse a model name.

    Raises:
        InputError: not a name of this form, or a second spelling of one; the
            message gives the canonical name or lists what exists.
    """
    if text in _baselines():
        return ModelName(text, _baselines()[text].models[text], baseline=True)
    match = _match(text)
    if match is None:
        near = did_you_mean(text, model_names())
        raise unknown(f"unknown model {text!r}: names are {grammar()}{near}")
    backbone, multipart = match["backbone"], match["multipart"] is not None
    if match["se"]:
        if backbones()[backbone].se is None:
            raise InputError(f"model {text!r}: -se is not defined for {backbone}")
        return ModelName(text, backbone, attention="se", multipart=multipart)
    if match["stacked"]:
        kind = LETTERS[match["stacked"]]
        return ModelName(text, backbone, kind, level=3, stacked=True, multipart=multipart)
    if match["kind"] is None:
        return ModelName(text, backbone, multipart=multipart)
    level, radix = int(match["level"]), int(match["radix"] or DEFAULT_RADIX)
    if level not in LEVELS:
        raise InputError(f"model {text!r}: a pyramid has 1, 2 or 3 levels, not {level}")
    if radix < 1:
        raise InputError(f"model {text!r}: the radix is 1 or more")
    if match["radix"] and (level == 1 or radix == DEFAULT_RADIX or match["radix"].startswith("0")):
        shown = "" if level == 1 or radix == DEFAULT_RADIX else f"-r{radix}"
        why = "a single level is never split" if level == 1 else "one spelling each"
        canonical = f"{backbone}-apnet-{match['kind']}{level}{shown}{match['multipart'] or ''}"
        raise InputError(f"model {text!r} is spelled {canonical!r} ({why})")
    return ModelName(text, backbone, LETTERS[match["kind"]], level, radix, multipart=multipart)


def model_names() -> list[str]:
    """Every model of the usual radix and without a local branch; there are more of that form."""
    endings = ["", "-se", *(f"-stacked-{letter}3" for letter in LETTERS)]
    endings += [f"-apnet-{letter}{level}" for letter in LETTERS for level in LEVELS]
    return [
        *(
            f"{name}{ending}"
            for name, backbone in backbones().items()
            for ending in endings
            if ending != "-se" or backbone.se
        ),
        *methods(),
    ]


@cache
def _baselines() -> Mapping[str, MethodSpec]:
    """The other methods, none of which takes a name that is of the form above."""
    for name, method in methods().items():
        if match := _match(name):
            raise InputError(
                f"{file_of(method.module)}: the name {name!r} is a model's on the backbone of "
                f"{file_of(backbone_module(match['backbone']))}: choose another"
            )
    return methods()


def _match(text: str) -> re.Match[str] | None:
    match = _FORM.fullmatch(text)
    return match if match and match["backbone"] in backbones() else None


def grammar() -> str:
    """The forms of model names."""
    kinds = [f"-stacked-{k}3|-apnet-{k}<1-3>[-r<radix>]" for k in LETTERS]
    return (
        f"<backbone>[-se|{'|'.join(kinds)}][-multipart] "
        f"with a backbone of {', '.join(backbones())}, or {', '.join(methods())}"
    )
