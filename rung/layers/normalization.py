"""Layers that normalise what flows through them."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import rung.functions as F
from rung.config import test_mode
from rung.core.parameter import Buffer, Parameter
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module
from rung.errors import ShapeError, message
from rung.initializers import ones, zeros
from rung.layers.layer import Layer
from rung.shapes import Axis, Shape, as_shape, check_sizes, normalize_axes

__all__ = ["BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "RMSNorm"]

Sizes = tuple[int | None, ...]


class _Normalization(Layer):
    """A layer with scales `gamma` and shifts `beta`, whose sizes are learnt from the first batch if they are None."""

    def _add_parameters(self, sizes: Sizes, dtype: Any, gamma: bool = True, beta: bool = True) -> None:
        for size in sizes:
            check_sizes(type(self).__name__, size=size)
        self.dtype = dtype
        self.gamma = Parameter(None, "gamma", sizes, dtype) if gamma else None
        self.beta = Parameter(None, "beta", sizes, dtype) if beta else None
        if None not in sizes:
            self._initialize(tuple(filter(None, sizes)))

    def _initialize(self, sizes: Shape) -> None:
        """Fill what has no size yet: what scales with ones, what shifts with zeros."""
        for name, p in self._named_state():
            if not p.is_sized:
                p.initialize((ones if name in ("gamma", "avg_var") else zeros)(sizes, self.dtype))

    def _see(self, x: Variable, sizes: Shape) -> None:
        """Learn the sizes from a batch, if they are not known, and go where it is."""
        unsized = [p for _, p in self._named_state() if not p.is_sized]
        if unsized:
            self._initialize(sizes)
            if get_array_module(x) is not get_array_module(unsized[0]):
                self.to_gpu()


def _sizes(axis: Axis, in_size: Any) -> Sizes:
    """The sizes of the normalised axes, as far as they are known."""
    axes = as_shape(axis)  # type: ignore[arg-type]
    return (None,) * len(axes) if in_size is None else as_shape(in_size)


def _channels(op: str, x: Variable) -> Shape:
    if x.ndim < 2:
        raise ShapeError(message(op, "expected x of shape (N, C, ...)", x=x))
    return x.shape[1:2]


class BatchNorm(_Normalization):
    """Standardise each channel over the batch, then scale and shift it: see `rung.functions.batch_norm`.

    In training it goes by the batch, and its running statistics follow; in test mode it goes by those. Once gamma and
    beta are both frozen, as by ``model.freeze()``, it is fixed: it goes by its running statistics, and leaves them
    alone, in training too.

    Shape: (N, C) or (N, C, *sizes) -> the same.

    Args:
        decay: how much of the running statistics stays in each step.
        eps: keeps the divisor away from 0.
        dtype: of the parameters and buffers; the default dtype if None.
        in_channels: the number of channels; learnt from the first batch if None.

    >>> import numpy as np
    >>> layer = BatchNorm()
    >>> layer(np.array([[1.0], [3.0]], np.float32)).data.round(2).tolist()
    [[-1.0], [1.0]]
    >>> layer.avg_mean
    variable([0.2], dtype=float32, name='avg_mean')
    """

    pytorch_names = {"gamma": "weight", "beta": "bias", "avg_mean": "running_mean", "avg_var": "running_var"}

    def __init__(self, decay: float = 0.9, eps: float = 2e-5, dtype: Any = None, in_channels: int | None = None):
        self.decay = decay
        self.eps = eps
        self.avg_mean = Buffer(None, "avg_mean", (in_channels,), dtype)
        self.avg_var = Buffer(None, "avg_var", (in_channels,), dtype)
        self._add_parameters((in_channels,), dtype)

    @property
    def is_frozen(self) -> bool:
        """Whether gamma and beta are frozen, and with them the running statistics."""
        return not any(p.trainable for p in self.params())

    def forward(self, x: Any) -> Variable:
        x = as_variable(x)
        self._see(x, _channels("batch_norm", x))
        with test_mode() if self.is_frozen else nullcontext():
            return F.batch_norm(x, self.gamma, self.beta, self.avg_mean, self.avg_var, self.decay, self.eps)


class LayerNorm(_Normalization):
    """Standardise along axes, by default the last; then scale and shift: see `rung.functions.layer_norm`.

    Shape: any -> the same.

    Args:
        axis: an integer, or a tuple of integers.
        eps: keeps the divisor away from 0.
        affine: scale and shift.
        nobias: scale, but do not shift.
        dtype: of the parameters; the default dtype if None.
        in_size: the sizes of these axes; learnt from the first batch if None.

    >>> import numpy as np
    >>> layer = LayerNorm()
    >>> layer(np.array([[1.0, 3.0], [10.0, 30.0]])).data.round(3).tolist(), layer.gamma.shape
    ([[-1.0, 1.0], [-1.0, 1.0]], (2,))
    """

    pytorch_names = {"gamma": "weight", "beta": "bias"}

    def __init__(
        self, axis: Axis = -1, eps: float = 1e-5, affine: bool = True, nobias: bool = False, dtype: Any = None,
        in_size: Any = None,
    ):  # fmt: skip
        self.axis = axis
        self.eps = eps
        self._add_parameters(_sizes(axis, in_size), dtype, affine, affine and not nobias)

    def forward(self, x: Any) -> Variable:
        x = as_variable(x)
        self._see(x, tuple(x.shape[axis] for axis in normalize_axes(self.axis, x.ndim, "layer_norm")))
        return F.layer_norm(x, self.gamma, self.beta, self.eps, self.axis)


class RMSNorm(_Normalization):
    """Divide by the root of the mean square along axes, then scale: see `rung.functions.rms_norm`.

    Shape: any -> the same.

    Args:
        axis: an integer, or a tuple of integers.
        eps: keeps the divisor away from 0.
        dtype: of gamma; the default dtype if None.
        in_size: the sizes of these axes; learnt from the first batch if None.

    >>> import numpy as np
    >>> RMSNorm()(np.array([1.0, 7.0])).data.round(3).tolist()
    [0.2, 1.4]
    """

    pytorch_names = {"gamma": "weight"}

    def __init__(self, axis: Axis = -1, eps: float = 1e-6, dtype: Any = None, in_size: Any = None):
        self.axis = axis
        self.eps = eps
        self._add_parameters(_sizes(axis, in_size), dtype, beta=False)

    def forward(self, x: Any) -> Variable:
        x = as_variable(x)
        self._see(x, tuple(x.shape[axis] for axis in normalize_axes(self.axis, x.ndim, "rms_norm")))
        return F.rms_norm(x, self.gamma, self.eps, self.axis)


class GroupNorm(_Normalization):
    """Standardise groups of channels within each example, then scale and shift: see `rung.functions.group_norm`.

    Shape: (N, C) or (N, C, *sizes) -> the same.

    Args:
        groups: how many; they must divide the channels evenly.
        eps: keeps the divisor away from 0.
        affine: scale and shift.
        dtype: of the parameters; the default dtype if None.
        in_channels: the number of channels; learnt from the first batch if None.

    >>> import numpy as np
    >>> GroupNorm(2)(np.array([[1.0, 3.0, 10.0, 30.0]])).data.round(3).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    pytorch_names = {"gamma": "weight", "beta": "bias"}

    def __init__(
        self, groups: int, eps: float = 1e-5, affine: bool = True, dtype: Any = None, in_channels: int | None = None
    ):
        self.groups = groups
        self.eps = eps
        self._add_parameters((in_channels,), dtype, affine, affine)

    def forward(self, x: Any) -> Variable:
        x = as_variable(x)
        self._see(x, _channels("group_norm", x))
        return F.group_norm(x, self.groups, self.gamma, self.beta, self.eps)


class InstanceNorm(_Normalization):
    """Standardise each channel of each example, then scale and shift: see `rung.functions.instance_norm`.

    Shape: (N, C, *sizes) -> the same.

    Args:
        eps: keeps the divisor away from 0.
        affine: scale and shift.
        dtype: of the parameters; the default dtype if None.
        in_channels: the number of channels; learnt from the first batch if None.

    >>> import numpy as np
    >>> InstanceNorm()(np.array([[[1.0, 3.0], [10.0, 30.0]]])).data.round(3).tolist()
    [[[-1.0, 1.0], [-1.0, 1.0]]]
    """

    pytorch_names = {"gamma": "weight", "beta": "bias"}

    def __init__(self, eps: float = 1e-5, affine: bool = True, dtype: Any = None, in_channels: int | None = None):
        self.eps = eps
        self._add_parameters((in_channels,), dtype, affine, affine)

    def forward(self, x: Any) -> Variable:
        x = as_variable(x)
        self._see(x, _channels("instance_norm", x))
        return F.instance_norm(x, self.gamma, self.beta, self.eps)
