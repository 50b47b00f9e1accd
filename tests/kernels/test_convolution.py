"""Convolutions by kernels."""

from dataclasses import dataclass, field

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.functions.spatial import columns
from rung.functions.spatial.geometry import Windows
from rung.kernels import few_taps, switched, winograd


@dataclass
class Layer:
    """A convolution."""

    x: tuple[int, ...]
    W: tuple[int, ...]
    padding: tuple = ((0, 0), (0, 0))
    dilation: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    groups: int = 1
    windows: Windows = field(init=False)

    def __post_init__(self):
        self.windows = Windows(self.W[2:], self.stride, self.padding, self.dilation)

    def arrays(self):
        x, W, b = normal(self.x, 0), normal(self.W, 1), normal(self.W[:1], 2)
        return x, W, b, normal((self.x[0], self.W[0], *self.windows.count(self.x[2:])), 3)


def normal(shape, seed):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


FEW_TAPS = [
    Layer((2, 1, 7, 8), (4, 1, 3, 3)),
    Layer((2, 3, 6, 5), (2, 3, 3, 3), ((1, 1), (1, 1))),
    Layer((1, 2, 9, 9), (3, 2, 3, 3), ((2, 0), (0, 3)), (2, 3)),
    Layer((3, 1, 8, 40), (2, 1, 5, 4), ((0, 2), (1, 1))),
    Layer((2, 2, 5, 6), (4, 2, 2, 1)),
    Layer((2, 4, 8, 8), (4, 1, 3, 3), ((1, 1), (1, 1)), groups=4),
    Layer((2, 4, 6, 7), (6, 2, 3, 2), ((1, 0), (1, 1)), groups=2),
    Layer((2, 1, 3, 3), (2, 1, 3, 3)),
]


@pytest.mark.parametrize("layer", FEW_TAPS, ids=str)
@pytest.mark.parametrize("biased", [True, False])
def test_of_few_taps(check, layer, biased):
    x, W, b, _ = layer.arrays()
    check(few_taps.convolve, columns.convolve, x, W, b if biased else None, layer.windows, layer.groups)


@pytest.mark.parametrize("layer", FEW_TAPS, ids=str)
def test_weights_of_few_taps(check, layer):
    x, _, _, gy = layer.arrays()
    check(few_taps.correlate, columns.correlate, x, gy, layer.windows, layer.groups)


@pytest.mark.parametrize("layer", FEW_TAPS, ids=str)
@pytest.mark.parametrize("biased", [True, False])
def test_transposed_of_few_taps(check, layer, biased):
    _, W, _, gy = layer.arrays()
    b = normal((W.shape[1] * layer.groups,), 4) if biased else None
    check(few_taps.transpose, columns.transpose, gy, W, b, layer.windows, layer.x[2:], layer.groups)


@pytest.mark.parametrize(
    "layer",
    [
        Layer((2, 1, 8, 8), (2, 1, 3, 3), stride=(2, 1)),
        Layer((2, 1, 8, 8), (2, 1, 1, 1)),
        Layer((2, 1, 8), (2, 1, 3), padding=((0, 0),), dilation=(1,), stride=(1,)),
        Layer((2, 2, 9, 9), (2, 2, 5, 5)),
    ],
    ids=str,
)
def test_other_convolutions_are_compositions(runs, layer):
    x, W, b, gy = layer.arrays()
    columns.convolve(np, x, W, b, layer.windows, 1)
    columns.correlate(np, x, gy, layer.windows, 1)
    columns.transpose(np, gy, W, None, layer.windows, layer.x[2:], 1)
    assert runs == []


WINOGRAD = [
    Layer((2, 32, 8, 8), (32, 32, 3, 3), ((1, 1), (1, 1))),
    Layer((3, 33, 9, 13), (40, 33, 3, 3)),
    Layer((1, 50, 7, 11), (35, 50, 3, 3), ((0, 2), (2, 1))),
    Layer((9, 96, 16, 12), (64, 96, 3, 3), ((1, 1), (1, 1))),
]
ACCURACY = 3e-5  # of the largest result


