"""`dezero.models`: whole networks under the book's names, so that the book's files of weights fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rung.dezero import functions as F
from rung.dezero import layers as L
from rung.dezero import utils
from rung.dezero.layers import Layer

__all__ = [
    "BottleneckA", "BottleneckB", "BuildingBlock", "F", "L", "Layer", "MLP", "Model", "ResNet", "ResNet101",
    "ResNet152", "ResNet50", "Sequential", "SqueezeNet", "VGG16", "utils",
]  # fmt: skip

RELEASES = "https://github.com/koki0702/dezero-models/releases/download/v0.1/"


class Model(Layer):
    """A layer that is a whole network."""

    def plot(self, *inputs: Any, to_file: str = "model.png") -> Any:
        """Draw the graph of one call."""
        return utils.plot_dot_graph(self.forward(*inputs), verbose=True, to_file=to_file)


class Sequential(Model):
    """One layer after the other, `l0`, `l1` and so on."""

    def __init__(self, *layers: Any):
        super().__init__()
        for i, layer in enumerate(layers):
            setattr(self, f"l{i}", layer)
        self.layers = list(layers)  # set last, so that parameters go by the names above

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


class MLP(Model):
    """Fully connected layers with an activation between them."""

    def __init__(self, fc_output_sizes: Sequence[int], activation: Callable[[Any], Any] = F.sigmoid):
        super().__init__()
        self.activation = activation
        layers = [L.Linear(size) for size in fc_output_sizes]
        for i, layer in enumerate(layers):
            setattr(self, f"l{i}", layer)
        self.layers = layers

    def forward(self, x: Any) -> Any:
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


class VGG16(Model):
    """Thirteen convolutions and three fully connected layers, with the book's weights, which are Caffe's."""

    WEIGHTS_PATH = RELEASES + "vgg16.npz"
    _WIDTHS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))

    def __init__(self, pretrained: bool = False):
        super().__init__()
        for stage, (width, count) in enumerate(self._WIDTHS, 1):
            for i in range(1, count + 1):
                setattr(self, f"conv{stage}_{i}", L.Conv2d(width, kernel_size=3, stride=1, pad=1))
        self.fc6, self.fc7, self.fc8 = L.Linear(4096), L.Linear(4096), L.Linear(1000)
        if pretrained:
            self.load_weights(utils.get_file(self.WEIGHTS_PATH))

    def forward(self, x: Any) -> Any:
        for stage, (_, count) in enumerate(self._WIDTHS, 1):
            for i in range(1, count + 1):
                x = F.relu(getattr(self, f"conv{stage}_{i}")(x))
            x = F.pooling(x, 2, 2)
        x = F.reshape(x, (x.shape[0], -1))
        x = F.dropout(F.relu(self.fc6(x)))
        x = F.dropout(F.relu(self.fc7(x)))
        return self.fc8(x)

    @staticmethod
    def preprocess(image: Any, size: Any = (224, 224), dtype: Any = np.float32) -> Any:
        """An image of Pillow's as these weights expect it: (3, H, W), blue first, less the mean of each channel."""
        image = image.convert("RGB")
        pixels = np.asarray(image.resize(size) if size else image, dtype)[:, :, ::-1]
        return (pixels - np.array([103.939, 116.779, 123.68], dtype)).transpose(2, 0, 1)


class ResNet(Model):
    """A residual network of 50, 101 or 152 layers, with the stride on the 3x3 convolutions of the first blocks."""

    WEIGHTS_PATH = RELEASES + "resnet{}.npz"
    _BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}

    def __init__(self, n_layers: int = 152, pretrained: bool = False):
        super().__init__()
        if n_layers not in self._BLOCKS:
            raise ValueError(f"ResNet: expected n_layers to be 50, 101 or 152, but got {n_layers}")
        self.conv1, self.bn1 = L.Conv2d(64, 7, 2, 3), L.BatchNorm()
        channels = 64
        for i, count in enumerate(self._BLOCKS[n_layers]):
            mid, out = 64 << i, 256 << i
            setattr(self, f"res{i + 2}", BuildingBlock(count, channels, mid, out, 1 if i == 0 else 2))
            channels = out
        self.fc6 = L.Linear(1000)
        if pretrained:
            self.load_weights(utils.get_file(self.WEIGHTS_PATH.format(n_layers)))

    def forward(self, x: Any) -> Any:
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.pooling(x, kernel_size=3, stride=2)
        for i in range(2, 6):
            x = getattr(self, f"res{i}")(x)
        return self.fc6(_global_average_pooling_2d(x))


class ResNet152(ResNet):
    """A hundred and fifty-two layers."""

    def __init__(self, pretrained: bool = False):
        super().__init__(152, pretrained)


class ResNet101(ResNet):
    """A hundred and one layers."""

    def __init__(self, pretrained: bool = False):
        super().__init__(101, pretrained)


