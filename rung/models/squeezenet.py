"""SqueezeNet."""

from __future__ import annotations

from typing import Any

import rung.functions as F
from rung.initializers import he_normal, normal
from rung.layers import Conv2d, Dropout, Layer, Sequential
from rung.models.mlp import Model
from rung.models.pretrained import of_torchvision

WEIGHTS = of_torchvision("squeezenet1_1-b8a52dc0.pth")


class Fire(Layer):
    """A narrow 1x1 convolution, whose result a 1x1 and a 3x3 convolution expand side by side.

    Shape: (N, C, H, W) -> (N, 2 expand, H, W)
    """

    def __init__(self, squeeze: int, expand: int):
        self.squeeze = Conv2d(squeeze, 1, initializer=he_normal)
        self.expand1x1 = Conv2d(expand, 1, initializer=he_normal)
        self.expand3x3 = Conv2d(expand, 3, pad=1, initializer=he_normal)

    def forward(self, x: Any) -> Any:
        x = F.relu(self.squeeze(x))
        return F.relu(F.concat([self.expand1x1(x), self.expand3x3(x)], axis=1))


def _small(shape: Any, dtype: Any) -> Any:
    """Values so small that the ReLU behind them lets every class live through the first steps."""
    return normal(shape, dtype, std=0.01)


def _pool(x: Any) -> Any:
    return F.max_pool2d(x, 3, stride=2, ceil_mode=True)


class SqueezeNet(Model):
    """Version 1.1: the accuracy of AlexNet with a fiftieth of its parameters.

    Shape: (N, 3, H, W), H and W at least 17 -> (N, classes)

    Args:
        pretrained: fetch the weights that torchvision trained on ImageNet; images go through
            `rung.transforms.imagenet_preprocessing()` before.
        classes: 1000 if pretrained.
        dropout: before the last convolution.

    Source: Iandola et al., SqueezeNet, 2016.

    >>> import numpy as np, rung
    >>> with rung.no_grad():
    ...     SqueezeNet(classes=10)(np.zeros((2, 3, 32, 32), "float32")).shape
    (2, 10)
    """

    def __init__(self, pretrained: bool = False, classes: int = 1000, dropout: float = 0.5):
        self.features = Sequential(
            Conv2d(64, 3, stride=2, initializer=he_normal), F.relu, _pool,
            Fire(16, 64), Fire(16, 64), _pool,
            Fire(32, 128), Fire(32, 128), _pool,
            Fire(48, 192), Fire(48, 192), Fire(64, 256), Fire(64, 256),
        )  # fmt: skip
        self.classifier = Sequential(Dropout(dropout), Conv2d(classes, 1, initializer=_small), F.relu)
        if pretrained:
            WEIGHTS.load_into(self)

    def forward(self, x: Any) -> Any:
        return F.mean(self.classifier(self.features(x)), axis=(2, 3))
