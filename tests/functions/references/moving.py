"""Ops that move, pick and join elements: each written independently in NumPy, and PyTorch's."""

import numpy as np


def _add_along_axis(x, index, axis, shape):
    y = np.zeros(shape)
    for at in np.ndindex(*x.shape):
        place = list(at)
        place[axis] = index[at]
        y[tuple(place)] += x[at]
    return y


def _put_item(x, index, shape):
    y = np.zeros(shape)
    np.add.at(y, index, x)
    return y


def _sum_to(x, shape):
    y = np.zeros(shape)
    padded = (1,) * (x.ndim - len(shape)) + tuple(shape)
    view = y.reshape(padded)
    for at in np.ndindex(*x.shape):
        view[tuple(0 if n == 1 else i for i, n in zip(at, padded, strict=True))] += x[at]
    return y


ORACLES = {
    "reshape": lambda x, shape: np.reshape(x, shape),
    "transpose": np.transpose,
    "broadcast_to": lambda x, shape: x * np.ones(shape),
    "sum_to": _sum_to,
    "get_item": lambda x, index: x[index],
    "put_item": _put_item,
    "concat": lambda *xs, axis=0: np.concatenate(xs, axis),
    "take_along_axis": lambda x, index, axis=-1: np.take_along_axis(x, index, axis),
    "add_along_axis": _add_along_axis,
}


def peers():

    return {
        "reshape": lambda x, shape: x.reshape(shape),
        "transpose": lambda x, axes=None: x.permute(axes or tuple(reversed(range(x.ndim)))),
        "broadcast_to": lambda x, shape: x.broadcast_to(shape),
        "sum_to": lambda x, shape: x.sum_to_size(shape),
    }
