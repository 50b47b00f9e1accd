"""Poolings and changes of resolution: each written independently in NumPy, and PyTorch's."""

import itertools
import math

import numpy as np

PARTS = {"share_among_largest", "mean_of_largest", "index_of_largest", "spread_mean"}


def _per_axis(value, ndim):
    return (value,) * ndim if isinstance(value, int) else tuple(value)


def pools(sizes, kernel, stride=None, pad=0, dilation=1, ceil_mode=False):
    """The shape of the output, and for each window the places of its elements, also of those in the padding."""
    ndim = len(kernel)
    strides = kernel if stride is None else _per_axis(stride, ndim)
    pads = [(p, p) if isinstance(p, int) else p for p in _per_axis(pad, ndim)]
    along = []
    for n, k, s, (before, behind), d in zip(sizes, kernel, strides, pads, _per_axis(dilation, ndim), strict=True):
        starts = [start for start in range(-before, n, s) if start + (k - 1) * d < n + behind or ceil_mode]
        if ceil_mode:  # the first window that reaches the end is the last one
            reaching = [i for i, start in enumerate(starts) if start + (k - 1) * d >= n + behind - 1]
            starts = starts[: reaching[0] + 1] if reaching else starts
        along.append([[start + i * d for i in range(k)] for start in starts])
    windows = [list(itertools.product(*parts)) for parts in itertools.product(*along)]
    return tuple(map(len, along)), windows


def _within(places, sizes, pads=None):
    pads = pads or [(0, 0)] * len(sizes)
    return [p for p in places
            if all(-b <= i < n + e for i, n, (b, e) in zip(p, sizes, pads, strict=True))]  # fmt: skip


def _images(x, ndim):
    return x.reshape((math.prod(x.shape[: x.ndim - ndim]), *x.shape[x.ndim - ndim :]))


def _pooled(x, options, f, dtype=None):
    """f(image, the places of a window) for every window of every image."""
    ndim = len(options["kernel"])
    lead, sizes = x.shape[: x.ndim - ndim], x.shape[x.ndim - ndim :]
    counts, windows = pools(sizes, **options)
    y = np.array([[f(image, places) for places in windows] for image in _images(x, ndim)], dtype)
    return y.reshape(*lead, *counts)


def _max_pooling(x, **options):
    def largest(image, places):
        return max(image[p] for p in _within(places, image.shape))

    return _pooled(x, options, largest, x.dtype)


def _index(x, **options):
    def first(image, places):
        best = max(_within(places, image.shape), key=lambda p: image[p])  # of several the first
        return np.ravel_multi_index(best, image.shape)

    return _pooled(x, options, first, int)


def _largest(image, places):
    inside = _within(places, image.shape)
    return [p for p in inside if image[p] == max(image[q] for q in inside)]


def _share(v, x, **options):
    ndim = len(options["kernel"])
    y = np.zeros(_images(x, ndim).shape)
    _, windows = pools(y.shape[1:], **options)
    for image, values, out in zip(_images(x, ndim), _images(v, ndim).reshape(len(y), -1), y, strict=True):
        for value, places in zip(values, windows, strict=True):
            for p in _largest(image, places):
                out[p] += value / len(_largest(image, places))
    return y.reshape(x.shape)


def _mean_of_largest(v, x, **options):
    both = np.stack([v, x], -1)
    ndim = len(options["kernel"])
    lead, sizes = x.shape[: x.ndim - ndim], x.shape[x.ndim - ndim :]
    counts, windows = pools(sizes, **options)
    images = both.reshape((math.prod(lead), *sizes, 2))
    y = [[np.mean([image[p][0] for p in _largest(image[..., 1], places)]) for places in windows] for image in images]
    return np.array(y).reshape(*lead, *counts)


def _window_size(places, sizes, pad, count_include_pad):
    pads = [(p, p) if isinstance(p, int) else p for p in _per_axis(pad, len(sizes))]
    return len(_within(places, sizes, pads if count_include_pad else None))


def _average_pooling(x, count_include_pad=True, divides=True, **options):
    def mean(image, places):
        total = sum(image[p] for p in _within(places, image.shape))
        if not divides:
            return total
        return total / _window_size(places, image.shape, options.get("pad", 0), count_include_pad)

    return _pooled(x, options, mean, float)


def _spread_mean(v, sizes, count_include_pad=True, divides=True, **options):
    ndim = len(sizes)
    values = _images(v, ndim)
    y = np.zeros((len(values), *sizes))
    _, windows = pools(sizes, **options)
    for out, image in zip(y, values.reshape(len(values), -1), strict=True):
        for value, places in zip(image, windows, strict=True):
            for p in _within(places, sizes):
                size = _window_size(places, sizes, options.get("pad", 0), count_include_pad)
                out[p] += value / size if divides else value
    return y.reshape(v.shape[: v.ndim - ndim] + tuple(sizes))


ORACLES = {
    "max_pooling": _max_pooling,
    "index_of_largest": _index,
    "share_among_largest": _share,
    "mean_of_largest": _mean_of_largest,
    "average_pooling": _average_pooling,
    "spread_mean": _spread_mean,
}


def peers():
    import torch.nn.functional as tf

    def with_borders(x, pad, value):
        """PyTorch's poolings pad both ends alike, so other borders are put around before."""
        pads = [(p, p) if isinstance(p, int) else p for p in pad]
        return tf.pad(x, [n for pair in reversed(pads) for n in pair], value=value)

    def max_pooling(x, kernel, stride=None, pad=0, dilation=1, ceil_mode=False):
        ndim = len(kernel)
        pool = (tf.max_pool1d, tf.max_pool2d, tf.max_pool3d)[ndim - 1]
        if not isinstance(pad, int):
            x, pad = with_borders(x, pad, -math.inf), 0
        lead, sizes = x.shape[: x.ndim - ndim], x.shape[x.ndim - ndim :]
        y = pool(x.reshape(1, -1, *sizes), kernel, stride, pad, dilation, ceil_mode)
        return y.reshape(*lead, *y.shape[2:])

    def average_pooling(x, kernel, stride=None, pad=0, ceil_mode=False, count_include_pad=True, divides=True):
        if not divides:
            return math.prod(kernel) * average_pooling(x, kernel, stride)
        ndim = len(kernel)
        pool = (tf.avg_pool1d, tf.avg_pool2d, tf.avg_pool3d)[ndim - 1]
        if not isinstance(pad, int):  # then the mean of ones tells how many count
            ones = with_borders(x.detach() * 0 + 1, pad, float(count_include_pad))
            x, pad = with_borders(x, pad, 0.0), 0
            return average_pooling(x, kernel, stride) / average_pooling(ones, kernel, stride)
        lead, sizes = x.shape[: x.ndim - ndim], x.shape[x.ndim - ndim :]
        y = pool(x.reshape(1, -1, *sizes), kernel, stride, pad, ceil_mode, count_include_pad)
        return y.reshape(*lead, *y.shape[2:])

    return {"max_pooling": max_pooling, "average_pooling": average_pooling}
