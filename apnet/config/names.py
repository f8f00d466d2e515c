"""Model names: one spelling each, one parser.

    <backbone>[-se | -stacked-<k>3 | -apnet-<k><L>[-r<R>]][-multipart]       k is c or s

The backbone has its torchvision name. k is c for attention over
channels, s over space.
L is the number of pyramid levels, R the split radix, 2 when absent. A bare
backbone is the paper's APNet_0. Peers, such as `pyramid-resnet101`, are whole names.
"""

import re
from dataclasses import dataclass

from apnet.errors import InputError

BACKBONES = ("resnet50", "resnet101", "densenet169", "inception_v3")
PEERS = ("pyramid-resnet50", "pyramid-resnet101")
LEVELS = (1, 2, 3)
DEFAULT_RADIX = 2

_FORM = re.compile(
    r"(?P<backbone>[a-z0-9_]+?)"
    r"(?:-(?P<se>se)|-stacked-(?P<stacked>[cs])3|-apnet-(?P<kind>[cs])(?P<level>\d+)(?:-r(?P<radix>\d+))?)?"
    r"(?P<multipart>-multipart)?"
)
_KINDS = {"c": "channel", "s": "spatial"}

FORMS = (
    "<backbone>[-se|-stacked-c3|-stacked-s3|-apnet-c<1-3>[-r<radix>]|-apnet-s<1-3>[-r<radix>]]"
    f"[-multipart] with a backbone of {', '.join(BACKBONES)}, or {', '.join(PEERS)}"
)


@dataclass(frozen=True)
class ModelName:
    """A parsed model name.

    Attributes:
        text: the canonical spelling.
        backbone: torchvision's name of the backbone.
        attention: `none`, `se` (inside every block, SE-ResNet), `channel` or `spatial`.
        level: pyramid levels L at each place; 0 without a pyramid or a stack.
        radix: split radix R. Level i has R^(i-1) parts; in a stack every level is whole.
        stacked: the same attention three times in series, without a split.
        multipart: the two-part branch that the paper adds for CUHK03.
        peer: another method, built by its own module; the fields above do not describe it.
    """

    text: str
    backbone: str
    attention: str = "none"
    level: int = 0
    radix: int = DEFAULT_RADIX
    stacked: bool = False
    multipart: bool = False
    peer: bool = False


def parse_model_name(text: str) -> ModelName:
    """Parse a model name.

    Raises:
        InputError: not a name of this form, or a second spelling of one; the
            message gives the canonical name or lists what exists.
    """
    if text in PEERS:
        return ModelName(text, backbone=text.removeprefix("pyramid-"), peer=True)
    match = _FORM.fullmatch(text)
    if match is None or match["backbone"] not in BACKBONES:
        raise InputError(f"unknown model {text!r}: names are {FORMS}")
    backbone, multipart = match["backbone"], match["multipart"] is not None
    if match["se"] and not backbone.startswith("resnet"):
        raise InputError(f"model {text!r}: -se is defined for the ResNet backbones only")
    if match["se"]:
        return ModelName(text, backbone, attention="se", multipart=multipart)
    if match["stacked"]:
        kind = _KINDS[match["stacked"]]
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
    return ModelName(text, backbone, _KINDS[match["kind"]], level, radix, multipart=multipart)
