"""Convolutions: each written independently in NumPy, and PyTorch's."""

import itertools

import numpy as np

PARTS = {
    "convolution", "convolution_transpose", "convolution_weights", "biased_convolution",
    "biased_convolution_transpose", "patches", "overlay",
}  # fmt: skip


def meetings(windows, sizes):
    """Every place p of a window and k in it, with the element of the image that lies there, if one does."""
    for p in np.ndindex(*windows.count(sizes)):
        for k in np.ndindex(*windows.kernel):
            at = tuple(
                i * s + j * d - before
                for i, s, j, d, (before, _) in zip(
                    p, windows.stride, k, windows.dilation, windows.padding, strict=True
                )
            )
            if all(0 <= i < n for i, n in zip(at, sizes, strict=True)):
                yield p, k, at


def pairs(outer, inner, groups):
    """Every output channel with each of its group's input channels, as W counts these and as x does."""
    for o, c in itertools.product(range(outer), range(inner)):
        yield o, c, o // (outer // groups) * inner + c


def convolution(x, W, b=None, *, windows, groups=1):
    y = np.zeros((len(x), len(W), *windows.count(x.shape[2:])))
    for p, k, at in meetings(windows, x.shape[2:]):
        for o, c, channel in pairs(*W.shape[:2], groups):
            y[:, o, *p] += W[o, c, *k] * x[:, channel, *at]
    return y if b is None else y + b.reshape(-1, *[1] * (x.ndim - 2))


def convolution_transpose(x, W, b=None, *, windows, sizes, groups=1):
    y = np.zeros((len(x), W.shape[1] * groups, *sizes))
    for p, k, at in meetings(windows, sizes):
        for o, c, channel in pairs(*W.shape[:2], groups):
            y[:, channel, *at] += W[o, c, *k] * x[:, o, *p]
    return y if b is None else y + b.reshape(-1, *[1] * (x.ndim - 2))


def convolution_weights(x, y, *, windows, groups=1):
    W = np.zeros((y.shape[1], x.shape[1] // groups, *windows.kernel))
    for p, k, at in meetings(windows, x.shape[2:]):
        for o, c, channel in pairs(*W.shape[:2], groups):
            W[o, c, *k] += y[:, o, *p] @ x[:, channel, *at]
    return W


def patches(x, *, windows):
    y = np.zeros((*x.shape[:2], *windows.kernel, *windows.count(x.shape[2:])))
    for p, k, at in meetings(windows, x.shape[2:]):
        y[:, :, *k, *p] = x[:, :, *at]
    return y


def overlay(x, *, windows, sizes):
    y = np.zeros((*x.shape[:2], *sizes))
    for p, k, at in meetings(windows, sizes):
        y[:, :, *at] += x[:, :, *k, *p]
    return y


ORACLES = {
    "convolution": convolution,
    "convolution_transpose": convolution_transpose,
    "convolution_weights": convolution_weights,
    "biased_convolution": convolution,
    "biased_convolution_transpose": convolution_transpose,
    "patches": patches,
    "overlay": overlay,
}


def peers():
    import torch
    from torch.nn import functional as torch_functions

    def padded(x, windows):
        return torch_functions.pad(x, [n for both in reversed(windows.padding) for n in both])

    def conv(x, W, b=None, *, windows, groups=1):
        f = [torch_functions.conv1d, torch_functions.conv2d, torch_functions.conv3d][x.ndim - 3]
        return f(padded(x, windows), W, b, windows.stride, 0, windows.dilation, groups)

    def transpose(x, W, b=None, *, windows, sizes, groups=1):
        """Without padding, which it wants to be symmetric; cut, and filled up to the sizes."""
        names = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]
        f = getattr(torch_functions, names[x.ndim - 3])
        y = f(x, W, None, windows.stride, 0, 0, groups, windows.dilation)
        for axis, (n, (before, _)) in enumerate(zip(sizes, windows.padding, strict=True), 2):
            missing = max(before + n - y.shape[axis], 0)
            shape = [*y.shape[:axis], missing, *y.shape[axis + 1 :]]
            y = torch.cat([y, torch.zeros(shape, dtype=y.dtype)], axis).narrow(axis, before, n)
        return y if b is None else y + b.reshape(-1, *[1] * (x.ndim - 2))

    return {
        "convolution": conv,
        "biased_convolution": conv,
        "convolution_transpose": transpose,
        "biased_convolution_transpose": transpose,
    }
