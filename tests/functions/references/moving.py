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
    np.add.at(y, index, np.reshape(x, y[index].shape) if np.size(x) == y[index].size else x)
    return y


def _sum_to(x, shape):
    x = np.asarray(x)
    y = np.zeros(shape)
    padded = (1,) * (x.ndim - len(shape)) + tuple(shape)
    view = y.reshape(padded)
    for at in np.ndindex(*x.shape):
        view[tuple(0 if n == 1 else i for i, n in zip(at, padded, strict=True))] += x[at]
    return y


def _index_update(x, values, index):
    y = x.astype(np.result_type(x, values))
    y[index] = values
    return y


def _add_taken(x, index, axis, shape):
    y = np.zeros(shape)
    axis %= len(shape)
    rows = np.moveaxis(x, range(axis, axis + index.ndim), range(index.ndim))
    np.add.at(np.moveaxis(y, axis, 0), index, rows)
    return y


def _index_copy(x, values, index):
    import torch

    places = np.arange(x.numel()).reshape(tuple(x.shape))[index]
    values = torch.as_tensor(values, dtype=x.dtype).expand(places.shape).reshape(-1)
    rows = torch.as_tensor(places.ravel())
    last = {int(row): i for i, row in enumerate(rows)}
    chosen = torch.tensor(list(last.values()))
    return x.reshape(-1).index_copy(0, rows[chosen], values[chosen]).reshape(x.shape)


PARTS = {"put_item", "add_along_axis", "add_taken"}
ORACLES = {
    "split": lambda x, sizes, axis=0: tuple(np.split(x, np.cumsum(sizes)[:-1], axis)),
    "index_update": _index_update,
    "take": lambda x, index, axis: np.take(x, index, axis),
    "add_taken": _add_taken,
    "pad": lambda x, widths, value=0.0: np.pad(x, widths, constant_values=value),
    "roll": np.roll,
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
    import torch

    def take(x, index, axis):
        if not index.ndim:
            return x.select(axis, int(index))
        return torch.index_select(x, axis, torch.as_tensor(index).reshape(-1)).unflatten(axis, index.shape)

    return {
        "split": lambda x, sizes, axis=0: torch.split(x, sizes, axis),
        "index_update": _index_copy,
        "get_item": lambda x, index: x.reshape(-1)[np.arange(x.numel()).reshape(tuple(x.shape))[index].copy()],
        "take": take,
        "take_along_axis": lambda x, index, axis=-1: torch.take_along_dim(x, torch.as_tensor(index), axis),
        "add_along_axis": lambda x, index, axis, shape: torch.zeros(shape, dtype=x.dtype).scatter_add(
            axis, torch.as_tensor(index), x
        ),
        "concat": lambda *xs, axis=0: torch.cat(xs, axis),
        "pad": lambda x, widths, value=0.0: torch.nn.functional.pad(
            x, [w for pair in reversed(widths) for w in pair], value=value
        ),
        "roll": lambda x, shift, axis=None: torch.roll(x, shift, axis),
        "reshape": lambda x, shape: x.reshape(shape),
        "transpose": lambda x, axes=None: x.permute(axes or tuple(reversed(range(x.ndim)))),
        "broadcast_to": lambda x, shape: x.broadcast_to(shape),
        "sum_to": lambda x, shape: x.sum_to_size(shape),
    }
