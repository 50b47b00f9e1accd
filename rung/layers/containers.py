"""Layers made of layers, and layers without parameters."""

from __future__ import annotations

from typing import Any

import rung.functions as F
from rung.core.variable import Variable
from rung.layers.layer import Layer

__all__ = ["Dropout", "Sequential"]


class Sequential(Layer):
    """One layer or function after the other.

    >>> import numpy as np
    >>> from rung.layers import Linear
    >>> net = Sequential(Linear(8), F.relu, Linear(3))
    >>> net(np.ones((2, 5))).shape
    (2, 3)
    """

    def __init__(self, *layers: Any):
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def _children(self) -> dict[str, Any]:
        """The layers by number, so that their parameters are called ``0.W``, as in PyTorch; and what else is set."""
        others = {name: value for name, value in vars(self).items() if name != "layers"}
        return {str(i): layer for i, layer in enumerate(self.layers)} | others

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Any:
        return self.layers[index]


class Dropout(Layer):
    """Zero elements at random in training; pass everything through in test mode: see `rung.functions.dropout`.

    Shape: any -> the same.
    """

    def __init__(self, dropout_ratio: float = 0.5):
        self.dropout_ratio = dropout_ratio

    def forward(self, x: Any) -> Variable:
        return F.dropout(x, self.dropout_ratio)
