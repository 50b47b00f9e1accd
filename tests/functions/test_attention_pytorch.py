"""Attention and rotations against PyTorch over a grid: values, gradients and second derivatives."""

import itertools

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.transform import grad

torch = pytest.importorskip("torch")
tf = torch.nn.functional

RNG = np.random.default_rng(0)
SHAPES = [
    ((2, 3), 5, 5, 4, 4),
    ((2, 3), 3, 7, 4, 2),
    ((6,), 1, 4, 2, 3),
    ((1, 2), 9, 2, 3, 5),
    ((2, 2, 2), 4, 4, 1, 1),
]


def masks_of(lead, T, S):
    some = RNG.random((T, S)) < 0.7
    some[:, 0] = True
    each = RNG.random((*lead, T, S)) < 0.5
    each[..., -1] = True
    yield None
    yield some
    yield each
    yield RNG.standard_normal((T, S))
    yield RNG.standard_normal((*lead[:-1], 1, T, S))


GRID = [
    pytest.param(shape, mask, causal, scale, id=f"{shape}-{i}-{causal}-{scale}")
    for shape in SHAPES
    for i, mask in enumerate(masks_of(*shape[:3]))
    for causal, scale in itertools.product((False, True), (None, 0.7))
    if not causal
    or (mask is None and shape[1] == shape[2])  # PyTorch takes one of the two, and starts at the first key
]


def compared(ours, theirs, arrays):
    """Both at the same arrays: values, gradients, and the gradient of a function of the gradients."""
    results = []
    for f, wrap in ((ours, Variable), (theirs, lambda x: torch.tensor(x, requires_grad=True))):
        xs = [wrap(x) for x in arrays]
        y = f(*xs)
        found = [y]
        weights = np.cos(np.arange(np.prod(y.shape))).reshape(y.shape)
        if wrap is Variable:
            first = grad(y, xs, weights, create_graph=True)
            total = sum((F.sum(g * g * np.cos(g.data)) for g in first), F.sum(y * y))
            second = grad(total, xs)
            plain = grad(f(*xs), xs, weights)
            for a, e in zip(plain, first, strict=True):
                np.testing.assert_allclose(a.data, e.data, rtol=1e-9, atol=1e-9)
        else:
            first = torch.autograd.grad((y * torch.tensor(weights)).sum(), xs, create_graph=True)
            total = sum(((g * g * torch.cos(g.detach())).sum() for g in first), (y * y).sum())
            second = torch.autograd.grad(total, xs)
        found += [*first, *second]
        results.append([x.data if wrap is Variable else x.detach().numpy() for x in found])
    for actual, expected in zip(*results, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("shape", "mask", "causal", "scale"), GRID)
def test_attention_agrees_with_pytorch(shape, mask, causal, scale):
    lead, T, S, size, out = shape
    arrays = [RNG.standard_normal((*lead, n, m)) for n, m in ((T, size), (S, size), (S, out))]
    extra = [mask] if mask is not None and mask.dtype == float else []  # floats may be learnt

    def theirs(q, k, v, bias=None):
        given = bias if bias is not None else None if mask is None else torch.tensor(mask)
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return tf.scaled_dot_product_attention(q, k, v, given, is_causal=causal, scale=scale)

    def ours(q, k, v, bias=mask):
        return F.scaled_dot_product_attention(q, k, v, bias, causal, scale=scale)

    compared(ours, theirs, [*arrays, *extra])


@pytest.mark.parametrize("few", [1, 2, 4])
def test_fewer_heads_of_keys_agree_with_pytorch(few):
    arrays = [RNG.standard_normal((2, heads, 5, 3)) for heads in (4, few, few)]

    def theirs(q, k, v):
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return tf.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)

    compared(lambda *xs: F.scaled_dot_product_attention(*xs, causal=True), theirs, arrays)


def test_single_precision_is_as_near_as_pytorchs():
    arrays = [RNG.standard_normal((2, 4, 300, 16)).astype(np.float32) for _ in range(3)]
    exact = F.scaled_dot_product_attention(*[x.astype(float) for x in arrays], causal=True).data
    ours = F.scaled_dot_product_attention(*arrays, causal=True).data
    theirs = tf.scaled_dot_product_attention(*map(torch.tensor, arrays), is_causal=True).numpy()
    assert abs(ours - exact).max() < max(2 * abs(theirs - exact).max(), 1e-6)


@pytest.mark.parametrize("padding", [None, 0, 3])
def test_embedding_agrees_with_pytorch(padding):
    x = RNG.integers(0, 5, (2, 7))
    compared(
        lambda W: F.embedding(x, W, padding) ** 3,
        lambda W: tf.embedding(torch.tensor(x), W, padding) ** 3,
        [RNG.standard_normal((5, 3))],
    )