@pytest.mark.parametrize("layer", WINOGRAD, ids=str)
@pytest.mark.parametrize("biased", [True, False])
def test_winograd(check, layer, biased):
    x, W, b, _ = layer.arrays()
    b = b if biased else None
    check(winograd.convolve, columns.convolve, x, W, b, layer.windows, 1, tolerance=ACCURACY)


@pytest.mark.parametrize("layer", WINOGRAD, ids=str)
@pytest.mark.parametrize("biased", [True, False])
def test_transposed_winograd(check, layer, biased):
    _, W, _, gy = layer.arrays()
    b = normal(W.shape[1:2], 4) if biased else None
    check(winograd.transpose, columns.transpose, gy, W, b, layer.windows, layer.x[2:], 1, tolerance=ACCURACY)


@pytest.mark.parametrize("layer", WINOGRAD, ids=str)
def test_weights_by_winograd(check, layer, monkeypatch):
    x, _, _, gy = layer.arrays()
    check(winograd.correlate, columns.correlate, x, gy, layer.windows, 1, tolerance=ACCURACY)
    monkeypatch.setattr(winograd, "PART", 1)  # example after example
    check(winograd.correlate, columns.correlate, x, gy, layer.windows, 1, tolerance=ACCURACY)


def test_what_winograd_is_not_for(runs):
    for layer in (
        Layer((2, 32, 9, 9), (32, 32, 3, 3), stride=(2, 2)),
        Layer((2, 32, 9, 9), (32, 32, 3, 3), dilation=(2, 2)),
        Layer((2, 64, 8, 8), (64, 32, 3, 3), groups=2),
        Layer((2, 31, 8, 8), (32, 31, 3, 3)),
        Layer((2, 32, 5, 5), (31, 32, 3, 3)),
    ):
        x, W, b, gy = layer.arrays()
        columns.convolve(np, x, W, b, layer.windows, layer.groups)
        columns.transpose(np, gy, W, None, layer.windows, layer.x[2:], layer.groups)
        columns.correlate(np, x, gy, layer.windows, layer.groups)
    layer = Layer((2, 32, 4, 4), (32, 32, 3, 3))  # a tile would have four outputs of sixteen
    x, W, b, gy = layer.arrays()
    columns.convolve(np, x, W, b, layer.windows, 1)
    columns.correlate(np, x, gy, layer.windows, 1)
    layer = Layer((2, 32, 8, 8), (32, 32, 3, 3), ((1, 3), (1, 1)))  # mirrored, it would cut something off
    _, W, _, gy = layer.arrays()
    columns.transpose(np, gy, W, None, layer.windows, (8, 8), 1)
    assert [kernel for kernel in runs if kernel.run.__module__.endswith("winograd")] == []


LAYERS = [FEW_TAPS[1], FEW_TAPS[5], WINOGRAD[0]]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_derivatives_are_those_of_the_composition(runs, layer):
    arrays = layer.arrays()

    def derivatives():
        x, W, b, gy = map(rung.Variable, arrays)
        y = F.conv2d(x, W, b, pad=layer.padding, dilation=layer.dilation, groups=layer.groups)
        first = rung.grad((y * gy).sum(), [x, W, b], create_graph=True)
        second = rung.grad(sum((g * g).sum() for g in first), [x, W, gy])
        return [y.data, *[g.data for g in (*first, *second)]]

    found, count = derivatives(), len(runs)
    with switched(False):
        expected = derivatives()
    assert count >= 3
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-4 * abs(b).max())


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_compiled_is_as_eager(runs, layer):
    x, W, b, gy = layer.arrays()
    W, b = rung.Parameter(W), rung.Parameter(b)

    def step(x, gy):
        y = F.conv2d(x, W, b, pad=layer.padding, dilation=layer.dilation, groups=layer.groups)
        W.cleargrad()
        (F.max_pool2d(y, 2).sum() + (y * gy).sum()).backward()
        return y

    eager = step(x, gy).data, W.grad.data.copy()
    compiled = rung.compile(step, state=[W, b])
    for _ in range(6):
        y = compiled(x, gy)
        np.testing.assert_array_equal(y.data, eager[0])
        np.testing.assert_allclose(W.grad.data, eager[1], rtol=1e-5, atol=1e-6)
