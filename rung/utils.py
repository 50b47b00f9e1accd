"""The book's small helpers under the names that its readers know; each is a door to where the thing itself stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from rung import files
from rung.core.node import sum_to as _sum_to
from rung.core.variable import Variable, as_variable
from rung.cuda import as_numpy, get_array_module
from rung.shapes import kept, normalize_axes
from rung.visualize.dot import get_dot_graph, plot_dot_graph

__all__ = [
    "array_allclose", "array_equal", "get_conv_outsize", "get_deconv_outsize", "get_dot_graph", "get_file",
    "gradient_check", "logsumexp", "max_backward_shape", "numerical_grad", "pair", "plot_dot_graph",
    "reshape_sum_backward", "sum_to",
]  # fmt: skip


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Undo a broadcast of an array: sum it over the axes that were stretched from `shape`.

    >>> sum_to(np.ones((2, 3)), (1, 3))
    array([[2., 2., 2.]])
    """
    return _sum_to(x, tuple(shape))


def reshape_sum_backward(gy: Any, x_shape: tuple[int, ...], axis: Any, keepdims: bool) -> Any:
    """The gradient of a sum with its summed axes back, with size 1."""
    if axis is None or keepdims or not x_shape:
        return gy.reshape(gy.shape)
    return gy.reshape(kept(x_shape, normalize_axes(axis, len(x_shape))))


def logsumexp(x: Any, axis: int = 1) -> Any:
    """log(sum(exp(x))) of an array along an axis, which stays with size 1; exact however large x is.

    >>> logsumexp(np.array([[1000.0, 1000.0]]))
    array([[1000.69314718]])
    """
    largest = x.max(axis=axis, keepdims=True)
    xp = get_array_module(x)
    return largest + xp.log(xp.exp(x - largest).sum(axis=axis, keepdims=True))


def max_backward_shape(x: Any, axis: Any) -> list[int]:
    """The shape of x with the axes of a maximum of size 1.

    >>> max_backward_shape(np.ones((2, 3)), -1)
    [2, 1]
    """
    return list(kept(x.shape, normalize_axes(axis, x.ndim)))


def gradient_check(
    f: Callable[..., Any], x: Any, *args: Any, rtol: float = 1e-4, atol: float = 1e-5, **kwargs: Any
) -> bool:
    """Whether the gradient of the sum of f by x agrees with differences; x itself stays as it is.

    >>> import rung.functions as F
    >>> gradient_check(F.tanh, np.array([0.5, -1.0]))
    True
    """
    point = Variable(np.array(as_numpy(as_variable(x)._data), np.float64))
    f(point, *args, **kwargs).backward()
    expected = numerical_grad(f, point, *args, **kwargs)
    found = point.grad
    if found is not None and found.shape == expected.shape and array_allclose(found, expected, rtol, atol):
        return True
    print("the gradient differs from differences: backward gives")
    print(found)
    print("where differences give")
    print(expected)
    return False


def numerical_grad(f: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """The gradient of the sum of f by x, from central differences of step 1e-4.

    >>> numerical_grad(lambda x: x * x, np.array([1.0, 2.0])).round(3)
    array([2., 4.])
    """
    step, point = 1e-4, np.array(as_numpy(x), np.float64)
    gradient = np.zeros_like(point)
    for index in np.ndindex(*point.shape):
        sides = []
        for side in (point[index] + step, point[index] - step):
            moved = point.copy()
            moved[index] = side
            y = f(Variable(moved) if isinstance(x, Variable) else moved, *args, **kwargs)
            sides.append(as_numpy(y).sum())
        gradient[index] = (sides[0] - sides[1]) / (2 * step)
    return gradient


def array_equal(a: Any, b: Any) -> bool:
    """Whether two arrays or Variables have one shape and equal elements."""
    return bool(np.array_equal(as_numpy(a), as_numpy(b)))


def array_allclose(a: Any, b: Any, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """Whether two arrays or Variables are equal within tolerances."""
    return bool(np.allclose(as_numpy(a), as_numpy(b), rtol, atol))


def get_file(url: str, file_name: str | None = None) -> str:
    """Fetch a file into the cache, unless it is there; return its path. Nothing vouches for what it holds.

    Where the checksum is known, `rung.files.download` verifies it.
    """
    name = file_name or Path(urlsplit(url).path).name
    known = files.find(name)
    return str(known if known is not None else files.download(url, name, checksum=None))


def get_deconv_outsize(size: int, k: int, s: int, p: int) -> int:
    """The size that a transposed convolution gives.

    >>> get_deconv_outsize(4, k=3, s=2, p=1)
    7
    """
    return s * (size - 1) + k - 2 * p


def get_conv_outsize(input_size: int, kernel_size: int, stride: int, pad: int) -> int:
    """The size that a convolution gives.

    >>> get_conv_outsize(7, 3, 2, 1)
    4
    """
    return (input_size + pad * 2 - kernel_size) // stride + 1


def pair(x: Any) -> tuple[int, int]:
    """Two integers, from one for both or from both.

    >>> pair(3), pair((1, 2))
    ((3, 3), (1, 2))
    """
    if isinstance(x, int):
        return x, x
    if isinstance(x, tuple) and len(x) == 2:
        return x
    raise ValueError(f"pair: expected an integer or two of them, but got {x!r}")
