"""torchvision's backbones without classifiers, in named stages, with a last stride of 1.

Parameters keep torchvision's names. The paper sets the last stride for ResNet-50
(Section IV-B) and says nothing of the others (Table V): there the last downsampling is
removed in the same way. Inception-V3 gets no auxiliary head, and its input is normalised
like the others', so torchvision's `transform_input` is off.
"""

import re
from collections.abc import Iterator, Mapping

from torch import Tensor, nn
from torch.nn import functional as F

from apnet.config.stages import PLACES, WIDTHS
from apnet.models.backbones.se_resnet import se_resnet
from apnet.models.weights import fill
from apnet.runtime.torchvision_compat import torchvision

_CLASSIFIERS = ("fc.", "classifier.", "AuxLogits.")
_OLD_DENSENET = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\..*)")
"""torchvision's DenseNet files are older than its module names."""


class Backbone(nn.Module):
    """A network as a sequence of stages.

    Args:
        name: torchvision's name.
        se: SE inside every block (ResNets only).
        stem_relu: keep the ReLU in a ResNet's stem.

    Attributes:
        name: torchvision's name.
        net: torchvision's module, without its classifier.
        width: channels of the last map.
    """

    def __init__(self, name: str, se: bool = False, stem_relu: bool = True) -> None:
        super().__init__()
        build = {"densenet169": _densenet, "inception_v3": _inception}.get(name)
        self.net = build() if build else _resnet(name, se)
        self.name = name
        self.width = WIDTHS[name][-1]
        self._stem_relu = stem_relu

    def stages(self) -> Iterator[tuple[str, list[nn.Module]]]:
        """(place, modules) in order; a pyramid of that place follows the modules."""
        family = {"densenet169": self._densenet, "inception_v3": self._inception}
        return zip(PLACES, family.get(self.name, self._resnet)(), strict=True)

    def forward(self, images: Tensor, after: Mapping[str, nn.Module]) -> tuple[Tensor, Tensor]:
        """The maps of the last two stages for `images`, N x 3 x H x W.

        Args:
            after: place -> what follows its modules, such as a pyramid.
        """
        before = x = images
        for place, modules in self.stages():
            before = x
            for module in modules:
                x = module(x)
            x = after[place](x) if place in after else x
        return before, x

    def _resnet(self) -> Iterator[list[nn.Module]]:
        net = self.net
        relu = [net.relu] if self._stem_relu else []
        yield [net.conv1, net.bn1, *relu, net.maxpool]
        yield from ([net.layer1], [net.layer2], [net.layer3], [net.layer4])

    def _densenet(self) -> Iterator[list[nn.Module]]:
        net = self.net.features
        yield [net.conv0, net.norm0, net.relu0, net.pool0]
        yield [net.denseblock1]
        yield [net.transition1, net.denseblock2]
        yield [net.transition2, net.denseblock3]
        yield [net.transition3, net.denseblock4, net.norm5, nn.ReLU(inplace=True)]

    def _inception(self) -> Iterator[list[nn.Module]]:
        net = self.net
        yield [net.Conv2d_1a_3x3, net.Conv2d_2a_3x3, net.Conv2d_2b_3x3, net.maxpool1]
        yield [net.Conv2d_3b_1x1, net.Conv2d_4a_3x3, net.maxpool2]
        yield [net.Mixed_5b, net.Mixed_5c, net.Mixed_5d]
        yield [net.Mixed_6a, net.Mixed_6b, net.Mixed_6c, net.Mixed_6d, net.Mixed_6e]
        yield [net.Mixed_7a, net.Mixed_7b, net.Mixed_7c]


class _Mixed7aStride1(torchvision.models.inception.InceptionD):
    """Inception-V3's last reduction, without reducing."""

    def __init__(self) -> None:
        super().__init__(768)
        self.branch3x3_2.conv.stride = (1, 1)
        self.branch7x7x3_4.conv.stride = (1, 1)

    def _forward(self, x: Tensor) -> list[Tensor]:
        branch3x3 = self.branch3x3_2(self.branch3x3_1(x))
        branch7x7 = self.branch7x7x3_2(self.branch7x7x3_1(x))
        branch7x7 = self.branch7x7x3_4(self.branch7x7x3_3(branch7x7))
        return [branch3x3, branch7x7, F.max_pool2d(x, kernel_size=3, stride=1)]


def _resnet(name: str, se: bool) -> nn.Module:
    net = se_resnet(name) if se else torchvision.models.get_model(name, weights=None)
    first = net.layer4[0]
    first.conv2.stride = (1, 1)
    first.downsample[0].stride = (1, 1)
    del net.fc, net.avgpool
    return net


def _densenet() -> nn.Module:
    net = torchvision.models.densenet169(weights=None)
    net.features.transition3.pool = nn.Identity()
    del net.classifier
    return net


def _inception() -> nn.Module:
    net = torchvision.models.inception_v3(
        weights=None, aux_logits=False, transform_input=False, init_weights=False
    )
    net.Mixed_7a = _Mixed7aStride1()
    del net.fc, net.avgpool, net.dropout
    return net


def load_backbone(backbone: Backbone, state: Mapping[str, Tensor]) -> None:
    """Take ImageNet weights under torchvision's names, all but the classifier's.

    SE layers inside blocks, which a plain ResNet's weights lack, stay as they are.

    Raises:
        InputError: weights of another architecture; names what is missing or does not fit.
    """
    own = {n: t for n, t in backbone.net.state_dict().items() if ".se." not in n and _kept(n)}
    given = {_OLD_DENSENET.sub(r"\1\2", name): tensor for name, tensor in state.items()}
    fill(
        own,
        {name: tensor for name, tensor in given.items() if _kept(name)},
        f"these weights are of another architecture than {backbone.name}",
    )


def _kept(name: str) -> bool:
    """Older files lack BatchNorm's counters, which nothing reads."""
    return not name.startswith(_CLASSIFIERS) and not name.endswith("num_batches_tracked")
