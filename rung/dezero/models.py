"""`dezero.models`: the book's networks, of the book's layers."""

from __future__ import annotations

from typing import Any

import numpy as np

import rung.dezero.functions as F
import rung.dezero.layers as L
from rung import models as rung_models
from rung.dezero import utils
from rung.dezero.layers import Layer
from rung.errors import ValueRangeError
from rung.picture.model import plot_model

__all__ = [
    "BottleneckA", "BottleneckB", "BuildingBlock", "Layer", "MLP", "Model", "ResNet", "ResNet101", "ResNet152",
    "ResNet50", "Sequential", "SqueezeNet", "VGG16",
]  # fmt: skip

RELEASE = "https://github.com/koki0702/dezero-models/releases/download/v0.1/"
MEANS = (103.939, 116.779, 123.68)  # of ImageNet's blue, green and red


class Model(Layer):
    """A layer that is a whole network, and draws its graph."""

    def plot(self, *inputs: Any, to_file: Any = "model.png", fold: bool = True, **options: Any) -> Any:
        """Draw what a call on these inputs runs, folded by layer: see `rung.models.Model.plot`."""
        return plot_model(self, inputs, to_file, fold, options)


class _Stack(Model):
    """Layers one after the other, which are also attributes: l0, l1, …"""

    def _take(self, layers: Any) -> None:
        self.layers = list(layers)
        for i, layer in enumerate(self.layers):
            setattr(self, f"l{i}", layer)


class Sequential(_Stack):
    """One layer or function after the other."""

    def __init__(self, *layers: Any):
        super().__init__()
        self._take(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


class MLP(_Stack):
    """Fully connected layers with an activation between them. Shape: (N, in) -> (N, fc_output_sizes[-1])"""

    def __init__(self, fc_output_sizes: Any, activation: Any = F.sigmoid):
        super().__init__()
        self.activation = activation
        self._take(L.Linear(size) for size in fc_output_sizes)

    def forward(self, x: Any) -> Any:
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


class VGG16(Model):
    """Thirteen convolutions and three fully connected layers. Shape: (N, 3, 224, 224) -> (N, 1000)

    Source: Simonyan & Zisserman, ICLR 2015. With `pretrained`, the weights are those of the book, which take images
    that `preprocess` has prepared.
    """

    WEIGHTS_PATH = RELEASE + "vgg16.npz"
    STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels, and how many convolutions

    def __init__(self, pretrained: bool = False):
        super().__init__()
        for stage, (channels, count) in enumerate(self.STAGES, 1):
            for i in range(1, count + 1):
                setattr(self, f"conv{stage}_{i}", L.Conv2d(channels, kernel_size=3, stride=1, pad=1))
        self.fc6, self.fc7, self.fc8 = L.Linear(4096), L.Linear(4096), L.Linear(1000)
        if pretrained:
            self.load_weights(utils.get_file(self.WEIGHTS_PATH))

    def forward(self, x: Any) -> Any:
        for stage, (_, count) in enumerate(self.STAGES, 1):
            for i in range(1, count + 1):
                x = F.relu(getattr(self, f"conv{stage}_{i}")(x))
            x = F.pooling(x, 2, 2)
        x = F.flatten(x)
        x = F.dropout(F.relu(self.fc6(x)))
        x = F.dropout(F.relu(self.fc7(x)))
        return self.fc8(x)

    @staticmethod
    def preprocess(image: Any, size: Any = (224, 224), dtype: Any = np.float32) -> Any:
        """An image of Pillow's as the network takes it: scaled, blue before red, less the means. Shape: (3, H, W)"""
        image = image.convert("RGB")
        pixels = np.asarray(image.resize(size) if size else image, dtype)[:, :, ::-1]
        return (pixels - np.array(MEANS, dtype)).transpose(2, 0, 1)


class ResNet(Model):
    """A residual network of 50, 101 or 152 layers. Shape: (N, 3, 224, 224) -> (N, 1000)

    Source: He et al., CVPR 2016.
    """

    WEIGHTS_PATH = RELEASE + "resnet{}.npz"
    BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}

    def __init__(self, n_layers: int = 152, pretrained: bool = False):
        super().__init__()
        if n_layers not in self.BLOCKS:
            raise ValueRangeError(f"ResNet: expected n_layers to be 50, 101 or 152, but got {n_layers!r}")
        self.conv1 = L.Conv2d(64, 7, 2, 3)
        self.bn1 = L.BatchNorm()
        for i, count in enumerate(self.BLOCKS[n_layers]):
            width = 64 * 2**i
            block = BuildingBlock(count, 64 if i == 0 else 2 * width, width, 4 * width, 1 if i == 0 else 2)
            setattr(self, f"res{i + 2}", block)
        self.fc6 = L.Linear(1000)
        if pretrained:
            self.load_weights(utils.get_file(self.WEIGHTS_PATH.format(n_layers)))

    def forward(self, x: Any) -> Any:
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.pooling(x, kernel_size=3, stride=2)
        for i in range(2, 6):
            x = getattr(self, f"res{i}")(x)
        return self.fc6(_global_average_pooling_2d(x))


