"""Agreement of changes of resolution with PyTorch over a grid: values, gradients, and second derivatives."""

import itertools

import numpy as np
import pytest

import rung.functions as F
from rung import Variable, grad

torch = pytest.importorskip("torch")
tf = torch.nn.functional

RNG = np.random.default_rng(0)
MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}


def agree(ours, theirs, x):
    v, t = Variable(x), torch.tensor(x, requires_grad=True)
    y, e = ours(v), theirs(t)
    np.testing.assert_allclose(y.data, e.detach().numpy(), rtol=1e-9, atol=1e-9)
    first, expected = (
        grad(F.sum(y**3), v, create_graph=True),
        torch.autograd.grad((e**3).sum(), t, create_graph=True)[0],
    )
    np.testing.assert_allclose(first.data, expected.detach().numpy(), rtol=1e-9, atol=1e-9)
    second, again = grad(F.sum(first**2), v), torch.autograd.grad((expected**2).sum(), t)[0]
    np.testing.assert_allclose(second.data, again.numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_upsampling_by_a_scale_agrees_with_pytorch(ndim):
    x = RNG.standard_normal((2, 3, *(5, 4, 6)[:ndim]))
    for scale, mode in itertools.product((1, 2, 3, 1.5, 2.25, 0.5), ("nearest", MODES[ndim])):
        agree(lambda x, s=scale, m=mode: F.upsample(x, s, mode=m),
              lambda x, s=scale, m=mode: tf.interpolate(x, scale_factor=s, mode=m), x)  # fmt: skip


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_upsampling_to_a_size_agrees_with_pytorch(ndim):
    x = RNG.standard_normal((2, 3, *(5, 4, 6)[:ndim]))
    for sizes in [(5, 4, 6), (10, 8, 12), (7, 9, 2), (1, 1, 1)]:
        size = sizes[:ndim]
        agree(lambda x, n=size: F.upsample(x, size=n), lambda x, n=size: tf.interpolate(x, size=n), x)
        for align in (False, True):
            agree(lambda x, n=size, a=align: F.upsample(x, size=n, mode=MODES[x.ndim - 2], align_corners=a),
                  lambda x, n=size, a=align: tf.interpolate(x, size=n, mode=MODES[x.ndim - 2], align_corners=a),
                  x)  # fmt: skip


def test_an_aligned_scale_agrees_with_pytorch():
    x = RNG.standard_normal((2, 3, 5, 4))
    agree(lambda x: F.upsample(x, (2, 1.5), mode="bilinear", align_corners=True),
          lambda x: tf.interpolate(x, scale_factor=(2, 1.5), mode="bilinear", align_corners=True), x)  # fmt: skip


def test_shuffling_pixels_agrees_with_pytorch():
    x = RNG.standard_normal((2, 18, 6, 9))
    agree(lambda x: F.pixel_shuffle(x, 3), lambda x: tf.pixel_shuffle(x, 3), x)
    agree(lambda x: F.pixel_unshuffle(x, 3), lambda x: tf.pixel_unshuffle(x, 3), x)
