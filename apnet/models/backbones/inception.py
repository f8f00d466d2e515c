"""Inception-V3 (Szegedy et al., CVPR 2016), of Table V.

The paper says nothing of its strides: the last reduction does not reduce, as on ResNet-50.
Its stages end with the second pool, Mixed_5d, 6e and 7c. It gets no auxiliary head, and its input
is normalised like the others', so torchvision's `transform_input` is off.
"""

from typing import TYPE_CHECKING

from apnet.config.backbones import OPEN_STAGES, BackboneSpec

if TYPE_CHECKING:
    from torch import Tensor, nn


def _strided(length: int) -> int:
    """A 3-wide window at a stride of 2 without padding."""
    return (length - 3) // 2 + 1


def lengths(length: int) -> tuple[int, int, int, int, int]:
    """Of the map's side, for an image's."""
    first = _strided(_strided(length) - 2)
    second = _strided(first - 2)
    third = _strided(second)
    return first, second, second, third, third - 2


def build(_name: str) -> "nn.Module":
    """Torchvision's network, its last reduction without a stride."""
    from apnet.runtime.torchvision_compat import torchvision

    return _last_stride_1(
        torchvision.models.inception.inception_v3(
            weights=None, aux_logits=False, transform_input=False, init_weights=False
        )
    )


def thin(_name: str) -> "nn.Module":
    """As :func:`build`, with a narrow stem and one or two modules a stage."""
    from torch import nn

    from apnet.runtime.torchvision_compat import torchvision

    inception = torchvision.models.inception
    net = build(_name)
    conv = inception.BasicConv2d
    net.Conv2d_1a_3x3 = conv(3, 8, kernel_size=3, stride=2)
    net.Conv2d_2a_3x3 = conv(8, 8, kernel_size=3)
    net.Conv2d_2b_3x3 = conv(8, 64, kernel_size=3, padding=1)
    net.Conv2d_3b_1x1 = conv(64, 16, kernel_size=1)
    net.Conv2d_4a_3x3 = conv(16, 192, kernel_size=3)
    net.Mixed_5b = inception.InceptionA(192, pool_features=64)
    net.Mixed_6b = inception.InceptionC(768, channels_7x7=16)
    for name in ("Mixed_5c", "Mixed_5d", "Mixed_6c", "Mixed_6d", "Mixed_6e", "Mixed_7c"):
        setattr(net, name, nn.Identity())
    return net


def _last_stride_1(net: "nn.Module") -> "nn.Module":
    from torch.nn import functional as F

    from apnet.runtime.torchvision_compat import torchvision

    class Mixed7aStride1(torchvision.models.inception.InceptionD):
        def __init__(self) -> None:
            super().__init__(768)
            self.branch3x3_2.conv.stride = (1, 1)
            self.branch7x7x3_4.conv.stride = (1, 1)

        def _forward(self, x: "Tensor") -> list["Tensor"]:
            branch3x3 = self.branch3x3_2(self.branch3x3_1(x))
            branch7x7 = self.branch7x7x3_2(self.branch7x7x3_1(x))
            branch7x7 = self.branch7x7x3_4(self.branch7x7x3_3(branch7x7))
            return [branch3x3, branch7x7, F.max_pool2d(x, kernel_size=3, stride=1)]

    net.Mixed_7a = Mixed7aStride1()
    del net.fc, net.avgpool, net.dropout
    return net


def stages(net: "nn.Module", _stem_relu: bool) -> list[list["nn.Module"]]:
    """The modules of the stem and of the four stages."""
    return [
        [net.Conv2d_1a_3x3, net.Conv2d_2a_3x3, net.Conv2d_2b_3x3, net.maxpool1],
        [net.Conv2d_3b_1x1, net.Conv2d_4a_3x3, net.maxpool2],
        [net.Mixed_5b, net.Mixed_5c, net.Mixed_5d],
        [net.Mixed_6a, net.Mixed_6b, net.Mixed_6c, net.Mixed_6d, net.Mixed_6e],
        [net.Mixed_7a, net.Mixed_7b, net.Mixed_7c],
    ]


SPECS = (
    BackboneSpec(
        name="inception_v3",
        widths=(64, 192, 288, 768, 2048),
        lengths=lengths,
        smallest_side=75,
        build=build,
        stages=stages,
        thin=thin,
        small_size=(160, 80),
        caveat=OPEN_STAGES,
        weights_url="https://download.pytorch.org/models/inception_v3_google-0cc3c7bd.pth",
        classifier=("fc.", "AuxLogits."),
    ),
)
