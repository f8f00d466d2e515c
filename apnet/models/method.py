"""What a method's network is to training, evaluation, cost and import."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

Output = tuple[Tensor, Tensor] | tuple[tuple[Tensor, ...], tuple[Tensor, ...]]
"""Logits (N x classes) and features (N x d), or a tuple of each with an entry a head."""


@runtime_checkable
class Method(Protocol):
    """A network, an `nn.Module`, made with its backbone and the number of identities.

    The backbone is an :class:`apnet.models.staged.Backbone` with random weights, full or thin.

    Two more methods are taken where a network has them:

    - `load_imagenet(state)` fills it from ImageNet weights of its backbone. Without it, they fill
      the attribute `backbone`.
    - A module with a true attribute `clamped` is listed in the run's record
      (:func:`clamped_layers`).
    """

    def __call__(self, images: Tensor) -> Output | Tensor:
        """Images, N x 3 x H x W, normalised.

        Returns:
            In training :data:`Output`, of which the losses are averaged over the heads; the
            features go to the triplet loss. In evaluation the embedding, N x d, that is compared.
        """
        ...

    def classify(self, embedding: Tensor) -> Tensor:
        """Logits (N x classes) of an embedding."""
        ...

    def classifiers(self) -> Iterable[nn.Module]:
        """The layers from features to logits, which costs leave out."""
        ...


def clamped_layers(network: nn.Module) -> list[str]:
    """Names of modules that took an inner width as 1, since the one of their paper came to 0."""
    return [name for name, module in network.named_modules() if getattr(module, "clamped", False)]
