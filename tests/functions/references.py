"""For every op: the same function written independently in NumPy, and PyTorch's."""

from __future__ import annotations

import math

import numpy as np


def _loop_matmul(a, b):
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, lead + a.shape[-2:]), np.broadcast_to(b, lead + b.shape[-2:])
    y = np.zeros(lead + (a.shape[-2], b.shape[-1]))
    for at in np.ndindex(*y.shape):
        y[at] = sum(a[(*at[:-1], k)] * b[(*at[:-2], k, at[-1])] for k in range(a.shape[-1]))
    return y


def _sum_to(x, shape):
    y = np.zeros(shape)
    padded = (1,) * (x.ndim - len(shape)) + tuple(shape)
    view = y.reshape(padded)
    for at in np.ndindex(*x.shape):
        view[tuple(0 if n == 1 else i for i, n in zip(at, padded, strict=True))] += x[at]
    return y


def _put_item(x, index, shape):
    y = np.zeros(shape)
    np.add.at(y, index, x)
    return y


def _add_along_axis(x, index, axis, shape):
    y = np.zeros(shape)
    for at in np.ndindex(*x.shape):
        place = list(at)
        place[axis] = index[at]
        y[tuple(place)] += x[at]
    return y


def _softmax(x, axis=1):
    exact = np.exp(x.astype(np.longdouble))
    return (exact / exact.sum(axis=axis, keepdims=True)).astype(float)


def _log_softmax(x, axis=1):
    x = x.astype(np.longdouble)
    return (x - np.log(np.exp(x).sum(axis=axis, keepdims=True))).astype(float)


def _elu(x, alpha, width):
    return np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0).astype(np.longdouble) / width) - 1)).astype(float)


def _cross_entropy(x, t):
    p = _softmax(x, -1)
    rows = p.reshape(-1, p.shape[-1])
    labels = np.ravel(t)
    return -sum(math.log(rows[i, labels[i]]) for i in range(len(rows))) / len(rows), p


ORACLES = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "pow": np.power,
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tanh": np.tanh,
    "absolute": np.abs, "sign": np.sign, "maximum": np.maximum, "where": np.where,
    "cast": lambda x, dtype: x.astype(dtype),
    "greater": np.greater, "greater_equal": np.greater_equal, "less": np.less, "less_equal": np.less_equal,
    "equal": np.equal, "not_equal": np.not_equal,
    "relu": lambda x: np.where(x > 0, x, 0.0), "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)),
    "softmax": _softmax, "log_softmax": _log_softmax,
    "square": np.square, "reciprocal": np.reciprocal, "exp2": np.exp2, "expm1": np.expm1, "log1p": np.log1p,
    "log2": np.log2, "rsqrt": lambda x: x**-0.5, "floor": np.floor, "ceil": np.ceil, "round": np.round,
    "fmod": np.fmod, "minimum": np.minimum, "clip": lambda x, low=None, high=None: np.clip(x, low, high),
    "tan": lambda x: np.sin(x) / np.cos(x), "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "arctan2": np.arctan2, "sinh": np.sinh, "cosh": np.cosh, "arcsinh": np.arcsinh, "arccosh": np.arccosh,
    "arctanh": np.arctanh, "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x, slope=0.2: np.maximum(x, slope * x),
    "elu": lambda x, alpha=1.0: _elu(x, alpha, 1.0), "celu": lambda x, alpha=1.0: _elu(x, alpha, alpha),
    "selu": lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772, 1.0),
    "softplus": lambda x: np.logaddexp(0, x), "logsigmoid": lambda x: -np.logaddexp(0, -x),
    "silu": lambda x: x * np.exp(-np.logaddexp(0, -x)), "softsign": lambda x: np.divide(x, np.add(1, np.abs(x))),
    "hard_sigmoid": lambda x: np.clip(x + 3, 0, 6) / 6, "hard_swish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min,
    "reshape": lambda x, shape: np.reshape(x, shape), "transpose": np.transpose,
    "broadcast_to": lambda x, shape: x * np.ones(shape), "sum_to": _sum_to,
    "get_item": lambda x, index: x[index], "put_item": _put_item,
    "matmul": _loop_matmul, "linear": lambda x, W, b: np.einsum("...i,io->...o", x, W) + b,
    "mean_squared_error": lambda a, b: np.square(a - b).sum() / (len(a) if np.ndim(a) else 1),
    "softmax_cross_entropy": _cross_entropy,
    "logsumexp": lambda x, axis=None, keepdims=False: np.log(
        np.exp(x.astype(np.longdouble)).sum(axis=axis, keepdims=keepdims)
    ).astype(float),
    "einsum": lambda *xs, rule: np.einsum(rule, *xs), "any": np.any, "all": np.all,
    "argmax": np.argmax, "argmin": np.argmin,
    "argsort": lambda x, axis=-1: np.argsort(x, axis, kind="stable"),
    "concat": lambda *xs, axis=0: np.concatenate(xs, axis),
    "take_along_axis": lambda x, index, axis=-1: np.take_along_axis(x, index, axis),
    "add_along_axis": _add_along_axis,
    "accuracy": lambda y, t: np.mean([p == q for p, q in zip(y.argmax(-1).ravel(), t.ravel(), strict=True)]),
    "one_hot": lambda t, classes: np.eye(classes)[t],
}  # fmt: skip


