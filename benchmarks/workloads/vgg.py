"""Row vgg: a deeper convolutional network with batch normalization, for small photographs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks import steps
from benchmarks.workloads import Row, Step

CHANNELS = (3, 64, 128, 256, 256)  # of the images, which are 32x32, and of each convolution's result
POOLED = (0, 1, 3)  # the convolutions that a pooling comes after
FEATURES = 256 * 4 * 4
RATE, KEPT = 0.001, 0.9
EPS = 2e-5


def data() -> tuple[Any, Any]:
    return steps.normal(32, 3, 32, 32, seed=9), steps.labels(32, classes=10)


def weights() -> list[Any]:
    """W, gamma and beta of each convolution, W and b of the last layer."""
    arrays: list[Any] = []
    for before, after in pairwise(CHANNELS):
        W, beta = steps.first_weights([(after, before, 3, 3)])
        arrays += [W, np.ones(after, np.float32), beta]
    return arrays + steps.first_weights([(FEATURES, 10)])


def with_rung(compiled: bool) -> Step:
    import rung.functions as F
    from rung.layers import BatchNorm, Conv2d, Linear, Sequential
    from rung.optimizers import MomentumSGD

    parts: list[Any] = []
    for i, channels in enumerate(CHANNELS[1:]):
        parts += [Conv2d(channels, 3, pad=1, nobias=True), BatchNorm(eps=EPS), F.relu]
        parts += [lambda x: F.max_pool2d(x, 2)] if i in POOLED else []
    model = Sequential(*parts, lambda x: x.reshape((len(x), -1)), Linear(10))
    steps.rung_filled(model, weights())
    return steps.rung_step(
        model, MomentumSGD(RATE, KEPT), lambda x, t: F.softmax_cross_entropy(model(x), t), data(), compiled
    )


def with_torch(compiled: bool) -> Step:
    from torch import nn, optim

    parts: list[nn.Module] = []
    for i, (before, after) in enumerate(pairwise(CHANNELS)):
        parts += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after, eps=EPS), nn.ReLU()]
        parts += [nn.MaxPool2d(2)] if i in POOLED else []
    model = nn.Sequential(*parts, nn.Flatten(), nn.Linear(FEATURES, 10))
    steps.torch_filled(model, weights())
    optimizer = optim.SGD(model.parameters(), lr=RATE, momentum=KEPT)
    return steps.torch_step(optimizer, lambda x, t: nn.functional.cross_entropy(model(x), t), data(), compiled)


def with_jax(compiled: bool) -> Step:
    import jax

    from benchmarks.jax_optimizers import momentum

    def normalized(x: Any, gamma: Any, beta: Any) -> Any:
        mean, variance = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
        return (x - mean) * jax.lax.rsqrt(variance + EPS) * gamma[:, None, None] + beta[:, None, None]

    def loss_of(weights: Any, x: Any, t: Any) -> Any:
        *convolutions, last, b = weights
        for i in range(len(CHANNELS) - 1):
            W, gamma, beta = convolutions[3 * i : 3 * i + 3]
            x = jax.lax.conv_general_dilated(x, W, (1, 1), "SAME", dimension_numbers=("NCHW", "OIHW", "NCHW"))
            x = jax.nn.relu(normalized(x, gamma, beta))
            if i in POOLED:
                x = jax.lax.reduce_window(x, -jax.numpy.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        return steps.jax_cross_entropy(x.reshape(len(x), -1) @ last + b, t)

    return steps.jax_step(weights(), momentum(RATE, KEPT), loss_of, data())


WORK = "32x3x32x32; 3x3 conv+batchnorm+relu 64 P 128 P 256 256 P (P: max pool 2x2), fc 10; SGD momentum"
ROWS = [Row("vgg", WORK, {"rung": with_rung, "torch": with_torch, "jax": with_jax})]
