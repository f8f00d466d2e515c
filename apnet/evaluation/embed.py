"""Images to features, as the paper compares them (Section IV-B)."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from apnet.config.recipes import Recipe
from apnet.runtime.devices import autocast


@torch.inference_mode()
def embed(
    model: nn.Module,
    batches: Iterable[Tensor],
    recipe: Recipe,
    feature: str,
    device: torch.device,
) -> Tensor:
    """Features of every image.

    Args:
        model: in any mode; it is left in evaluation mode.
        batches: images, B x 3 x H x W, normalised.
        recipe: says whether the feature is averaged with that of the mirror image,
            and the precision of the arithmetic.
        feature: `bn` or `logits`.

    Returns:
        N x d, float32, on `device`, not normalised.
    """
    model.eval()
    features = []
    with autocast(device, recipe.precision):
        for images in batches:
            images = images.to(device, non_blocking=True)
            embedded = _feature(model, images, feature)
            if recipe.flip_test:
                embedded = (embedded + _feature(model, images.flip(3), feature)) / 2
            features.append(embedded)
    return torch.cat(features)


def _feature(model: nn.Module, images: Tensor, feature: str) -> Tensor:
    embedding = model(images)
    return (model.classify(embedding) if feature == "logits" else embedding).float()
