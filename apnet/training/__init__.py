"""Training: losses, schedule, the loop, and the run that they make."""

from apnet.lazy import exports

__getattr__, __all__ = exports(
    __name__, {"BatchHardTripletLoss": "losses", "LabelSmoothedCrossEntropy": "losses"}
)
