"""Residual networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import rung.functions as F
from rung.errors import ValueRangeError
from rung.initializers import he_normal
from rung.layers import BatchNorm, Conv2d, Layer, Linear
from rung.models.mlp import Model
from rung.models.pretrained import Weights, of_torchvision


def _conv(channels: int, kernel_size: int, stride: int = 1) -> Conv2d:
    return Conv2d(channels, kernel_size, stride, kernel_size // 2, nobias=True, initializer=he_normal)


class Block(Layer):
    """What residual blocks share: what they add is added to their input, which is brought to its shape if need be."""

    expansion: ClassVar[int] = 1  # output channels for each of the block's width

    def __init__(self, width: int, stride: int, changes_shape: bool):
        out_channels = width * self.expansion
        self.downsample = [_conv(out_channels, 1, stride), BatchNorm(eps=1e-5)] if changes_shape else []

    def residual(self, x: Any) -> Any:
        """What is added."""
        raise NotImplementedError

    def forward(self, x: Any) -> Any:
        y = self.residual(x)
        for layer in self.downsample:
            x = layer(x)
        return F.relu(y + x)


class BasicBlock(Block):
    """Two 3x3 convolutions.

    Shape: (N, C, H, W) -> (N, width, H / stride, W / stride)
    """

    def __init__(self, width: int, stride: int, changes_shape: bool):
        self.conv1, self.bn1 = _conv(width, 3, stride), BatchNorm(eps=1e-5)
        self.conv2, self.bn2 = _conv(width, 3), BatchNorm(eps=1e-5)
        super().__init__(width, stride, changes_shape)

    def residual(self, x: Any) -> Any:
        return self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))


class Bottleneck(Block):
    """A 3x3 convolution between two 1x1 ones, of which the second has four times the channels.

    The stride is that of the 3x3 convolution, as in torchvision, and not of the first 1x1 one, as in the paper.

    Shape: (N, C, H, W) -> (N, 4 width, H / stride, W / stride)
    """

    expansion = 4

    def __init__(self, width: int, stride: int, changes_shape: bool):
        self.conv1, self.bn1 = _conv(width, 1), BatchNorm(eps=1e-5)
        self.conv2, self.bn2 = _conv(width, 3, stride), BatchNorm(eps=1e-5)
        self.conv3, self.bn3 = _conv(width * self.expansion, 1), BatchNorm(eps=1e-5)
        super().__init__(width, stride, changes_shape)

    def residual(self, x: Any) -> Any:
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return self.bn3(self.conv3(x))


class ResNet(Model):
    """A stem, four stages of residual blocks, the mean over the image, and a fully connected layer.

    Shape: (N, 3, H, W) -> (N, classes)

    Args:
        pretrained: fetch the weights that torchvision trained on ImageNet; images go through
            `rung.transforms.imagenet_preprocessing()` before.
        classes: of the last layer; 1000 if pretrained.
        small_images: a stem for images of some 32x32: one 3x3 convolution that keeps the size.

    Source: He et al., Deep Residual Learning for Image Recognition, CVPR 2016.
    """

    block: ClassVar[type[Block]]
    blocks: ClassVar[Sequence[int]]  # in each stage
    weights: ClassVar[Weights]

    def __init__(self, pretrained: bool = False, classes: int = 1000, small_images: bool = False):
        if pretrained and small_images:
            raise ValueRangeError(f"{type(self).__name__}: the pretrained weights are for the stem of large images")
        self.small_images = small_images
        self.conv1 = _conv(64, 3) if small_images else _conv(64, 7, 2)
        self.bn1 = BatchNorm(eps=1e-5)
        first, second, third, fourth = self.blocks
        self.layer1 = self._stage(64, first, stride=1, changes_shape=self.block.expansion > 1)
        self.layer2 = self._stage(128, second, stride=2)
        self.layer3 = self._stage(256, third, stride=2)
        self.layer4 = self._stage(512, fourth, stride=2)
        self.fc = Linear(classes)
        if pretrained:
            self.weights.load_into(self)

    def _stage(self, width: int, count: int, stride: int, changes_shape: bool = True) -> list[Block]:
        """Blocks of one width, of which the first alone has the stride and may change the number of channels."""
        return [self.block(width, stride, changes_shape), *[self.block(width, 1, False) for _ in range(count - 1)]]

    def features(self, x: Any) -> Any:
        """The feature maps after each stage."""
        x = F.relu(self.bn1(self.conv1(x)))
        x = x if self.small_images else F.max_pool2d(x, 3, stride=2, pad=1)
        maps = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            for block in stage:
                x = block(x)
            maps.append(x)
        return maps

    def forward(self, x: Any) -> Any:
        return self.fc(F.mean(self.features(x)[-1], axis=(2, 3)))


class ResNet18(ResNet):
    """Eighteen layers: see `ResNet`.

    >>> import numpy as np, rung
    >>> with rung.no_grad():
    ...     ResNet18(classes=10, small_images=True)(np.zeros((2, 3, 8, 8), "float32")).shape
    (2, 10)
    """

    block, blocks, weights = BasicBlock, (2, 2, 2, 2), of_torchvision("resnet18-f37072fd.pth")


class ResNet34(ResNet):
    """Thirty-four layers: see `ResNet`."""

    block, blocks, weights = BasicBlock, (3, 4, 6, 3), of_torchvision("resnet34-b627a593.pth")


class ResNet50(ResNet):
    """Fifty layers: see `ResNet`."""

    block, blocks, weights = Bottleneck, (3, 4, 6, 3), of_torchvision("resnet50-0676ba61.pth")


class ResNet101(ResNet):
    """A hundred and one layers: see `ResNet`."""

    block, blocks, weights = Bottleneck, (3, 4, 23, 3), of_torchvision("resnet101-63fe2227.pth")


class ResNet152(ResNet):
    """A hundred and fifty-two layers: see `ResNet`."""

    block, blocks, weights = Bottleneck, (3, 8, 36, 3), of_torchvision("resnet152-394f9c45.pth")
