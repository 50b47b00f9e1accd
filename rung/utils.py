"""The utilities of the book by their old names, each a thin door to what Rung has for it."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from rung import files
from rung.core.variable import Variable
from rung.cuda import as_numpy, get_array_module
from rung.errors import ShapeError, ValueRangeError
from rung.picture.dot import get_dot_graph
from rung.picture.saving import plot_dot_graph

__all__ = [
    "array_allclose", "array_equal", "get_conv_outsize", "get_deconv_outsize", "get_dot_graph", "get_file",
    "gradient_check", "logsumexp", "max_backward_shape", "numerical_grad", "pair", "plot_dot_graph",
    "reshape_sum_backward", "show_progress", "sum_to",
]  # fmt: skip


# Gradients by differences


def gradient_check(f: Any, x: Any, *args: Any, rtol: float = 1e-4, atol: float = 1e-5, **kwargs: Any) -> bool:
    """Whether backward gives the gradient of the sum of f(x, …) by x that differences give; prints both if not.

    `rung.testing.check_op` checks an op from all sides, and to second order.

    Args:
        f: a function of a Variable, and of what else is given.
        x: an array or a Variable; it is not written to.

    >>> import rung.functions as F
    >>> gradient_check(F.sin, np.array([0.5, 1.0]))
    True
    """
    kind = type(x) if isinstance(x, Variable) else Variable
    point = kind(get_array_module(x).array(getattr(x, "_data", x), np.float64))
    expected = numerical_grad(lambda moved: f(kind(moved), *args, **kwargs), point)
    f(point, *args, **kwargs).backward()
    found = as_numpy(point.grad)
    if array_allclose(expected, found, rtol=rtol, atol=atol):
        return True
    print("gradient_check: backward and differences disagree")
    for name, gradient in (("differences", as_numpy(expected)), ("backward", found)):
        print(f"  {name}: shape {gradient.shape}, values {str(gradient.ravel()[:10])[1:-1]} …")
    return False


def numerical_grad(f: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    """The gradient of the sum of f(x, …) by every element of x, by central differences: an array.

    >>> numerical_grad(lambda x: x * x, np.array([1.0, 2.0])).round(6)
    array([2., 4.])
    """
    step, array = 1e-4, getattr(x, "_data", x)
    gradient = get_array_module(array).zeros_like(array)
    for index in np.ndindex(array.shape):
        sums = []
        for sign in (1, -1):
            moved = array.copy()
            moved[index] += sign * step
            y = f(moved, *args, **kwargs)
            sums.append(getattr(y, "_data", y))
        gradient[index] = (sums[0] - sums[1]).sum() / (2 * step)
    return gradient


def array_equal(a: Any, b: Any) -> bool:
    """Whether two arrays or Variables have one shape and the same elements.

    >>> array_equal(Variable(1.0), np.array(1.0))
    True
    """
    return bool(np.array_equal(as_numpy(a), as_numpy(b)))


def array_allclose(a: Any, b: Any, rtol: float = 1e-4, atol: float = 1e-5) -> bool:
    """Whether the elements of two arrays or Variables are equal up to rtol, relative to b, and atol.

    >>> array_allclose(np.array([1.0]), np.array([1.00001]))
    True
    """
    return bool(np.allclose(as_numpy(a), as_numpy(b), rtol=rtol, atol=atol))


# Shapes


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """An array summed over the axes that a broadcast from `shape` would have stretched.

    >>> sum_to(np.ones((2, 3)), (1, 3))
    array([[2., 2., 2.]])
    """
    lead = x.ndim - len(shape)
    axes = (*range(lead), *(i + lead for i, size in enumerate(shape) if size == 1))
    return x.sum(axes, keepdims=True).reshape(shape)


def reshape_sum_backward(gy: Any, x_shape: tuple[int, ...], axis: Any, keepdims: bool) -> Any:
    """The gradient of a sum over `axis`, with the axes back that the sum took away, as size 1.

    >>> reshape_sum_backward(np.ones(2), (2, 3), 1, False).shape
    (2, 1)
    """
    if keepdims or axis is None or not x_shape:
        return gy
    axes = {a % len(x_shape) for a in _axes(axis)}
    return gy.reshape(tuple(1 if i in axes else size for i, size in enumerate(x_shape)))


def max_backward_shape(x: Any, axis: Any) -> list[int]:
    """The shape of a maximum over `axis` with its axes kept, as size 1; over all axes if None.

    >>> max_backward_shape(np.zeros((2, 3)), -1)
    [2, 1]
    """
    axes = range(x.ndim) if axis is None else [a % x.ndim for a in _axes(axis)]
    return [1 if i in axes else size for i, size in enumerate(x.shape)]


def _axes(axis: Any) -> tuple[int, ...]:
    return tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)


def logsumexp(x: Any, axis: int = 1) -> Any:
    """log of the sum of exp(x) over an axis of an array, which is kept as size 1; finite for large x.

    >>> bool(logsumexp(np.array([[1000.0, 1000.0]]))[0, 0] == 1000 + np.log(2))
    True
    """
    xp = get_array_module(x)
    most = x.max(axis=axis, keepdims=True)
    return most + xp.log(xp.exp(x - most).sum(axis=axis, keepdims=True))


def get_conv_outsize(input_size: int, kernel_size: int, stride: int, pad: int) -> int:
    """The size that a convolution makes of `input_size`.

    >>> get_conv_outsize(4, 3, 1, 1)
    4
    """
    return (input_size + pad * 2 - kernel_size) // stride + 1


def get_deconv_outsize(size: int, k: int, s: int, p: int) -> int:
    """The size that a transposed convolution of kernel k, stride s and padding p makes of `size`.

    >>> get_deconv_outsize(4, 3, 1, 1)
    4
    """
    return s * (size - 1) + k - 2 * p


def pair(x: Any) -> tuple[int, int]:
    """One number twice; two numbers as they are.

    >>> pair(3), pair((1, 2))
    ((3, 3), (1, 2))
    """
    if isinstance(x, (int, np.integer)) and not isinstance(x, bool):
        return int(x), int(x)
    if not isinstance(x, (tuple, list)):
        raise ValueRangeError(f"pair: expected a whole number or two of them, but got {x!r}")
    if len(x) != 2:
        raise ShapeError(f"pair: expected two numbers, but got {len(x)}")
    return x[0], x[1]


# Files


def get_file(url: str, file_name: str | None = None) -> str:
    """The path of a file: in the folder that `RUNG_DATA` names or in the cache, where it is downloaded to at need.

    It is taken on trust, since no checksum is known; `rung.files.download` takes one.

    Args:
        url: where it is, http or https.
        file_name: what it is called; the last part of `url` if None.

    Raises:
        DownloadError: it cannot be fetched, or its name leads out of the folder.
    """
    name = url[url.rfind("/") + 1 :] if file_name is None else file_name
    return str(files.find(name) or files.download(url, name, None))


def show_progress(block_num: int, block_size: int, total_size: int) -> None:
    """Print a bar of how much of a download is there, as `urllib.request.urlretrieve` calls it.

    >>> show_progress(1, 50, 100)
    [###############...............] 50.00%
    """
    share = min(block_num * block_size / total_size, 1.0) if total_size > 0 else 1.0
    filled = int(share * 30)
    print(f"\r[{'#' * filled}{'.' * (30 - filled)}] {100 * share:.2f}%", end="", file=sys.stdout)
