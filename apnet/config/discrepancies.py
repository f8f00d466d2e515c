"""Why a switch of the readings exists: what the paper says, what its authors' code does.

Three sources stand beside the paper's text: the released code (commit 95fc5b5), and, where it
differs, the byte code in the release's first commit (badae65), compiled on the authors' machine
from loaders older than the released ones. Kinds as in SciCoQA.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["difference", "paper omission", "code omission"]


@dataclass(frozen=True)
class Discrepancy:
    """Where the paper and its authors' code do not agree.

    Attributes:
        kind: a *difference* between what both have; a *paper omission* of what the code does;
            a *code omission* of what the paper describes.
        paper: what the paper says, and where; a phrase.
        code: what the released code has; a phrase.
        byte_code: what the authors' byte code has, with the date of its source; empty where it
            holds nothing on this.
    """

    kind: Kind
    paper: str
    code: str
    byte_code: str = ""


OF_METHOD = {
    "level_order": Discrepancy(
        "difference",
        paper="level 1 first: Eqs. 1 and 3, Fig. 2",
        code="the highest level is applied first",
    ),
    "sub_attention": Discrepancy(
        "difference",
        paper="an SE block for each part: Eqs. 2 and 5",
        code="the parts are summed and pooled, and one bottleneck gives each its weights",
    ),
    "normaliser": Discrepancy(
        "difference",
        paper="a sigmoid; Eqs. 3 and 5 read together would apply it twice, here it acts once",
        code="a sigmoid at level 1, a softmax over the parts above",
    ),
    "se_hidden": Discrepancy(
        "paper omission",
        paper="no reduction is given",
        code="8 at every width",
    ),
    "level_batchnorm": Discrepancy(
        "paper omission",
        paper="none is mentioned",
        code="after each level from 2 on, with its bias frozen at 0",
    ),
    "stages": Discrepancy(
        "difference",
        paper='"after all four residual blocks": Section IV-B',
        code="after the stem as well",
    ),
    "stem_relu": Discrepancy(
        "code omission",
        paper="ResNet-50, whose stem has one: Section IV-B",
        code="it is commented out",
    ),
    "local_branch": Discrepancy(
        "code omission",
        paper='"splits the feature map into two parts" for CUHK03, and leaves open which: '
        "Section IV-D",
        code="nothing is split",
    ),
    "smoothing_classes": Discrepancy(
        "difference",
        paper="K identities: Eq. 8",
        code="751 for every dataset, as nothing sets it",
    ),
    "batchnorm_batch": Discrepancy(
        "paper omission",
        paper="a batch of 80 on two GPUs, no word on statistics: Section IV-B",
        code="40 images on each of two devices, and the first one's statistics are kept",
    ),
}
"""Each switch of the method; those of a dataset's protocol stand in its file."""
