"""Losses and what they are made of: each written independently in NumPy, and PyTorch's."""

import math

import numpy as np


def _softmax(x, axis=1):
    exact = np.exp(x.astype(np.longdouble))
    return (exact / exact.sum(axis=axis, keepdims=True)).astype(float)


def _cross_entropy(x, t):
    p = _softmax(x, -1)
    rows = p.reshape(-1, p.shape[-1])
    labels = np.ravel(t)
    return -sum(math.log(rows[i, labels[i]]) for i in range(len(rows))) / (len(rows) or 1), p


def _linear_scan(w, x, reverse=False):
    """The scan as one matrix: y = x + M y, with an entry of M for each way from a state to a state."""
    times, states = x.shape[0], x.shape[-1]
    y = np.empty(x.shape)
    for lane in np.ndindex(x.shape[1:-1]):
        ways = np.zeros((times * states,) * 2)
        for k, t, s in np.ndindex(w.shape[0], times - 1, states):
            if s >= k:
                ways[(t + 1) * states + s, t * states + s - k] += w[(k, t, *lane, s)]
        solve = np.eye(times * states) - (ways.T if reverse else ways)
        y[(slice(None), *lane)] = np.linalg.solve(solve, x[(slice(None), *lane)].ravel()).reshape(times, states)
    return y


def _alignment_scores(x, skip):
    """By enumeration: the sum over every path that leads to a state."""
    y = np.full(x.shape, -1e30)
    for lane in np.ndindex(x.shape[1:-1]):
        e, jumps = x[(slice(None), *lane)], skip[lane]
        paths = [([s], e[0, s]) for s in range(min(2, e.shape[1]))]
        for t in range(len(e)):
            for s in range(e.shape[1]):
                scores = [score for path, score in paths if path[-1] == s]
                if scores:
                    y[(t, *lane, s)] = np.logaddexp.reduce(scores)
            paths = [
                ([*path, s], score + e[t + 1, s])
                for path, score in paths if t + 1 < len(e)
                for s in range(path[-1], min(path[-1] + 3, e.shape[1])) if s - path[-1] < 2 or jumps[s]
            ]  # fmt: skip
    return y


PARTS = {"linear_scan", "alignment_scores"}
ORACLES = {
    "mean_squared_error": lambda a, b: np.square(a - b).sum() / (len(a) if np.ndim(a) else 1),
    "softmax_cross_entropy": _cross_entropy,
    "one_hot": lambda t, classes: np.eye(classes)[t],
    "linear_scan": _linear_scan,
    "alignment_scores": _alignment_scores,
}


def peers():
    import torch
    import torch.nn.functional as tf

    def cross_entropy(x, t):
        return tf.cross_entropy(x.reshape(-1, x.shape[-1]), torch.as_tensor(t).reshape(-1))

    return {
        "mean_squared_error": lambda a, b: ((a - b) ** 2).sum() / (a.shape[0] if a.ndim else 1),
        "softmax_cross_entropy": cross_entropy,
        "one_hot": lambda t, classes: tf.one_hot(t, classes),
    }
