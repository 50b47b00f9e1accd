"""Convolutions of arrays: the windows are laid out as columns of a matrix, and one matrix product does the rest.

A column holds the elements of one window; a batch is worked through in parts, whose columns stay in a core's cache.
So no more than a few MiB are needed beside the result, however large the batch is, and copying is quick.

Everything here is on arrays; the ops in operators.py say how the three belong together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rung.cuda import device_name
from rung.functions.spatial.geometry import Windows
from rung.kernels import accelerated, few_taps, winograd
from rung.shapes import Shape

# Bytes of columns at a time: what the second-level cache of a core holds, twice. A GPU wants few and large calls.
PART, PART_ON_GPU = 2 << 20, 256 << 20


@accelerated(winograd.convolve, few_taps.convolve)
def convolve(xp: Any, x: Any, W: Any, b: Any, windows: Windows, groups: int) -> Any:
    """y[n, o, p] = b[o] + the sum over c and k of W[o, c, k] x[n, c, stride p + dilation k - padding]."""
    count = windows.count(x.shape[2:])
    y = xp.empty((x.shape[0], W.shape[0], *count), xp.result_type(x, W))
    kernels = matrices(W, groups, 1)
    for part in parts(x, W, count, groups):
        columns = gather(xp, x[part].swapaxes(0, 1), windows, count)
        put(xp, y[part].swapaxes(0, 1), xp.matmul(kernels, matrices(columns, groups, 2)), b)
    return y


@accelerated(winograd.transpose, few_taps.transpose)
def transpose(xp: Any, y: Any, W: Any, b: Any, windows: Windows, sizes: Shape, groups: int) -> Any:
    """x[n, c, stride p + dilation k - padding] = b[c] + the sum over o of W[o, c, k] y[n, o, p], where these meet."""
    if is_convolution(W, windows, groups):
        return convolve(xp, y, mirrored(xp, W, groups), b, windows.mirrored, groups)
    channels, elements, count = W.shape[1] * groups, math.prod(windows.kernel), y.shape[2:]
    x = xp.empty((y.shape[0], channels, *sizes), xp.result_type(y, W))
    kernels = matrices(W, groups, 1).swapaxes(1, 2)
    for part in parts(y, W, count, groups):
        some = y[part].swapaxes(0, 1)
        columns = product(xp, kernels, matrices(some, groups, 1))
        columns = columns.reshape((channels, elements, *some.shape[1:]))
        put(xp, x[part].swapaxes(0, 1), scatter(xp, columns, windows, sizes), b)
    return x


@accelerated(winograd.correlate, few_taps.correlate)
def correlate(xp: Any, x: Any, y: Any, windows: Windows, groups: int) -> Any:
    """W[o, c, k] = the sum over n and p of y[n, o, p] x[n, c, stride p + dilation k - padding]."""
    W = xp.zeros((y.shape[1], x.shape[1] // groups, *windows.kernel), xp.result_type(x, y))
    sums = matrices(W, groups, 1)
    for part in parts(x, W, y.shape[2:], groups):
        columns = gather(xp, x[part].swapaxes(0, 1), windows, y.shape[2:])
        some = matrices(y[part].swapaxes(0, 1), groups, 1)
        sums += xp.matmul(some, matrices(columns, groups, 2).swapaxes(1, 2))
    return W


def is_convolution(W: Any, windows: Windows, groups: int) -> bool:
    """Whether a transpose is better computed as a convolution by the mirrored kernel.

    That copies windows of the O channels, where the transpose adds up windows of the C channels, which takes longer.
    """
    possible = set(windows.stride) <= {1} and all(n >= 0 for both in windows.mirrored.padding for n in both)
    return possible and W.shape[0] <= W.shape[1] * groups


def mirrored(xp: Any, W: Any, groups: int) -> Any:
    """The kernels back to front, and in each group from its outputs to its inputs: (C, O / groups, *kernel)."""
    ndim = W.ndim - 2
    split = W.reshape((groups, W.shape[0] // groups, *W.shape[1:])).swapaxes(1, 2)
    # A product of what runs backwards in memory would be slow.
    back = xp.ascontiguousarray(split[(..., *[slice(None, None, -1)] * ndim)])
    return back.reshape((groups * W.shape[1], W.shape[0] // groups, *W.shape[2:]))


def product(xp: Any, a: Any, b: Any) -> Any:
    """The products of matrices; an outer one, of depthwise convolutions, is slow as such."""
    return a * b if a.shape[2] == 1 else xp.matmul(a, b)


def matrices(x: Any, groups: int, axes: int) -> Any:
    """One matrix for each group of the first axis; the rows are the rest of the first `axes`, all others columns."""
    height, width = math.prod(x.shape[:axes]) // groups, math.prod(x.shape[axes:])
    return x.reshape((groups, height, width))


def parts(x: Any, W: Any, count: Shape, groups: int) -> Iterator[slice]:
    """So many examples at a time that their columns, and what comes of them, fill PART."""
    limit = PART_ON_GPU if device_name(x).startswith("cuda") else PART
    tallest = max(groups * math.prod(W.shape[1:]), W.shape[0], 1)
    examples = max(limit // (tallest * max(math.prod(count), 1) * x.dtype.itemsize), 1)
    return (slice(i, i + examples) for i in range(0, x.shape[0], examples))


def gather(xp: Any, x: Any, windows: Windows, count: Shape) -> Any:
    """The windows of (channels, n, *sizes) as (channels, elements, n, *count)."""
    if windows.pointwise:
        return x[:, None]
    x = padded(xp, x, windows)
    columns = xp.empty((x.shape[0], math.prod(windows.kernel), x.shape[1], *count), x.dtype)
    for k, (_, place) in enumerate(windows.places(count)):
        columns[:, k] = x[(..., *place)]
    return columns


def scatter(xp: Any, columns: Any, windows: Windows, sizes: Shape) -> Any:
    """The adjoint of `gather`: every element goes back to where it came from, (channels, n, *sizes)."""
    if windows.pointwise:
        return columns[:, 0]
    channels, _, examples, *count = columns.shape
    x = xp.zeros((channels, examples, *windows.padded(sizes)), columns.dtype)
    for k, (_, place) in enumerate(windows.places(tuple(count))):
        x[(..., *place)] += columns[:, k]
    return x[(..., *windows.inside(sizes))]


def padded(xp: Any, x: Any, windows: Windows) -> Any:
    """x among the zeros that the padding of its last axes adds."""
    if not windows.pads:
        return x
    sizes = x.shape[x.ndim - len(windows.kernel) :]
    wide = xp.zeros((*x.shape[: x.ndim - len(sizes)], *windows.padded(sizes)), x.dtype)
    wide[(..., *windows.inside(sizes))] = x
    return wide


def put(xp: Any, place: Any, values: Any, b: Any) -> None:
    """Write to (channels, n, *sizes), and add the biases in the same pass."""
    values = values.reshape(place.shape)
    if b is None:
        place[...] = values
    else:
        xp.add(values, b.reshape((-1, *[1] * (place.ndim - 1))), out=place)
