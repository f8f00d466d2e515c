"""A backbone in named stages, after which pyramids can stand; its ImageNet weights."""

from collections.abc import Iterator, Mapping

from torch import Tensor, nn

from apnet.config.backbones import backbones
from apnet.config.stages import STEM_AND_STAGES
from apnet.lazy import load
from apnet.models.weights import fill


class Backbone(nn.Module):
    """A network as a sequence of stages. Parameters keep torchvision's names.

    Args:
        name: of a backbone (:func:`apnet.config.backbones.backbones`).
        size: `full` or `thin`.
        se: SE inside every block, where that is defined.
        stem_relu: keep the ReLU in a ResNet's stem.

    Attributes:
        net: the network, without its classifier.
        width: channels of the last map.
    """

    def __init__(
        self, name: str, size: str = "full", *, se: bool = False, stem_relu: bool = True
    ) -> None:
        super().__init__()
        spec, thin = backbones()[name], size == "thin"
        if se:
            self.net = load(spec.se)(name, thin)
        else:
            self.net = (spec.thin if thin else spec.build)(name)
        self.name = name
        self.width = spec.widths[-1]
        # Kept: torch.compile would trace the registry's search for files.
        self._modules_of_stages = spec.stages
        self._stem_relu = stem_relu

    def stages(self) -> Iterator[tuple[str, list[nn.Module]]]:
        """(stage, modules) in order, the stem first; a pyramid of that stage follows them."""
        modules = self._modules_of_stages(self.net, self._stem_relu)
        return zip(STEM_AND_STAGES, modules, strict=True)

    def forward(self, images: Tensor, after: Mapping[str, nn.Module]) -> tuple[Tensor, Tensor]:
        """The maps of the last two stages for `images`, N x 3 x H x W.

        Args:
            after: stage -> what follows its modules, such as a pyramid.
        """
        before = x = images
        for stage, modules in self.stages():
            before = x
            for module in modules:
                x = module(x)
            x = after[stage](x) if stage in after else x
        return before, x


def load_backbone(backbone: Backbone, state: Mapping[str, Tensor]) -> None:
    """Take ImageNet weights, all but the classifier's.

    SE layers inside blocks, which a plain ResNet's weights lack, stay as they are.

    Raises:
        InputError: weights of another architecture; names what is missing or does not fit.
    """
    spec = backbones()[backbone.name]

    def kept(name: str) -> bool:
        # Older files lack BatchNorm's counters, which nothing reads.
        return not name.startswith(spec.classifier) and not name.endswith("num_batches_tracked")

    target = {n: t for n, t in backbone.net.state_dict().items() if ".se." not in n and kept(n)}
    given = {spec.rename(name): tensor for name, tensor in state.items()}
    fill(
        target,
        {name: tensor for name, tensor in given.items() if kept(name)},
        f"these weights are of another architecture than {backbone.name}, or not as apnet weights "
        f"writes them",
    )