def peers():
    """PyTorch's functions, by the name of the op."""
    import torch
    import torch.nn.functional as tf

    def reduction(f):
        def reduce(x, axis=None, keepdims=False):
            axes = tuple(range(x.ndim)) if axis is None else axis
            return f(x, axes, keepdims) if x.ndim else f(x, (), keepdims)

        return reduce

    def cross_entropy(x, t):
        return tf.cross_entropy(x.reshape(-1, x.shape[-1]), torch.as_tensor(t).reshape(-1))

    return {
        "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "neg": torch.neg, "pow": torch.pow,
        "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt, "sin": torch.sin, "cos": torch.cos,
        "tanh": torch.tanh, "absolute": torch.abs, "sign": torch.sign,
        "maximum": lambda a, b: torch.maximum(a, torch.as_tensor(b, dtype=a.dtype)), "where": torch.where,
        "relu": torch.relu, "sigmoid": torch.sigmoid,
        "square": torch.square, "reciprocal": torch.reciprocal, "exp2": torch.exp2, "expm1": torch.expm1,
        "log1p": torch.log1p, "log2": torch.log2, "rsqrt": torch.rsqrt, "floor": torch.floor, "ceil": torch.ceil,
        "round": torch.round, "fmod": torch.fmod,
        "minimum": lambda a, b: torch.minimum(a, torch.as_tensor(b, dtype=a.dtype)),
        "clip": lambda x, low=None, high=None: torch.clip(x, low, high),
        "tan": torch.tan, "arcsin": torch.arcsin, "arccos": torch.arccos, "arctan": torch.arctan,
        "arctan2": torch.arctan2, "sinh": torch.sinh, "cosh": torch.cosh, "arcsinh": torch.arcsinh,
        "arccosh": torch.arccosh, "arctanh": torch.arctanh, "relu6": tf.relu6,
        "leaky_relu": lambda x, slope=0.2: tf.leaky_relu(x, slope), "elu": tf.elu, "celu": tf.celu, "selu": tf.selu,
        "softplus": tf.softplus, "logsigmoid": tf.logsigmoid, "silu": tf.silu,
        "softsign": tf.softsign, "hard_sigmoid": lambda x: torch.clip(x / 6 + 0.5, 0, 1),
        "hard_swish": lambda x: x * torch.clip(x / 6 + 0.5, 0, 1),
        "softmax": lambda x, axis=1: torch.softmax(x, axis),
        "log_softmax": lambda x, axis=1: torch.log_softmax(x, axis),
        "sum": reduction(torch.sum), "mean": reduction(torch.mean), "max": reduction(torch.amax),
        "min": reduction(torch.amin), "reshape": lambda x, shape: x.reshape(shape),
        "transpose": lambda x, axes=None: x.permute(axes or tuple(reversed(range(x.ndim)))),
        "broadcast_to": lambda x, shape: x.broadcast_to(shape), "sum_to": lambda x, shape: x.sum_to_size(shape),
        "matmul": torch.matmul, "linear": lambda x, W, b: x @ W + b,
        "mean_squared_error": lambda a, b: ((a - b) ** 2).sum() / (a.shape[0] if a.ndim else 1),
        "softmax_cross_entropy": cross_entropy,
    }  # fmt: skip
