"""ResNets: blocks of convolutions whose input is added to what they make of it.
Read `../datasets/cifar.py` for photographs to train one on.

K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", table 1.
"""

from __future__ import annotations

from typing import Any

from ... import nn
from ...errors import NotHereError
from ...tensor import Tensor


def _convolution(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class BasicBlock(nn.Module):
    """Two convolutions of 3 x 3: relu(bn2(conv2(relu(bn1(conv1(x))))) + x)."""

    expansion = 1

    def __init__(
        self, inplanes: int, planes: int, stride: int = 1, downsample: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv1 = _convolution(inplanes, planes, 3, stride)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = _convolution(planes, planes, 3)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """A convolution of 3 x 3 between two of 1 x 1, the last of which has 4 times the channels."""

    expansion = 4

    def __init__(
        self, inplanes: int, planes: int, stride: int = 1, downsample: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv1 = _convolution(inplanes, planes, 1)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = _convolution(planes, planes, 3, stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = _convolution(planes, planes * self.expansion, 1)
        self.bn3 = nn.BatchNorm2d(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """A convolution of 7 x 7, four stages of `layers` blocks each, the mean, a linear layer.

    Images (N, 3, H, W) give scores (N, num_classes). With `zero_init_residual` each block begins as
    the identity.
    """

    def __init__(
        self,
        block: type[BasicBlock | Bottleneck],
        layers: list[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
    ) -> None:
        super().__init__()
        self.inplanes = 64
        self.conv1 = nn.Conv2d(3, self.inplanes, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(self.inplanes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._stage(block, 64, layers[0], stride=1)
        self.layer2 = self._stage(block, 128, layers[1], stride=2)
        self.layer3 = self._stage(block, 256, layers[2], stride=2)
        self.layer4 = self._stage(block, 512, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for each in self.modules():
            if isinstance(each, nn.Conv2d):
                nn.init.kaiming_normal_(each.weight, mode="fan_out", nonlinearity="relu")
            elif zero_init_residual and isinstance(each, (BasicBlock, Bottleneck)):
                last: Any = each.bn3 if isinstance(each, Bottleneck) else each.bn2
                nn.init.zeros_(last.weight)

    def _stage(self, block: Any, planes: int, count: int, stride: int) -> nn.Sequential:
        outputs = planes * block.expansion
        downsample = None
        if stride != 1 or self.inplanes != outputs:
            downsample = nn.Sequential(
                _convolution(self.inplanes, outputs, 1, stride), nn.BatchNorm2d(outputs)
            )
        first = block(self.inplanes, planes, stride, downsample)
        self.inplanes = outputs
        return nn.Sequential(first, *(block(outputs, planes) for _ in range(count - 1)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
        return self.fc(self.avgpool(x).flatten(1))


def _untrained(name: str, weights: Any, block: Any, layers: list[int], options: Any) -> ResNet:
    if weights or options.pop("pretrained", False):
        raise NotHereError(
            f"{name}: there are no trained weights here; leave weights=None, and load those that "
            "you have by load_state_dict"
        )
    return ResNet(block, layers, **options)


def resnet18(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """Return a ResNet of 18 layers, 11.7 million parameters, untrained.

    Raises:
        NotHereError: `weights`, or `pretrained`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> net = tnn.vision.models.resnet18(num_classes=10)
        >>> net.eval()(tnn.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 10])
    """
    return _untrained("resnet18", weights, BasicBlock, [2, 2, 2, 2], kwargs)


def resnet34(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """Return a ResNet of 34 layers, 21.8 million parameters, untrained, as `resnet18`."""
    return _untrained("resnet34", weights, BasicBlock, [3, 4, 6, 3], kwargs)


def resnet50(weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """Return a ResNet of 50 layers, 25.6 million parameters, untrained, as `resnet18`."""
    return _untrained("resnet50", weights, Bottleneck, [3, 4, 6, 3], kwargs)
