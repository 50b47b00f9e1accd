"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rung.functions as F
from rung.core.parameter import Parameter
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.dtypes import as_operand
from rung.initializers import lecun_normal, zeros
from rung.layers.layer import Layer
from rung.shapes import check_sizes, checked_integer, expect

__all__ = ["Linear"]


class Linear(Layer):
    """An affine map of the last axis, Y = X @ W + b.

    Shape: (..., in_size) -> (..., out_size)

    Args:
        out_size: the number of outputs.
        nobias: leave out b.
        dtype: of the parameters; the default dtype if None.
        in_size: the number of inputs; learnt from the first batch if None.
        initializer: draws the first W: see `rung.initializers`.

    >>> import numpy as np
    >>> layer = Linear(3)
    >>> layer(np.ones((2, 5))).shape, layer.W.shape
    ((2, 3), (5, 3))
    """

    pytorch_names = {"W": "weight.T", "b": "bias"}

    def __init__(
        self,
        out_size: int,
        nobias: bool = False,
        dtype: Any = None,
        in_size: int | None = None,
        initializer: Callable[..., Any] = lecun_normal,
    ):
        check_sizes("Linear", in_size=in_size)
        self.in_size = in_size
        self.out_size = out_size = checked_integer("Linear", "out_size", out_size)
        self.dtype = dtype
        self.initializer = initializer
        self.W = Parameter(None, name="W", expected_shape=(in_size, out_size), dtype=dtype)
        self.b = None if nobias else Parameter(zeros((out_size,), dtype), name="b")
        if in_size is not None:
            self._draw_weights(in_size)

    def _draw_weights(self, in_size: int) -> None:
        self.W.initialize(self.initializer((in_size, self.out_size), self.dtype))

    def forward(self, x: Any) -> Variable:
        x = x if isinstance(x, Variable) else as_operand(x, "linear")
        expect(len(getattr(x, "shape", ())) > 0, "linear: expected x to have an axis of features")
        if not self.W.is_sized:
            self._draw_weights(x.shape[-1])
            if get_array_module(x) is not get_array_module(self.W):
                self.W.to_gpu()
        return F.linear(x, self.W, self.b)
