"""From the images of a test set to ranks: what decides the numbers of an evaluation."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from apnet.config.recipes import Recipe
from apnet.config.settings import Settings
from apnet.data.dataset import ReIDDataset
from apnet.data.pipeline.loading import test_batches
from apnet.data.pipeline.opening import open_images, source_of
from apnet.evaluation.chance import random_ranking
from apnet.evaluation.embed import embed
from apnet.evaluation.galleries import Galleries
from apnet.evaluation.inputs import codes
from apnet.evaluation.protocol import Protocol
from apnet.evaluation.result import RetrievalResult
from apnet.evaluation.retrieval import evaluate_retrieval
from apnet.models.build import build_for
from apnet.models.weights import fill, read_weights
from apnet.runtime.compute import ComputeOptions

DISTANCE = "cosine"
"""Section IV-B. On the unit sphere it ranks as the Euclidean distance of Section IV-A does."""

BATCHES = {"cpu": 64, "cuda": 512}
"""Images embedded at once, by device. A GPU wants many; on a CPU more only take memory."""


@dataclass(frozen=True)
class Embedder:
    """Embeds the images of a split by one model on one device.

    Attributes:
        feature: `bn` or `logits`.
        sources: where the images came from, for the record.
    """

    model: nn.Module
    recipe: Recipe
    feature: str
    device: torch.device
    compute: ComputeOptions
    log: Callable[[str], None]
    sources: set[str] = field(default_factory=set)

    @property
    def batch(self) -> int:
        """Images embedded at once."""
        usual = BATCHES.get(self.device.type, 64)
        return usual if self.compute.batch is None else self.compute.batch

    def embed(self, dataset: ReIDDataset, split: str) -> Tensor:
        """Features of a split's images in their order, N x d, float32.

        Raises:
            InputError: an image that cannot be read.
        """
        cache, workers = self.compute.image_cache, self.compute.workers
        images = open_images(dataset, split, self.recipe, self.device, cache, workers, self.log)
        self.sources.add(source_of(images))
        batches = test_batches(images, self.recipe, self.batch, workers, self.device)
        with closing(batches):
            return embed(self.model, batches, self.recipe, self.feature, self.device)


def retrieve(both: Galleries, embedder: Embedder) -> tuple[RetrievalResult, RetrievalResult | None]:
    """Rank both galleries for each query, by :data:`DISTANCE`.

    Returns:
        As :meth:`Galleries.ordered`.

    Raises:
        ValueError: features that are not finite, or no query with a true match.
    """
    whole = both.whole
    result = evaluate_retrieval(
        embedder.embed(whole, "query"),
        embedder.embed(whole, "gallery"),
        *(np.array([sample.identity for sample in part]) for part in whole.test()),
        *(np.array([sample.camera for sample in part]) for part in whole.test()),
        distance=DISTANCE,
    )
    return both.ordered(result)


def random_accuracies(dataset: ReIDDataset, ranks: Iterable[int]) -> dict[str, object]:
    """As :meth:`RetrievalResult.accuracies`, of a random ranking of the gallery, on average."""
    query, gallery = dataset.test()
    sizes = len(query), len(gallery)
    ids = codes(*([s.identity for s in part] for part in (query, gallery)), sizes, "ids")
    cameras = codes(*([s.camera for s in part] for part in (query, gallery)), sizes, "cameras")
    protocol = Protocol(*ids, *cameras)
    valid = protocol.matches > 0
    return random_ranking(protocol.matches[valid], protocol.ranked[valid], ranks)


def untrained_network(settings: Settings, identities: int) -> nn.Module:
    """The network of a run that starts from nothing, as it was before its first step.

    Args:
        identities: of its training set.
    """
    torch.manual_seed(settings.seed)
    return build_for(settings, identities)


def trained_network(settings: Settings, identities: int, weights: Path) -> nn.Module:
    """The network of a run with its trained weights.

    Args:
        identities: of its training set.

    Raises:
        InputError: weights that do not fit the model as this version builds it.
    """
    model = build_for(settings, identities)
    fill(model.state_dict(), read_weights(weights), f"{weights} does not fit {settings.model}")
    return model
