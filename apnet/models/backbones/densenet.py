"""DenseNet-169 (Huang et al., CVPR 2017), of Table V.

The paper says nothing of its strides: the last downsampling is removed, as on ResNet-50. Its
stages are the dense blocks, the last with its normalisation and ReLU.
"""

import re
from typing import TYPE_CHECKING

from apnet.config.backbones import OPEN_STAGES, BackboneSpec, halved

if TYPE_CHECKING:
    from torch import nn

_OLD_NAME = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\..*)")


def lengths(length: int) -> tuple[int, int, int, int, int]:
    """Of the map's side, for an image's."""
    stem = halved(halved(length))
    return stem, stem, stem // 2, stem // 4, stem // 4


def build(_name: str) -> "nn.Module":
    """Torchvision's network, its last transition without pooling."""
    from apnet.runtime.torchvision_compat import torchvision

    return _last_stride_1(torchvision.models.densenet.densenet169(weights=None))


def thin(_name: str) -> "nn.Module":
    """As :func:`build`, with half the layers, each of twice the growth."""
    from apnet.runtime.torchvision_compat import torchvision

    return _last_stride_1(torchvision.models.densenet.DenseNet(64, (3, 6, 16, 16), 64, bn_size=1))


def _last_stride_1(net: "nn.Module") -> "nn.Module":
    from torch import nn

    net.features.transition3.pool = nn.Identity()
    del net.classifier
    return net


def stages(net: "nn.Module", _stem_relu: bool) -> list[list["nn.Module"]]:
    """The modules of the stem and of the four stages."""
    from torch import nn

    net = net.features
    return [
        [net.conv0, net.norm0, net.relu0, net.pool0],
        [net.denseblock1],
        [net.transition1, net.denseblock2],
        [net.transition2, net.denseblock3],
        [net.transition3, net.denseblock4, net.norm5, nn.ReLU(inplace=True)],
    ]


def rename(name: str) -> str:
    """Torchvision's DenseNet files are older than its module names."""
    return _OLD_NAME.sub(r"\1\2", name)


SPECS = (
    BackboneSpec(
        name="densenet169",
        widths=(64, 256, 512, 1280, 1664),
        lengths=lengths,
        smallest_side=13,
        build=build,
        stages=stages,
        thin=thin,
        caveat=OPEN_STAGES,
        weights_url="https://download.pytorch.org/models/densenet169-b2777c0a.pth",
        classifier=("classifier.",),
        rename=rename,
    ),
)
