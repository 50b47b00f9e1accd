"""Normalisations: each written independently in NumPy, and PyTorch's."""

import numpy as np

PARTS = {"rescale", "standardize", "pull_back", "scale_shift"}


def _axes(x, axis):
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(a % x.ndim for a in axes)


def _group_by_group(f):
    """A function of the vectors of each group, called on one after the other."""

    def over(*xs, axis=-1, **options):
        axes = _axes(xs[0], axis)
        outputs = [np.zeros(xs[0].shape)]
        rest = [range(n) if a not in axes else [slice(None)] for a, n in enumerate(xs[0].shape)]
        for at in np.ndindex(*map(len, rest)):
            index = tuple(r[i] for r, i in zip(rest, at, strict=True))
            y, *others = f(*[x[index] for x in xs], **options)
            outputs[0][index] = y
            while len(outputs) <= len(others):
                outputs.append(np.zeros([1 if a in axes else n for a, n in enumerate(xs[0].shape)]))
            for output, other in zip(outputs[1:], others, strict=True):
                output[index] = other
        return tuple(outputs)

    return over


def _rescale(x, eps=1e-5):
    power = sum(v * v for v in x.flat) / max(x.size, 1)
    return x / np.sqrt(power + eps), power


def _standardize(x, eps=1e-5):
    mean, var = (np.mean(x), np.var(x)) if x.size else (0, 0)
    return (x - mean) / np.sqrt(var + eps), mean, var


def _pull_back(g, y, scale, axis=-1, centred=True):
    """As a matrix for each group: scale (1 - 1 1.T / n - y y.T / n)."""

    def pulled(g, y, scale):
        n = g.size
        matrix = np.eye(n) - (np.full((n, n), centred) + np.outer(y, y)) / max(n, 1)
        return ((matrix @ g.ravel()).reshape(g.shape) * scale.reshape(-1)[:1],)

    return _group_by_group(pulled)(g, y, scale, axis=axis)[0]


def _nothing(shape, axis, outputs):
    """What comes of empty arrays, of which there may be no group to call a function on."""
    group = tuple(1 if a in axis else n for a, n in enumerate(shape))
    return (np.zeros(shape), *[np.zeros(group)] * (outputs - 1))


ORACLES = {
    "rescale": lambda x, axis=-1, eps=1e-5: _or_nothing(_rescale, 2, x, axis, eps),
    "standardize": lambda x, axis=-1, eps=1e-5: _or_nothing(_standardize, 3, x, axis, eps),
    "pull_back": _pull_back,
    "scale_shift": lambda x, scale, shift: x * scale + shift,
}


def _or_nothing(f, outputs, x, axis, eps):
    return _group_by_group(f)(x, axis=axis, eps=eps) if x.size else _nothing(x.shape, _axes(x, axis), outputs)


def peers():
    import torch

    def statistics(x, axis):
        axes = _axes(x, axis)
        return axes, x.mean(axes, keepdim=True), x.var(axes, unbiased=False, keepdim=True)

    def standardize(x, axis=-1, eps=1e-5):
        _, mean, var = statistics(x, axis)
        return (x - mean) / (var + eps).sqrt(), mean, var

    def rescale(x, axis=-1, eps=1e-5):
        power = (x * x).mean(_axes(x, axis), keepdim=True)
        return x / (power + eps).sqrt(), power

    def pull_back(g, y, scale, axis=-1, centred=True):
        axes = _axes(g, axis)
        z = g - y * (g * y).mean(axes, keepdim=True)
        return scale * (z - g.mean(axes, keepdim=True) if centred else z)

    return {
        "rescale": rescale,
        "standardize": standardize,
        "pull_back": pull_back,
        "scale_shift": lambda x, scale, shift: torch.addcmul(
            torch.as_tensor(shift), x, torch.as_tensor(scale, dtype=x.dtype)
        ),
    }
