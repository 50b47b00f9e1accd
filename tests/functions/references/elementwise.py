"""Ops on one element at a time: each written independently in NumPy, and PyTorch's."""

import math

import numpy as np


def _elu(x, alpha, width):
    return np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0).astype(np.longdouble) / width) - 1)).astype(float)


def _log_softmax(x, axis=1):
    x = x.astype(np.longdouble)
    return (x - np.log(np.exp(x).sum(axis=axis, keepdims=True))).astype(float)


def _softmax(x, axis=1):
    exact = np.exp(x.astype(np.longdouble))
    return (exact / exact.sum(axis=axis, keepdims=True)).astype(float)


def _remainder(a, b):
    if np.result_type(a, b).kind == "f":
        return a - b * np.floor(a / b)
    return np.where(np.equal(b, 0), 0, a - b * np.floor(a / np.where(np.equal(b, 0), 1, b)))  # of integers by 0: 0


def _polygamma(x, n):
    """The defining sum, with its tail as an integral, a half step and a derivative (Euler and Maclaurin)."""
    terms = 400
    end = np.where(x < 0, np.nan, x) + terms
    if n == 0:
        return np.log(end) - 0.5 / end - 1 / 12 / end**2 - sum(1 / (x + k) for k in range(terms))
    head = sum((x + k) ** -(n + 1.0) for k in range(terms))
    tail = end ** -float(n) / n + end ** -(n + 1.0) / 2 + (n + 1) / 12 * end ** -(n + 2.0)
    return (-1) ** (n + 1) * math.factorial(n) * (head + tail)


def _inverse_erf(x):
    """By halving an interval; erfc tells where 1 - x has digits that x has not."""
    low, high = np.full(np.shape(x), -6.0), np.full(np.shape(x), 6.0)
    for _ in range(80):
        middle = (low + high) / 2
        below = np.vectorize(lambda m, t: math.erf(m) < t if t < 0 else math.erfc(m) > 1 - t, otypes=[bool])(
            middle, x
        )
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.select([abs(x) < 1, abs(x) == 1], [(low + high) / 2, np.copysign(np.inf, x)], np.nan)


PARTS = {"tanh_gelu"}
ORACLES = {
    "remainder": _remainder,
    "floor_divide": lambda a, b: np.floor(
        a / (b if np.result_type(a, b).kind == "f" else np.where(b == 0, np.inf, b))  # an integer by 0 is 0
    ),
    "logical_and": lambda a, b: (np.asarray(a) != 0) & (np.asarray(b) != 0),
    "logical_or": lambda a, b: (np.asarray(a) != 0) | (np.asarray(b) != 0),
    "logical_xor": lambda a, b: (np.asarray(a) != 0) ^ (np.asarray(b) != 0),
    "logical_not": lambda x: np.asarray(x) == 0,
    "erf": lambda x: np.vectorize(math.erf, otypes=[float])(x),
    "erfinv": _inverse_erf,
    "lgamma": lambda x: np.vectorize(
        lambda a: math.inf if a <= 0 and a == round(a) else math.lgamma(a), otypes=[float]
    )(x),
    "polygamma": _polygamma,
    "gelu": lambda x: np.vectorize(lambda a: a * math.erfc(-a / math.sqrt(2)) / 2, otypes=[float])(x),
    "tanh_gelu": lambda x: x * np.exp(-np.logaddexp(0, -2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "prelu": lambda x, slope: np.maximum(x, 0) + slope * np.minimum(x, 0),
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "absolute": np.abs,
    "sign": np.sign,
    "maximum": np.maximum,
    "where": np.where,
    "cast": lambda x, dtype: np.asarray(x).astype(dtype),
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "relu": lambda x: np.where(x > 0, x, 0.0),
    "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "square": np.square,
    "reciprocal": np.reciprocal,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "log2": np.log2,
    "rsqrt": lambda x: x**-0.5,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": lambda x, decimals=0: np.round(x, decimals),
    "fmod": np.fmod,
    "minimum": np.minimum,
    "clip": lambda x, low=None, high=None: np.clip(x, low, high),
    "tan": lambda x: np.sin(x) / np.cos(x),
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "arctan2": np.arctan2,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "arcsinh": np.arcsinh,
    "arccosh": np.arccosh,
    "arctanh": np.arctanh,
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x, slope=0.2: np.maximum(x, slope * x),
    "elu": lambda x, alpha=1.0: _elu(x, alpha, 1.0),
    "celu": lambda x, alpha=1.0: _elu(x, alpha, alpha),
    "selu": lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772, 1.0),
    "softplus": lambda x: np.logaddexp(0, x),
    "logsigmoid": lambda x: -np.logaddexp(0, -x),
    "silu": lambda x: x * np.exp(-np.logaddexp(0, -x)),
    "softsign": lambda x: np.divide(x, np.add(1, np.abs(x))),
    "hard_sigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
    "hard_swish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
}


def peers():
    import torch
    import torch.nn.functional as tf

    return {
        "remainder": torch.remainder,
        "erf": torch.erf,
        "erfinv": torch.erfinv,
        "lgamma": torch.lgamma,
        "polygamma": lambda x, n: torch.polygamma(n, x),
        "gelu": tf.gelu,
        "tanh_gelu": lambda x: tf.gelu(x, approximate="tanh"),
        "mish": tf.mish,
        "prelu": lambda x, slope: torch.where(x > 0, x, slope * x),
        "add": torch.add,
        "sub": torch.sub,
        "mul": torch.mul,
        "div": torch.div,
        "neg": torch.neg,
        "pow": torch.pow,
        "exp": torch.exp,
        "log": torch.log,
        "sqrt": torch.sqrt,
        "sin": torch.sin,
        "cos": torch.cos,
        "tanh": torch.tanh,
        "absolute": torch.abs,
        "sign": torch.sign,
        "maximum": lambda a, b: torch.maximum(a, torch.as_tensor(b, dtype=a.dtype)),
        "where": torch.where,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "square": torch.square,
        "reciprocal": torch.reciprocal,
        "exp2": torch.exp2,
        "expm1": torch.expm1,
        "log1p": torch.log1p,
        "log2": torch.log2,
        "rsqrt": torch.rsqrt,
        "floor": torch.floor,
        "ceil": torch.ceil,
        "round": lambda x, decimals=0: torch.round(x, decimals=decimals),
        "fmod": torch.fmod,
        "minimum": lambda a, b: torch.minimum(a, torch.as_tensor(b, dtype=a.dtype)),
        "clip": lambda x, low=None, high=None: torch.clip(x, low, high),
        "tan": torch.tan,
        "arcsin": torch.arcsin,
        "arccos": torch.arccos,
        "arctan": torch.arctan,
        "arctan2": torch.arctan2,
        "sinh": torch.sinh,
        "cosh": torch.cosh,
        "arcsinh": torch.arcsinh,
        "arccosh": torch.arccosh,
        "arctanh": torch.arctanh,
        "relu6": tf.relu6,
        "leaky_relu": lambda x, slope=0.2: tf.leaky_relu(x, slope),
        "elu": tf.elu,
        "celu": tf.celu,
        "selu": tf.selu,
        "softplus": tf.softplus,
        "logsigmoid": tf.logsigmoid,
        "silu": tf.silu,
        "softsign": tf.softsign,
        "hard_sigmoid": lambda x: torch.clip(x / 6 + 0.5, 0, 1),
        "hard_swish": lambda x: x * torch.clip(x / 6 + 0.5, 0, 1),
        "softmax": lambda x, axis=1: torch.softmax(x, axis),
        "log_softmax": lambda x, axis=1: torch.log_softmax(x, axis),
    }
