"""The scores of an evaluation in its other gallery, in its record."""

from typing import Literal

from apnet.records.blocks import Count, Curve, Fraction
from apnet.records.floors import Accuracies


class OtherGallery(Accuracies):
    """`other_gallery`"""

    distractors: Literal["kept", "dropped"]
    """what becomes of them here: not what `protocol` says"""
    gallery: Count
    """its images"""
    cmc_curve: Curve
    """shares by rank, from 1 on"""
    mINP: Fraction
    """a share"""
