"""Training: losses, schedule, the loop, and the run that they make."""

from apnet.training.losses import BatchHardTripletLoss, LabelSmoothedCrossEntropy

__all__ = ["BatchHardTripletLoss", "LabelSmoothedCrossEntropy"]
