"""Reductions, cumulations and orders: each written independently in NumPy, and PyTorch's."""

import numpy as np

ORACLES = {
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
        "sum": reduction(torch.sum),
        "mean": reduction(torch.mean),
        "max": reduction(torch.amax),
        "min": reduction(torch.amin),
    }
