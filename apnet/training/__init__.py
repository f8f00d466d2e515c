"""Training: losses, schedule, the loop, and the run that they make."""

from apnet.lazy import exports

_HOME = {
    "BatchHardTripletLoss": "losses",
    "LabelSmoothedCrossEntropy": "losses",
}

__getattr__, __all__ = exports(__name__, _HOME)
