"""A small convolutional network for small images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rung.functions as F
from rung.errors import ValueRangeError
from rung.initializers import he_normal
from rung.layers import BatchNorm, Conv2d, Dropout, Layer, Linear
from rung.models.mlp import Model


class ConvNet(Model):
    """Stages of two 3x3 convolutions, batch normalisation and a residual connection, each halving the image.

    What VGG began and ResNet settled, at a size that a laptop trains in minutes.

    Shape: (N, C, H, W) -> (N, classes); H and W at least 2 ** (len(widths) - 1).

    Args:
        classes: of the last layer.
        widths: the channels of each stage.
        dropout: before the last layer.

    >>> import numpy as np, rung
    >>> with rung.no_grad():
    ...     ConvNet(10)(np.zeros((2, 1, 8, 8), "float32")).shape
    (2, 10)
    """

    def __init__(self, classes: int, widths: Sequence[int] = (16, 32, 64), dropout: float = 0.3):
        if not widths:
            raise ValueRangeError("ConvNet: expected the width of at least one stage, but got none")
        self.stages = [Stage(width) for width in widths]
        self.dropout = Dropout(dropout)
        self.fc = Linear(classes)

    def forward(self, x: Any) -> Any:
        for i, stage in enumerate(self.stages):
            x = stage(x if i == 0 else F.max_pool2d(x, 2))
        return self.fc(self.dropout(F.mean(x, axis=(2, 3))))


class Stage(Layer):
    """One convolution to a new width, and a second whose result is added to that of the first.

    Shape: (N, C, H, W) -> (N, width, H, W)
    """

    def __init__(self, width: int):
        self.conv1, self.bn1 = Conv2d(width, 3, pad=1, nobias=True, initializer=he_normal), BatchNorm()
        self.conv2, self.bn2 = Conv2d(width, 3, pad=1, nobias=True, initializer=he_normal), BatchNorm()

    def forward(self, x: Any) -> Any:
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(x + self.bn2(self.conv2(x)))