class ResNet50(ResNet):
    """Fifty layers."""

    def __init__(self, pretrained: bool = False):
        super().__init__(50, pretrained)


def _global_average_pooling_2d(x: Any) -> Any:
    n, channels, h, w = x.shape
    return F.reshape(F.average_pooling(x, (h, w), stride=1), (n, channels))


class BuildingBlock(Layer):
    """One block that changes the shape, and others that keep it: `a`, `b1`, `b2` and so on."""

    def __init__(
        self, n_layers: Any = None, in_channels: Any = None, mid_channels: Any = None, out_channels: Any = None,
        stride: Any = None, downsample_fb: Any = None,
    ):  # fmt: skip
        super().__init__()
        self.a = BottleneckA(in_channels, mid_channels, out_channels, stride, downsample_fb)
        self._forward = ["a"]
        for i in range(1, n_layers):
            setattr(self, f"b{i}", BottleneckB(out_channels, mid_channels))
            self._forward.append(f"b{i}")

    def forward(self, x: Any) -> Any:
        for name in self._forward:
            x = getattr(self, name)(x)
        return x


class BottleneckA(Layer):
    """Three convolutions, added to a fourth of the input; `downsample_fb` puts the stride on the 3x3 one."""

    def __init__(
        self, in_channels: int, mid_channels: int, out_channels: int, stride: int = 2, downsample_fb: Any = False
    ):
        super().__init__()
        stride_1x1, stride_3x3 = (1, stride) if downsample_fb else (stride, 1)
        self.conv1 = L.Conv2d(mid_channels, 1, stride_1x1, 0, nobias=True, in_channels=in_channels)
        self.bn1 = L.BatchNorm()
        self.conv2 = L.Conv2d(mid_channels, 3, stride_3x3, 1, nobias=True, in_channels=mid_channels)
        self.bn2 = L.BatchNorm()
        self.conv3 = L.Conv2d(out_channels, 1, 1, 0, nobias=True, in_channels=mid_channels)
        self.bn3 = L.BatchNorm()
        self.conv4 = L.Conv2d(out_channels, 1, stride, 0, nobias=True, in_channels=in_channels)
        self.bn4 = L.BatchNorm()

    def forward(self, x: Any) -> Any:
        h = F.relu(self.bn1(self.conv1(x)))
        h = F.relu(self.bn2(self.conv2(h)))
        return F.relu(self.bn3(self.conv3(h)) + self.bn4(self.conv4(x)))


class BottleneckB(Layer):
    """Three convolutions, added to the input."""

    def __init__(self, in_channels: int, mid_channels: int):
        super().__init__()
        self.conv1 = L.Conv2d(mid_channels, 1, 1, 0, nobias=True, in_channels=in_channels)
        self.bn1 = L.BatchNorm()
        self.conv2 = L.Conv2d(mid_channels, 3, 1, 1, nobias=True, in_channels=mid_channels)
        self.bn2 = L.BatchNorm()
        self.conv3 = L.Conv2d(in_channels, 1, 1, 0, nobias=True, in_channels=mid_channels)
        self.bn3 = L.BatchNorm()

    def forward(self, x: Any) -> Any:
        h = F.relu(self.bn1(self.conv1(x)))
        h = F.relu(self.bn2(self.conv2(h)))
        return F.relu(self.bn3(self.conv3(h)) + x)


class Fire(Layer):
    """A narrow convolution, whose result a 1x1 and a 3x3 convolution expand side by side."""

    def __init__(self, squeeze: int, expand: int):
        super().__init__()
        self.squeeze = L.Conv2d(squeeze, 1)
        self.expand1, self.expand3 = L.Conv2d(expand, 1), L.Conv2d(expand, 3, pad=1)

    def forward(self, x: Any) -> Any:
        from rung.functions import concat

        x = F.relu(self.squeeze(x))
        return F.relu(concat([self.expand1(x), self.expand3(x)], axis=1))


class SqueezeNet(Model):
    """Version 1.1, which the book left empty; there are no weights of the book's for it."""

    def __init__(self, pretrained: bool = False):
        super().__init__()
        if pretrained:
            raise ValueError("SqueezeNet: the book has no weights for it, but rung.models.SqueezeNet has")
        self.conv1 = L.Conv2d(64, 3, stride=2)
        sizes = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
        self.fires = [Fire(*pair) for pair in sizes]
        self.conv10 = L.Conv2d(1000, 1)

    def forward(self, x: Any) -> Any:
        x = F.pooling(F.relu(self.conv1(x)), 3, 2)
        for i, fire in enumerate(self.fires):
            x = fire(x)
            if i in (1, 3):
                x = F.pooling(x, 3, 2)
        return _global_average_pooling_2d(F.relu(self.conv10(F.dropout(x))))
