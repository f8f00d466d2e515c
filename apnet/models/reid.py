"""The re-identification network: backbone, pyramids, BN neck, classifier."""

import copy
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from apnet.config.names import ModelName
from apnet.config.readings import Reading
from apnet.config.stages import (
    LOCAL_PARTS,
    STEM_AND_STAGES,
    pyramid_reading,
    stage_sizes,
    stage_widths,
)
from apnet.models.method import Output
from apnet.models.pooling import GlobalAverage
from apnet.models.pyramid import AttentionPyramid
from apnet.models.staged import Backbone, load_backbone


class Head(nn.Module):
    """Pooled feature, BN neck and classifier of one map (Section IV-B; BoT's BN neck).

    Args:
        width: channels of the map, the length of the feature.
        num_classes: training identities.
    """

    def __init__(self, width: int, num_classes: int) -> None:
        super().__init__()
        self.pool = GlobalAverage()
        self.neck = nn.BatchNorm1d(width)
        self.neck.bias.requires_grad_(False)
        self.classifier = nn.Linear(width, num_classes, bias=False)
        nn.init.normal_(self.classifier.weight, std=0.001)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Feature before the neck and embedding after it, N x width each."""
        feature = self.pool(x).flatten(1)
        return feature, self.neck(feature)


class ReID(nn.Module):
    """A backbone with pyramids after its stages, and a head for the whole map.

    A `-multipart` model has local features too: a map split in two along the height, each
    part with a head of its own. The paper leaves open which map; the reading's `local_branch`
    decides. `own` is a second branch, as in MGN, a copy of what follows the third stage.

    Args:
        name: parsed, buildable.
        num_classes: training identities.
        reading: decides the pyramids' form and stages, and the ReLU of the stem.
        input_size: height and width of the images; spatial attention needs it.
        backbone_size: `full` or `thin`.
    """

    def __init__(
        self,
        name: ModelName,
        num_classes: int,
        reading: Reading,
        input_size: tuple[int, int],
        backbone_size: str = "full",
    ) -> None:
        super().__init__()
        self.name, self.reading = name, reading
        form = pyramid_reading(name, reading)
        self.backbone = Backbone(
            name.backbone, backbone_size, se=name.attention == "se", stem_relu=form.stem_relu
        )
        self.pyramids = nn.ModuleDict(_pyramids(name, form, input_size) if name.level else {})
        self.local: nn.Module | None = None
        heads = 1
        if name.multipart:
            heads += LOCAL_PARTS
            if reading.local_branch == "own":
                self.local = self._last_stage()
        width = self.backbone.width
        self.heads = nn.ModuleList(Head(width, num_classes) for _ in range(heads))

    def forward(self, images: Tensor) -> Output | Tensor:
        """Images, N x 3 x H x W, normalised.

        Returns:
            In training, logits (N x classes) and the feature before the BN neck (N x d),
            or a tuple of each with an entry a head. In evaluation the embedding after the
            neck, N x d, or N x (d times heads).
        """
        pooled = [head(x) for head, x in zip(self.heads, self._maps(images), strict=True)]
        if not self.training:
            return torch.cat([embedding for _, embedding in pooled], dim=1)
        logits = tuple(
            head.classifier(embedding)
            for head, (_, embedding) in zip(self.heads, pooled, strict=True)
        )
        features = tuple(feature for feature, _ in pooled)
        return (logits, features) if len(pooled) > 1 else (logits[0], features[0])

    def classify(self, embedding: Tensor) -> Tensor:
        """Logits (N x classes) of an embedding, averaged over the heads."""
        parts = embedding.chunk(len(self.heads), dim=1)
        logits = [head.classifier(part) for head, part in zip(self.heads, parts, strict=True)]
        return torch.stack(logits).mean(dim=0)

    def classifiers(self) -> list[nn.Module]:
        """The classifier of each head."""
        return [head.classifier for head in self.heads]

    def load_imagenet(self, state: Mapping[str, Tensor]) -> None:
        """Fill the backbone; the local branch starts as a copy of its last stage.

        Raises:
            InputError: weights of another architecture.
        """
        load_backbone(self.backbone, state)
        if self.local is not None:
            # The branch goes on with its own pyramid, which has no ImageNet weights.
            last = dict(self.backbone.stages())[STEM_AND_STAGES[-1]]
            for copied, module in zip(self.local, last, strict=False):
                copied.load_state_dict(module.state_dict())

    def _maps(self, images: Tensor) -> list[Tensor]:
        before, whole = self.backbone(images, self.pyramids)
        if not self.name.multipart:
            return [whole]
        split = whole if self.local is None else self.local(before)
        return [whole, *split.chunk(LOCAL_PARTS, dim=2)]

    def _last_stage(self) -> nn.Module:
        """A copy of the last stage and its pyramid, as they were made."""
        last = STEM_AND_STAGES[-1]
        pyramid = [self.pyramids[last]] if last in self.pyramids else []
        return copy.deepcopy(nn.Sequential(*dict(self.backbone.stages())[last], *pyramid))


def _pyramids(
    name: ModelName, form: Reading, input_size: tuple[int, int]
) -> dict[str, AttentionPyramid]:
    widths = stage_widths(name.backbone)
    sizes = stage_sizes(name.backbone, *input_size)
    return {
        stage: AttentionPyramid(
            widths[stage],
            name.level,
            name.radix,
            size=sizes[stage],
            reading=form,
            stacked=name.stacked,
            kind=name.attention,
        )
        for stage in form.stages
    }
