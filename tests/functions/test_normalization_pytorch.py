"""Normalisations against PyTorch's over a grid: values, gradients, second derivatives, running statistics."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable
from rung.transform import grad

torch = pytest.importorskip("torch")
T = torch.nn.functional
RNG = np.random.default_rng(0)

RUNNING = np.linspace(-1, 1, 6), np.linspace(1, 2, 6)
CASES = {}
for shape in ((5, 6), (3, 6, 4), (2, 6, 3, 2), (2, 6, 2, 1, 3)):
    CASES[f"batch_norm {shape}"] = (
        shape, (6,), lambda x, g, b: F.batch_norm(x, g, b, eps=1e-3),
        lambda x, g, b: T.batch_norm(x, None, None, g, b, True, eps=1e-3),
    )  # fmt: skip
    CASES[f"batch_norm in test mode {shape}"] = (
        shape, (6,), lambda x, g, b: in_test_mode(x, g, b),
        lambda x, g, b: T.batch_norm(x, *map(torch.tensor, RUNNING), g, b),
    )  # fmt: skip
    for axes in range(1, len(shape)):
        CASES[f"layer_norm {shape} over {axes}"] = (
            shape, shape[-axes:], lambda x, g, b, k=axes: F.layer_norm(x, g, b, 1e-3, tuple(range(-k, 0))),
            lambda x, g, b: T.layer_norm(x, g.shape, g, b, 1e-3),
        )  # fmt: skip
        CASES[f"rms_norm {shape} over {axes}"] = (
            shape, shape[-axes:], lambda x, g, b, k=axes: F.rms_norm(x, g, 1e-3, tuple(range(-k, 0))) + 0 * F.sum(b),
            lambda x, g, b: T.rms_norm(x, g.shape, g, 1e-3) + 0 * b.sum(),
        )  # fmt: skip
    for groups in (1, 2, 3):
        CASES[f"group_norm {shape} in {groups}"] = (
            shape, (6,), lambda x, g, b, n=groups: F.group_norm(x, n, g, b, 1e-3),
            lambda x, g, b, n=groups: T.group_norm(x, n, g, b, 1e-3),
        )  # fmt: skip
    if len(shape) > 2:
        CASES[f"instance_norm {shape}"] = (
            shape, (6,), lambda x, g, b: F.instance_norm(x, g, b, 1e-3),
            lambda x, g, b: T.instance_norm(x, None, None, g, b, True, eps=1e-3),
        )  # fmt: skip
        for size in (1, 2, 5, 8):
            CASES[f"local_response_norm {shape} of {size}"] = (
                shape, (), lambda x, g, b, n=size: F.local_response_norm(x, n, 0.5, 0.6, 1.5) + 0 * g + 0 * b,
                lambda x, g, b, n=size: T.local_response_norm(x, n, 0.5, 0.6, 1.5) + 0 * g + 0 * b,
            )  # fmt: skip


def in_test_mode(x, g, b):
    with rung.test_mode():
        return F.batch_norm(x, g, b, *RUNNING, eps=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives_are_pytorchs(name):
    shape, parameters, ours, theirs = CASES[name]
    arrays = [RNG.standard_normal(s) for s in (shape, parameters, parameters)]
    weights, directions = RNG.standard_normal(shape), [RNG.standard_normal(np.shape(a)) for a in arrays]
    xs, ts = [Variable(a) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
    y, t = ours(*xs), theirs(*ts)
    np.testing.assert_allclose(y.data, t.detach().numpy(), rtol=1e-9, atol=1e-9)
    gxs = grad(F.sum(y * y * weights), xs, create_graph=True)
    gts = torch.autograd.grad((t * t * torch.tensor(weights)).sum(), ts, create_graph=True)
    for gx, gt in zip(gxs, gts, strict=True):
        np.testing.assert_allclose(gx.data, gt.detach().numpy(), rtol=1e-9, atol=1e-9)
    second = grad(sum(F.sum(g * d) for g, d in zip(gxs, directions, strict=True)), xs)
    expected = torch.autograd.grad(
        sum((g * torch.tensor(d)).sum() for g, d in zip(gts, directions, strict=True)), ts, allow_unused=True
    )
    for hx, ht in zip(second, expected, strict=True):
        np.testing.assert_allclose(hx.data, 0 if ht is None else ht.numpy(), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("decay", [0.9, 0.5, 0.0, 1.0])
def test_running_statistics_after_several_batches_are_pytorchs(decay):
    mean, var = np.zeros(3), np.ones(3)
    m, v = torch.zeros(3).double(), torch.ones(3).double()
    for n in (4, 7, 2, 5):
        x = RNG.standard_normal((n, 3, 2)) * 3 + 1
        F.batch_norm(x, None, None, mean, var, decay)
        T.batch_norm(torch.tensor(x), m, v, training=True, momentum=1 - decay)
    np.testing.assert_allclose(mean, m.numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(var, v.numpy(), rtol=1e-12)


@pytest.mark.parametrize(("shape", "axis"), [((4, 3), 0), ((4, 3), 1), ((4, 3, 2, 2), 0), ((4, 3, 2, 2), 1)])
def test_weight_norm_is_pytorchs_to_the_second_derivative(shape, axis):
    v, g = RNG.standard_normal(shape), RNG.standard_normal(shape[axis])
    d = RNG.standard_normal(shape)
    kept = [n if i == axis else 1 for i, n in enumerate(shape)]
    ours, theirs = [Variable(v), Variable(g)], [torch.tensor(a, requires_grad=True) for a in (v, g)]
    W, fused = F.weight_norm(*ours, axis=axis), torch._weight_norm(theirs[0], theirs[1].reshape(kept), axis)
    np.testing.assert_allclose(W.data, fused.detach().numpy(), rtol=1e-12)
    for a, b in zip(grad(F.sum(W**3), ours), torch.autograd.grad((fused**3).sum(), theirs), strict=True):
        np.testing.assert_allclose(a.data, b.numpy(), rtol=1e-9, atol=1e-9)
    # PyTorch's fused op has a wrong second derivative (2.13), so for that the formula itself.
    rest = [i for i in range(len(shape)) if i != axis]
    WT = theirs[1].reshape(kept) * theirs[0] / torch.linalg.vector_norm(theirs[0], dim=rest, keepdim=True)
    (first,) = torch.autograd.grad((WT**3).sum(), theirs[:1], create_graph=True)
    expected = torch.autograd.grad((first * torch.tensor(d)).sum(), theirs)
    second = grad(F.sum(grad(F.sum(F.weight_norm(*ours, axis=axis) ** 3), ours[0], create_graph=True) * d), ours)
    for a, b in zip(second, expected, strict=True):
        np.testing.assert_allclose(a.data, b.numpy(), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("iterations", [1, 3])
def test_spectral_norm_is_pytorchs_step_by_step(iterations):
    layer = torch.nn.utils.spectral_norm(torch.nn.Conv2d(3, 4, 2).double(), n_power_iterations=iterations)
    W = Variable(layer.weight_orig.detach().numpy().copy())
    u, v = layer.weight_u.numpy().copy(), layer.weight_v.numpy().copy()
    for train in (True, True, False):
        layer.train(train)
        W.cleargrad()
        layer.weight_orig.grad = None
        layer(torch.zeros(1, 3, 2, 2).double())
        with rung.using_config("train", train):
            y = F.spectral_norm(W, u, v, iterations)
        np.testing.assert_allclose(y.data, layer.weight.detach().numpy(), rtol=1e-10)
        F.sum(y**3).backward()
        (layer.weight**3).sum().backward()
        np.testing.assert_allclose(W.grad.data, layer.weight_orig.grad.numpy(), rtol=1e-9)
