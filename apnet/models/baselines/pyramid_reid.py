"""Pyramid ReID (Zheng et al., CVPR 2019), reference [26], for its cost in Table III.

The last map is cut into 6 stripes; every group of adjacent ones, 21 in all, has a branch
of its own. Table IV gives it a ResNet-101, which its paper does not name; with a ResNet-50
it costs as much as APNet. Its authors' code builds a second set of 21 branches and never
runs them: they are left out. Its loss, which changes between two during training, is not
here; trained by this package it takes the recipe of the others.
"""

import torch
from torch import Tensor, nn

from apnet.models.staged import Backbone

METHOD = {
    "models": {"pyramid-resnet50": "resnet50", "pyramid-resnet101": "resnet101"},
    "network": "PyramidReID",
}

STRIPES = 6
_FEATURE = 128
_DROPOUT = 0.2


class Branch(nn.Module):
    """The feature and the classifier of one group of stripes.

    Args:
        width: channels of the map.
        num_classes: training identities.
    """

    def __init__(self, width: int, num_classes: int) -> None:
        super().__init__()
        self.reduce = nn.Sequential(
            nn.Conv2d(width, _FEATURE, 1), nn.BatchNorm2d(_FEATURE), nn.ReLU(inplace=True)
        )
        self.dropout = nn.Dropout(_DROPOUT)
        self.classifier = nn.Linear(_FEATURE, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Feature of `x` (N x width x rows x W), N x 128."""
        pooled = x.mean(dim=(2, 3), keepdim=True) + x.amax(dim=(2, 3), keepdim=True)
        return self.reduce(pooled).flatten(1)


class PyramidReID(nn.Module):
    """A backbone and the 21 branches of its pyramid of stripes.

    Rows that 6 does not divide leave the last ones out, as at 224 x 224 pixels, where the
    original refuses to run but Table III counts.

    Args:
        backbone: a ResNet.
        num_classes: training identities.
    """

    def __init__(self, backbone: Backbone, num_classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.spans = [
            (first, first + length)
            for length in range(STRIPES, 0, -1)
            for first in range(STRIPES - length + 1)
        ]
        self.branches = nn.ModuleList(Branch(self.backbone.width, num_classes) for _ in self.spans)

    def forward(self, images: Tensor) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]] | Tensor:
        """Images, N x 3 x H x W, normalised.

        Returns:
            In training, logits (N x classes) and features (N x 128) of each branch; in
            evaluation the embedding, N x 2688.
        """
        _, x = self.backbone(images, {})
        stripe = x.shape[2] // STRIPES
        features = tuple(
            branch(x[:, :, first * stripe : last * stripe])
            for branch, (first, last) in zip(self.branches, self.spans, strict=True)
        )
        if not self.training:
            return torch.cat(features, dim=1)
        logits = tuple(
            branch.classifier(branch.dropout(feature))
            for branch, feature in zip(self.branches, features, strict=True)
        )
        return logits, features

    def classify(self, embedding: Tensor) -> Tensor:
        """Logits (N x classes) of an embedding, averaged over the branches."""
        parts = embedding.chunk(len(self.branches), dim=1)
        logits = [b.classifier(part) for b, part in zip(self.branches, parts, strict=True)]
        return torch.stack(logits).mean(dim=0)

    def classifiers(self) -> list[nn.Module]:
        """The classifier of each branch."""
        return [branch.classifier for branch in self.branches]
