"""ResNet-50 and ResNet-101 (He et al., CVPR 2016), the paper's own backbone and one of Table V."""

from typing import TYPE_CHECKING

from apnet.config.backbones import BackboneSpec, halved

if TYPE_CHECKING:
    from torch import nn


THIN_BLOCKS = {"resnet50": (1, 1, 1, 1), "resnet101": (1, 1, 2, 1)}
THIN_WIDTH = 16
"""Blocks a stage of the thin networks, and the width inside their first stage's (64 in full)."""


def lengths(length: int) -> tuple[int, int, int, int, int]:
    """Of the map's side, for an image's."""
    stem = halved(halved(length))
    return stem, stem, halved(stem), halved(halved(stem)), halved(halved(stem))


def build(name: str) -> "nn.Module":
    """Torchvision's network, its last stride 1."""
    from apnet.runtime.torchvision_compat import torchvision

    return last_stride_1(getattr(torchvision.models.resnet, name)(weights=None))


def thin(name: str) -> "nn.Module":
    """As :func:`build`, with few and narrow blocks: 3.6 of ResNet-50's 23.5 million parameters."""
    from apnet.runtime.torchvision_compat import torchvision

    resnet = torchvision.models.resnet
    blocks = list(THIN_BLOCKS[name])
    return last_stride_1(resnet.ResNet(resnet.Bottleneck, blocks, width_per_group=THIN_WIDTH))


def last_stride_1(net: "nn.Module") -> "nn.Module":
    """`net` without the stride of its last stage (Section IV-B), and without classifier."""
    first = net.layer4[0]
    first.conv2.stride = (1, 1)
    first.downsample[0].stride = (1, 1)
    del net.fc, net.avgpool
    return net


def stages(net: "nn.Module", stem_relu: bool) -> list[list["nn.Module"]]:
    """The modules of the stem and of the four stages."""
    relu = [net.relu] if stem_relu else []
    stem = [net.conv1, net.bn1, *relu, net.maxpool]
    return [stem, [net.layer1], [net.layer2], [net.layer3], [net.layer4]]


SPECS = tuple(
    BackboneSpec(
        name=name,
        widths=(64, 256, 512, 1024, 2048),
        lengths=lengths,
        smallest_side=1,
        build=build,
        stages=stages,
        thin=thin,
        se="apnet.models.se_resnet:se_resnet",
        multipart=True,
        weights_url=f"https://download.pytorch.org/models/{file}",
    )
    for name, file in (
        ("resnet50", "resnet50-0676ba61.pth"),
        ("resnet101", "resnet101-63fe2227.pth"),
    )
)
