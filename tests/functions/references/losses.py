"""Losses and metrics: each written independently in NumPy, and PyTorch's."""

import math

import numpy as np


def _softmax(x, axis=1):
    exact = np.exp(x.astype(np.longdouble))
    return (exact / exact.sum(axis=axis, keepdims=True)).astype(float)


def _cross_entropy(x, t):
    p = _softmax(x, -1)
    rows = p.reshape(-1, p.shape[-1])
    labels = np.ravel(t)
    return -sum(math.log(rows[i, labels[i]]) for i in range(len(rows))) / len(rows), p


ORACLES = {
    "mean_squared_error": lambda a, b: np.square(a - b).sum() / (len(a) if np.ndim(a) else 1),
    "softmax_cross_entropy": _cross_entropy,
    "accuracy": lambda y, t: np.mean([p == q for p, q in zip(y.argmax(-1).ravel(), t.ravel(), strict=True)]),
    "one_hot": lambda t, classes: np.eye(classes)[t],
}


def peers():
    import torch
    import torch.nn.functional as tf

    def cross_entropy(x, t):
        return tf.cross_entropy(x.reshape(-1, x.shape[-1]), torch.as_tensor(t).reshape(-1))

    return {
        "mean_squared_error": lambda a, b: ((a - b) ** 2).sum() / (a.shape[0] if a.ndim else 1),
        "softmax_cross_entropy": cross_entropy,
    }
