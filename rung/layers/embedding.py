"""Vectors for integers, and for positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rung.functions as F
from rung.core.parameter import Parameter
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module
from rung.errors import ShapeError, ValueRangeError, message
from rung.initializers import normal
from rung.layers.layer import Layer
from rung.shapes import check_sizes, checked_integer

__all__ = ["Embedding", "PositionalEmbedding", "PositionalEncoding"]


class Embedding(Layer):
    """A vector for each of `in_size` integers: y = W[x], W of (in_size, out_size).

    Shape: (...) of integers -> (..., out_size)

    Args:
        in_size: how many integers there are, from 0.
        out_size: the number of features.
        padding_index: an integer that stands for nothing: its row begins as zeros, and is not learnt.
        dtype: of W; the default dtype if None.
        initializer: draws the first W; standard normal values if not given.

    >>> import numpy as np
    >>> layer = Embedding(10, 4)
    >>> layer(np.array([[1, 2, 9]])).shape
    (1, 3, 4)
    """

    pytorch_names = {"W": "weight"}

    def __init__(
        self,
        in_size: int,
        out_size: int,
        padding_index: int | None = None,
        dtype: Any = None,
        initializer: Callable[..., Any] = normal,
    ):
        check_sizes("Embedding", in_size=in_size, out_size=out_size)
        if padding_index is not None and checked_integer("Embedding", "padding_index", padding_index, 0) >= in_size:
            raise ValueRangeError(
                f"Embedding: expected padding_index to be from 0 to {in_size - 1}, but got {padding_index!r}"
            )
        self.in_size = in_size
        self.out_size = out_size
        self.padding_index = padding_index
        self.W = Parameter(None, name="W", expected_shape=(in_size, out_size), dtype=dtype)
        self.W.initialize(initializer((in_size, out_size), dtype))
        if padding_index is not None:
            self.W.data[padding_index] = 0

    def forward(self, x: Any) -> Variable:
        return F.embedding(x, self.W, self.padding_index)


class PositionalEncoding(Layer):
    """Add waves of many lengths, by which attention can tell positions: see `rung.functions.positional_encoding`.

    Shape: (..., T, size) with an even size -> the same. Source: Vaswani et al., NeurIPS 2017.

    Args:
        base: the longest waves are about this many times longer than the shortest.

    >>> import numpy as np
    >>> PositionalEncoding()(np.zeros((1, 2)), start=0)
    variable([[0. 1.]])
    """

    def __init__(self, base: float = 10000.0):
        self.base = base
        self._last: tuple[Any, Variable | None] = (None, None)  # most often, the next ones wanted are the same

    def forward(self, x: Any, start: int = 0) -> Variable:
        """Encode; `start` is the position of the first, after those in a cache."""
        x = _with_positions("PositionalEncoding", x)
        xp, dtype = get_array_module(x), x.dtype if x.dtype.kind == "f" else None
        wanted = (start, *x.shape[-2:], xp, dtype)
        known, waves = self._last
        if known != wanted:
            waves = F.positional_encoding(xp.arange(start, start + x.shape[-2]), x.shape[-1], self.base, dtype)
            self._last = (wanted, waves)
        return x + waves


class PositionalEmbedding(Layer):
    """Add a vector for each position, which is learnt: y[t] = x[t] + W[t].

    Shape: (..., T, size), T up to max_length -> the same

    Args:
        max_length: how many positions there are.
        size: the number of features; learnt from the first batch if None.
        dtype: of W; the default dtype if None.
        initializer: draws the first W; normal values with a standard deviation of 0.02 if not given, as in GPT-2.

    Raises:
        ShapeError: there are more positions than max_length.

    >>> import numpy as np
    >>> layer = PositionalEmbedding(8)
    >>> layer(np.zeros((2, 5, 3))).shape, layer.W.shape
    ((2, 5, 3), (8, 3))
    """

    pytorch_names = {"W": "weight"}

    def __init__(
        self,
        max_length: int,
        size: int | None = None,
        dtype: Any = None,
        initializer: Callable[..., Any] = lambda shape, dtype: normal(shape, dtype, std=0.02),
    ):
        check_sizes("PositionalEmbedding", max_length=max_length, size=size)
        self.max_length = max_length
        self.dtype = dtype
        self.initializer = initializer
        self.W = Parameter(None, name="W", expected_shape=(max_length, size), dtype=dtype)
        if size is not None:
            self._draw_weights(size)

    def _draw_weights(self, size: int) -> None:
        self.W.initialize(self.initializer((self.max_length, size), self.dtype))

    def forward(self, x: Any, start: int = 0) -> Variable:
        """Add the vectors; `start` is the position of the first, after those in a cache."""
        x = _with_positions("PositionalEmbedding", x)
        if not self.W.is_sized:
            self._draw_weights(x.shape[-1])
            if get_array_module(x) is not get_array_module(self.W):
                self.W.to_gpu()
        end = start + x.shape[-2]
        if start < 0 or end > self.max_length:
            expected = (
                f"expected positions below max_length = {self.max_length}, but they go from {start} to {end - 1}"
            )
            raise ShapeError(message("PositionalEmbedding", expected, x=x))
        if x.shape[-1] != self.W.shape[-1]:
            raise ShapeError(message("PositionalEmbedding", "x must have as many features as W", x=x, W=self.W))
        return x + self.W[start:end]


def _with_positions(layer: str, x: Any) -> Variable:
    x = as_variable(x)
    if x.ndim < 2:
        raise ShapeError(message(layer, "x must have an axis of positions and one of features", x=x))
    return x
