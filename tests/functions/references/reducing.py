"""Reductions, cumulations and orders: each written independently in NumPy, and PyTorch's."""

import numpy as np


def _cumsum(x, axis=-1):
    y = x.astype(np.sum(x).dtype)
    rows = np.moveaxis(y, axis, 0)
    for i in range(1, len(rows)):
        rows[i] += rows[i - 1]
    return y


ORACLES = {
    "cumsum": _cumsum,
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "logsumexp": lambda x, axis=None, keepdims=False: np.log(
        np.exp(x.astype(np.longdouble)).sum(axis=axis, keepdims=keepdims)
    ).astype(float),
    "any": np.any,
    "all": np.all,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "argsort": lambda x, axis=-1: np.argsort(x, axis, kind="stable"),
}


def peers():
    import torch

    def reduction(f):
        def reduce(x, axis=None, keepdims=False):
            axes = tuple(range(x.ndim)) if axis is None else axis
            return f(x, axes, keepdims) if x.ndim else f(x, (), keepdims)

        return reduce

    return {
        "cumsum": lambda x, axis=-1: torch.cumsum(x, axis),
        "logsumexp": reduction(torch.logsumexp),
        "argmax": lambda x, axis=None, keepdims=False: torch.argmax(x, axis, keepdims),
        "argmin": lambda x, axis=None, keepdims=False: torch.argmin(x, axis, keepdims),
        "argsort": lambda x, axis=-1: torch.argsort(x, dim=axis, stable=True),
        "sum": reduction(torch.sum),
        "mean": reduction(torch.mean),
        "max": reduction(torch.amax),
        "min": reduction(torch.amin),
    }
