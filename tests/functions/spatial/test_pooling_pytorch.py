"""Agreement of poolings with PyTorch over a grid: values, indices, gradients, and second derivatives."""

import itertools

import numpy as np
import pytest

import rung.functions as F
from rung import Variable, grad

torch = pytest.importorskip("torch")
tf = torch.nn.functional

RNG = np.random.default_rng(0)
SIZES = {1: (11,), 2: (7, 8), 3: (5, 6, 4)}


def distinct(*shape):
    return (RNG.permutation(int(np.prod(shape))).reshape(shape) - 20.0) * 0.17


def agree(ours, theirs, x, tolerance=1e-9):
    """Values, gradients, and second derivatives of the sum of cubes of the outputs."""
    v, t = Variable(x), torch.tensor(x, requires_grad=True)
    y, e = ours(v), theirs(t)
    np.testing.assert_allclose(y.data, e.detach().numpy(), rtol=tolerance, atol=tolerance)
    assert y.dtype == x.dtype
    first, expected = (
        grad(F.sum(y**3), v, create_graph=True),
        torch.autograd.grad((e**3).sum(), t, create_graph=True)[0],
    )
    np.testing.assert_allclose(first.data, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    second, again = grad(F.sum(first**2), v), torch.autograd.grad((expected**2).sum(), t)[0]
    np.testing.assert_allclose(second.data, again.numpy(), rtol=tolerance, atol=tolerance)


WINDOWS = [
    (kernel, stride, pad, dilation, ceil)
    for kernel, stride, pad, dilation, ceil in itertools.product(
        (1, 2, 3), (None, 1, 2, 3), (0, 1), (1, 2), (False, True)
    )
    if 2 * pad <= kernel
]


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_max_pooling_agrees_with_pytorch(ndim):
    ours = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[ndim - 1]
    theirs = (tf.max_pool1d, tf.max_pool2d, tf.max_pool3d)[ndim - 1]
    x = distinct(2, 2, *SIZES[ndim])
    for kernel, stride, pad, dilation, ceil in WINDOWS[:: 2 * ndim - 1]:
        if dilation * (kernel - 1) < min(SIZES[ndim]) + 2 * pad:
            options = (kernel, stride, pad, dilation, ceil)
            agree(lambda x, o=options: ours(x, *o), lambda x, o=options: theirs(x, *o), x)
            index, expected = ours(x, *options, return_indices=True)[1], theirs(torch.tensor(x), *options, True)[1]
            np.testing.assert_array_equal(index.data, expected.numpy(), err_msg=str(options))


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_average_pooling_agrees_with_pytorch(ndim):
    ours = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[ndim - 1]
    theirs = (tf.avg_pool1d, tf.avg_pool2d, tf.avg_pool3d)[ndim - 1]
    x = distinct(2, 2, *SIZES[ndim])
    for (kernel, stride, pad, dilation, ceil), counted in itertools.product(WINDOWS[:: 2 * ndim - 1], (True, False)):
        if dilation == 1:
            options = (kernel, stride, pad, ceil, counted)
            agree(lambda x, o=options: ours(x, *o), lambda x, o=options: theirs(x, *o), x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_unequal_kernels_strides_and_paddings_agree_with_pytorch(dtype):
    x, tolerance = distinct(2, 3, 8, 11).astype(dtype), 1e-4 if dtype is np.float32 else 1e-9
    for kernel, stride, pad, dilation in [((2, 3), (2, 1), (1, 0), (1, 3)), ((4, 1), (1, 4), (2, 0), (2, 1))]:
        agree(lambda x, o=(kernel, stride, pad, dilation): F.max_pool2d(x, *o),
              lambda x, o=(kernel, stride, pad, dilation): tf.max_pool2d(x, *o), x, tolerance)  # fmt: skip
        agree(lambda x, o=(kernel, stride, pad): F.average_pooling(x, *o),
              lambda x, o=(kernel, stride, pad): tf.avg_pool2d(x, *o), x, tolerance)  # fmt: skip


def test_different_borders_before_and_behind_agree_with_pytorch_on_a_padded_image():
    x = distinct(2, 3, 6, 7) - 100
    agree(lambda x: F.max_pool2d(x, 3, 2, ((1, 2), (0, 1))),
          lambda x: tf.max_pool2d(tf.pad(x, (0, 1, 1, 2), value=-np.inf), 3, 2), x)  # fmt: skip
    agree(lambda x: F.avg_pool2d(x, 3, 2, ((1, 2), (0, 1))),
          lambda x: tf.avg_pool2d(tf.pad(x, (0, 1, 1, 2)), 3, 2), x)  # fmt: skip


def test_indices_of_ties_agree_with_pytorch():
    x = RNG.integers(0, 3, (2, 3, 9, 8)).astype(float)
    index = F.max_pool2d(x, 3, 2, 1, return_indices=True)[1].data
    np.testing.assert_array_equal(index, tf.max_pool2d(torch.tensor(x), 3, 2, 1, return_indices=True)[1].numpy())


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_adaptive_pooling_agrees_with_pytorch(ndim):
    mean = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[ndim - 1]
    their_mean = (tf.adaptive_avg_pool1d, tf.adaptive_avg_pool2d, tf.adaptive_avg_pool3d)[ndim - 1]
    largest = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)[ndim - 1]
    their_largest = (tf.adaptive_max_pool1d, tf.adaptive_max_pool2d, tf.adaptive_max_pool3d)[ndim - 1]
    x = distinct(2, 2, *SIZES[ndim])
    for size in (1, 2, 3, 5, 8):
        agree(lambda x, n=size: mean(x, n), lambda x, n=size: their_mean(x, n), x)
        agree(lambda x, n=size: largest(x, n), lambda x, n=size: their_largest(x, n), x)
