"""Recurrent networks: each written independently in NumPy, one element of the batch at a time, and PyTorch's."""

import math

import numpy as np


def _sigmoid(a):
    return np.array([1 / (1 + math.exp(-x)) for x in a])


def _rnn(x, W_x, W_h, b, h, activation="tanh"):
    f = {"tanh": np.tanh, "relu": lambda a: np.where(a > 0, a, 0.0)}[activation]
    hs = np.empty((*x.shape[:2], W_h.shape[0]))
    for k in range(x.shape[1]):
        state = h[k]
        for t in range(x.shape[0]):
            state = hs[t, k] = f(np.r_[x[t, k], state, 1.0] @ np.vstack([W_x, W_h, b]))
    return hs


def _lstm(x, W_x, W_h, b, h, c):
    steps, n, size = (*x.shape[:2], W_h.shape[0])
    states, gates = np.empty((2, steps, n, size)), np.empty((steps, n, 4 * size))
    for k in range(n):
        hidden, memory = h[k], c[k]
        for t in range(steps):
            a = np.r_[x[t, k], hidden, 1.0] @ np.vstack([W_x, W_h, b])
            forget, take, put = (_sigmoid(a[j * size : (j + 1) * size]) for j in range(3))
            update = np.tanh(a[3 * size :])
            memory = forget * memory + take * update
            hidden = put * np.tanh(memory)
            states[:, t, k] = hidden, memory
            gates[t, k] = np.r_[forget, take, put, update]
    return states, gates


def _gru(x, W_x, W_h, b, b_h, h):
    steps, n, size = (*x.shape[:2], W_h.shape[0])
    states, gates = np.empty((steps, n, size)), np.empty((steps, n, 4 * size))
    for k in range(n):
        hidden = h[k]
        for t in range(steps):
            a, m = x[t, k] @ W_x + b, hidden @ W_h
            reset = _sigmoid(a[:size] + m[:size])
            keep = _sigmoid(a[size : 2 * size] + m[size : 2 * size])
            inner = m[2 * size :] + b_h
            new = np.tanh(a[2 * size :] + reset * inner)
            hidden = keep * hidden + (1 - keep) * new
            states[t, k], gates[t, k] = hidden, np.r_[reset, keep, new, inner]
    return states, gates


PARTS = {"rnn_scan", "lstm_scan", "gru_scan"}
ORACLES = {"rnn_scan": _rnn, "lstm_scan": _lstm, "gru_scan": _gru}


def peers():
    return {}  # whole networks are compared in test_recurrent.py
