"""What the accuracies of an evaluation have to beat, in its record."""

from apnet.records.blocks import Cmc, Fraction, Record


class Accuracies(Record):
    """Scores of a test set."""

    mAP: Fraction
    """a share"""
    cmc: Cmc
    """shares by rank"""


class WithoutLearning(Record):
    """`without_learning`"""

    random_ranking: Accuracies
    """`mAP` and `cmc` of a gallery in random order, on average"""
    untrained: Accuracies | None
    """the same of the run's network before its first step; `null`: it started from ImageNet
    weights"""
