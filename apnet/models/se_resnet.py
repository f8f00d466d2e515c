"""SE-ResNet (Hu et al., CVPR 2018), the paper's baseline with SE inside every block."""

from torch import Tensor, nn

from apnet.models.attention.squeeze_excitation import SqueezeExcitation
from apnet.models.backbones.resnet import THIN_BLOCKS, THIN_WIDTH, last_stride_1
from apnet.runtime.torchvision_compat import torchvision

_REDUCTION = 16
_BLOCKS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}
_Bottleneck = torchvision.models.resnet.Bottleneck


class SEBottleneck(_Bottleneck):
    """torchvision's bottleneck with SE after its last BatchNorm, before the addition."""

    def __init__(self, inplanes: int, planes: int, *args: object, **kwargs: object) -> None:
        super().__init__(inplanes, planes, *args, **kwargs)
        width = planes * self.expansion
        self.se = SqueezeExcitation(width, width // _REDUCTION)

    def forward(self, x: Tensor) -> Tensor:
        """`x` (N x C x H x W) through the block."""
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out * self.se(out).sigmoid() + identity)


def se_resnet(name: str, thin: bool = False) -> nn.Module:
    """The ResNet `name` with torchvision's parameter names and, in each block, `se`."""
    blocks, width = (THIN_BLOCKS, THIN_WIDTH) if thin else (_BLOCKS, 64)
    net = torchvision.models.resnet.ResNet(SEBottleneck, list(blocks[name]), width_per_group=width)
    return last_stride_1(net)