class ResNet50(ResNet):
    """A residual network of 50 layers."""

    def __init__(self, pretrained: bool = False):
        super().__init__(50, pretrained)


class ResNet101(ResNet):
    """A residual network of 101 layers."""

    def __init__(self, pretrained: bool = False):
        super().__init__(101, pretrained)


class ResNet152(ResNet):
    """A residual network of 152 layers."""

    def __init__(self, pretrained: bool = False):
        super().__init__(152, pretrained)


def _global_average_pooling_2d(x: Any) -> Any:
    n, c, h, w = x.shape
    return F.reshape(F.average_pooling(x, (h, w), stride=1), (n, c))


class BuildingBlock(Layer):
    """Bottlenecks one after the other, of which the first changes the resolution."""

    def __init__(
        self,
        n_layers: int,
        in_channels: int,
        mid_channels: int,
        out_channels: int,
        stride: Any,
        downsample_fb: bool = False,
    ):
        super().__init__()
        self.a = BottleneckA(in_channels, mid_channels, out_channels, stride, downsample_fb)
        self._forward = ["a", *(f"b{i}" for i in range(1, n_layers))]
        for name in self._forward[1:]:
            setattr(self, name, BottleneckB(out_channels, mid_channels))

    def forward(self, x: Any) -> Any:
        for name in self._forward:
            x = getattr(self, name)(x)
        return x


class BottleneckA(Layer):
    """A bottleneck that changes the resolution, with a convolution beside it.

    Args:
        in_channels: for the reader; a convolution learns them from its input.
        mid_channels: inside.
        out_channels: of the result.
        stride: by how much the resolution falls.
        downsample_fb: let the 3x3 convolution have the stride, not the first 1x1 one.
    """

    def __init__(
        self, in_channels: int, mid_channels: int, out_channels: int, stride: Any = 2, downsample_fb: bool = False
    ):
        super().__init__()
        first, second = (1, stride) if downsample_fb else (stride, 1)
        self.conv1 = L.Conv2d(mid_channels, 1, first, 0, nobias=True)
        self.bn1 = L.BatchNorm()
        self.conv2 = L.Conv2d(mid_channels, 3, second, 1, nobias=True)
        self.bn2 = L.BatchNorm()
        self.conv3 = L.Conv2d(out_channels, 1, 1, 0, nobias=True)
        self.bn3 = L.BatchNorm()
        self.conv4 = L.Conv2d(out_channels, 1, stride, 0, nobias=True)
        self.bn4 = L.BatchNorm()

    def forward(self, x: Any) -> Any:
        return F.relu(_narrow(self, x) + self.bn4(self.conv4(x)))


class BottleneckB(Layer):
    """A bottleneck that keeps the resolution.

    Args:
        in_channels: of the input and of the result.
        mid_channels: inside.
    """

    def __init__(self, in_channels: int, mid_channels: int):
        super().__init__()
        self.conv1 = L.Conv2d(mid_channels, 1, 1, 0, nobias=True)
        self.bn1 = L.BatchNorm()
        self.conv2 = L.Conv2d(mid_channels, 3, 1, 1, nobias=True)
        self.bn2 = L.BatchNorm()
        self.conv3 = L.Conv2d(in_channels, 1, 1, 0, nobias=True)
        self.bn3 = L.BatchNorm()

    def forward(self, x: Any) -> Any:
        return F.relu(_narrow(self, x) + x)


def _narrow(block: Any, x: Any) -> Any:
    h = F.relu(block.bn1(block.conv1(x)))
    h = F.relu(block.bn2(block.conv2(h)))
    return block.bn3(block.conv3(h))


class SqueezeNet(Model, rung_models.SqueezeNet):
    """Rung's own, of Rung's layers: the book's is an empty class."""
