"""What the tests of the published package compared with Chainer, compared with PyTorch."""

import numpy as np
import pytest

import rung.dezero as dezero
import rung.dezero.functions as F
from rung.dezero import Variable

torch = pytest.importorskip("torch")
rng = np.random.default_rng(0)


def array(*shape):
    return rng.standard_normal(shape)


LABELS = np.array([3, 0, 1])
LOSSES = torch.nn.functional
CASES = {
    "softmax": (F.softmax, lambda x: torch.softmax(x, 1), [array(4, 5, 6)]),
    "softmax_simple": (F.softmax_simple, lambda x: torch.softmax(x, 1), [array(4, 5)]),
    "log_softmax": (F.log_softmax, lambda x: torch.log_softmax(x, 1), [array(4, 5)]),
    "softmax_cross_entropy": (
        lambda x: F.softmax_cross_entropy(x, LABELS),
        lambda x: LOSSES.cross_entropy(x, torch.tensor(LABELS)), [array(3, 4)],
    ),
    "softmax_cross_entropy_simple": (
        lambda x: F.softmax_cross_entropy_simple(x, LABELS),
        lambda x: LOSSES.cross_entropy(x, torch.tensor(LABELS)), [array(3, 4)],
    ),
    "linear": (F.linear, lambda x, W, b: x @ W + b, [array(5, 3), array(3, 2), array(2)]),
    "relu": (F.relu, torch.relu, [array(5, 3)]),
    "batch_norm in training": (
        lambda x, g, b: F.batch_nrom(x, g, b, np.zeros(3), np.ones(3)),
        lambda x, g, b: LOSSES.batch_norm(x, None, None, g, b, True, eps=2e-5),
        [array(4, 3, 5, 5), array(3), array(3)],
    ),
    "average_pooling": (
        lambda x: F.average_pooling(x, 2, 2), lambda x: LOSSES.avg_pool2d(x, 2, 2), [array(1, 5, 16, 15)],
    ),
}  # fmt: skip
for shape, kernel, stride, pad in [((1, 5, 15, 15), (3, 3), (1, 1), (1, 1)), ((1, 5, 15, 15), (3, 3), (3, 1), (2, 1)),
                                   ((2, 5, 20, 15), (5, 3), 1, 3)]:  # fmt: skip
    weights = [array(3, 5, *kernel), array(3)]
    for name in ("conv2d", "conv2d_simple"):
        CASES[f"{name} {shape} {kernel} {stride} {pad}"] = (
            lambda x, W, b, n=name, s=stride, p=pad: getattr(F, n)(x, W, b, s, p),
            lambda x, W, b, s=stride, p=pad: LOSSES.conv2d(x, W, b, s, p),
            [array(*shape), *weights],
        )
    CASES[f"deconv2d {shape} {kernel} {stride} {pad}"] = (
        lambda x, W, b, s=stride, p=pad: F.deconv2d(x, W, b, s, p),
        lambda x, W, b, s=stride, p=pad: LOSSES.conv_transpose2d(x, W, b, s, p),
        [array(*shape), array(5, 3, *kernel), array(3)],
    )
for size in (16, 15):
    for name in ("pooling", "pooling_simple"):
        CASES[f"{name} {size}"] = (
            lambda x, n=name: getattr(F, n)(x, 2, 2), lambda x: LOSSES.max_pool2d(x, 2, 2), [array(1, 5, size, size)],
        )  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_those_of_pytorch(name):
    ours, theirs, arrays = CASES[name]
    xs = [Variable(x) for x in arrays]
    ts = [torch.tensor(x, requires_grad=True) for x in arrays]
    y, expected = ours(*xs), theirs(*ts)
    assert np.allclose(y.data, expected.detach().numpy(), atol=1e-12)
    weights = np.random.default_rng(1).standard_normal(y.shape)
    y.grad = Variable(weights)
    y.backward()
    expected.backward(torch.tensor(weights))
    for x, t in zip(xs, ts, strict=True):
        assert np.allclose(x.grad.data, t.grad.numpy(), atol=1e-10)


@pytest.mark.parametrize("shape", [(8, 1), (1, 10), (20, 10), (20, 10, 5, 5)])
def test_normalisation_by_running_statistics_is_that_of_pytorch(shape):
    x, state = array(*shape).astype("f"), [np.abs(array(shape[1])).astype("f") for _ in range(4)]
    gamma, beta, mean, var = state
    with dezero.test_mode():
        y = F.batch_nrom(x, gamma, beta, mean, var)
    expected = LOSSES.batch_norm(torch.tensor(x), *map(torch.tensor, (mean, var, gamma, beta)), False, eps=2e-5)
    assert y.dtype == np.float32
    assert np.allclose(y.data, expected.numpy(), atol=1e-4)


def test_running_statistics_move_as_those_of_pytorch():
    x, mean, var = array(8, 3), np.zeros(3), np.ones(3)
    theirs = [torch.tensor(mean.copy()), torch.tensor(var.copy())]
    F.batch_nrom(x, np.ones(3), np.zeros(3), mean, var)
    LOSSES.batch_norm(torch.tensor(x), *theirs, training=True, momentum=0.1)
    assert np.allclose(mean, theirs[0])
    assert np.allclose(var, theirs[1])
