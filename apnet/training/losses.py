"""The two training losses: identity classification and batch-hard triplets (Section III-C)."""

import torch
from torch import Tensor, nn


class LabelSmoothedCrossEntropy(nn.Module):
    """Cross-entropy against smoothed labels (Eq. 8), averaged over the batch.

    Args:
        num_classes: K, the divisor of the smoothing term. Taken as given, so that the
            release's fixed 751 can be used with any number of logits; the targets then
            no longer sum to one.
        epsilon: smoothing rate.
    """

    def __init__(self, num_classes: int, epsilon: float = 0.1) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.epsilon = epsilon

    def forward(self, logits: Tensor, ids: Tensor) -> Tensor:
        """Loss of `logits` (N x classes, any real) for labels `ids` (N, int64)."""
        log_probability = torch.log_softmax(logits.float(), dim=1)
        target = log_probability.gather(1, ids.unsqueeze(1)).squeeze(1)
        smoothing = log_probability.sum(dim=1) * (self.epsilon / self.num_classes)
        return -((1 - self.epsilon) * target + smoothing).mean()


class BatchHardTripletLoss(nn.Module):
    """Triplet loss over the farthest positive and the nearest negative of each anchor (Eq. 6).

    Euclidean distance, features not normalised. As released, an anchor counts among its
    own positives, at a distance of 1e-6.

    Args:
        margin: m of Eq. 6.
    """

    def __init__(self, margin: float = 0.3) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, features: Tensor, ids: Tensor) -> Tensor:
        """Loss of `features` (N x d) with identities `ids` (N), averaged over the N anchors.

        With a single identity there is no negative and the loss is 0.
        """
        distance = _distances(features.float())
        same = ids.unsqueeze(0) == ids.unsqueeze(1)
        positive = distance.masked_fill(~same, -torch.inf).amax(dim=1)
        negative = distance.masked_fill(same, torch.inf).amin(dim=1)
        return torch.relu(positive - negative + self.margin).mean()


def _distances(features: Tensor) -> Tensor:
    """Euclidean distances between all rows; clamped, since sqrt has no gradient at 0."""
    squares = features.square().sum(dim=1)
    squared = squares.unsqueeze(0) + squares.unsqueeze(1) - 2 * features @ features.T
    return squared.clamp(min=1e-12).sqrt()
