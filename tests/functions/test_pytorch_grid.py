"""Agreement with PyTorch over a grid of parameters and shapes: values, gradients, and second derivatives."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable, grad

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape)


def distinct(*shape):
    """No two elements near each other, none near 0: so that no kink is near."""
    x = RNG.permutation(np.arange(np.prod(shape, dtype=int))).reshape(shape)
    return (x - x.size / 2 + 0.3) * 0.37


def between(low, high, *shape):
    return RNG.uniform(low, high, shape)


SHAPES = [(), (3,), (2, 3), (2, 1, 3)]
CUBE = (2, 3, 4)


def elementwise():
    """Each with where to take its inputs from; PyTorch's function has the name that comes last."""
    smooth = {
        "neg": "neg",
        "square": "square",
        "exp": "exp",
        "exp2": "exp2",
        "expm1": "expm1",
        "sin": "sin",
        "cos": "cos",
        "tanh": "tanh",
        "sinh": "sinh",
        "cosh": "cosh",
        "arctan": "arctan",
        "arcsinh": "arcsinh",
        "sigmoid": "sigmoid",
        "erf": "erf",
        "softplus": "nn.functional.softplus",
        "logsigmoid": "nn.functional.logsigmoid",
        "silu": "nn.functional.silu",
        "mish": "nn.functional.mish",
        "gelu": "nn.functional.gelu",
    }
    kinked = {
        "absolute": "abs",
        "relu": "relu",
        "relu6": "nn.functional.relu6",
        "selu": "selu",
        "softsign": "nn.functional.softsign",
        "hard_swish": "nn.functional.hardswish",
    }
    positive = {
        "log": "log",
        "log2": "log2",
        "log1p": "log1p",
        "sqrt": "sqrt",
        "rsqrt": "rsqrt",
        "reciprocal": "reciprocal",
        "lgamma": "lgamma",
        "digamma": "digamma",
    }
    inside = {"arcsin": "arcsin", "arccos": "arccos", "arctanh": "arctanh", "erfinv": "erfinv", "tan": "tan"}
    for names, draw in [
        (smooth, normal),
        (kinked, distinct),
        (positive, lambda *s: between(0.2, 3, *s)),
        (inside, lambda *s: between(-0.9, 0.9, *s)),
        ({"arccosh": "arccosh"}, lambda *s: between(1.2, 4, *s)),
        ({"lgamma": "lgamma", "digamma": "digamma"}, lambda *s: between(-3.8, -3.2, *s)),
    ]:
        for ours, theirs in names.items():
            for shape in SHAPES:
                yield f"{ours} {shape}", getattr(F, ours), lambda t, x, path=theirs: _at(t, path)(x), [draw(*shape)]


def _ours(name):
    return getattr(F, name)


def _at(torch, path):
    for name in path.split("."):
        torch = getattr(torch, name)
    return torch


def activations_with_parameters():
    for a in (0.01, 0.25, 1.0, 2.0):
        x = distinct(3, 5)
        yield (
            f"leaky_relu {a}",
            lambda x, a=a: F.leaky_relu(x, a),
            lambda t, x, a=a: t.nn.functional.leaky_relu(x, a),
            [x],
        )
        yield f"elu {a}", lambda x, a=a: F.elu(x, a), lambda t, x, a=a: t.nn.functional.elu(x, a), [x]
        yield f"celu {a}", lambda x, a=a: F.celu(x, a), lambda t, x, a=a: t.nn.functional.celu(x, a), [x]
    for shape, slopes, given in [((2, 3, 4), (3,), (3, 1)), ((5, 2), (2,), (2,)), ((3, 4), (1,), (1,))]:
        yield (
            f"prelu {shape}",
            lambda x, a, s=given: F.prelu(x, F.reshape(a, s)),
            lambda t, x, a: t.nn.functional.prelu(x, a),
            [distinct(*shape), between(0.1, 0.5, *slopes)],
        )
    yield (
        "hard_sigmoid",
        F.hard_sigmoid,
        lambda t, x: t.clip(x / 6 + 0.5, 0, 1),
        [distinct(4, 5)],
    )  # theirs has one derivative
    yield (
        "gelu by tanh",
        lambda x: F.gelu(x, approximate=True),
        lambda t, x: t.nn.functional.gelu(x, approximate="tanh"),
        [normal(3, 4) * 3],
    )
    for low, high in [(None, 0.5), (-0.5, None), (-1.0, 1.0)]:
        yield (
            f"clip {low} {high}",
            lambda x, b=(low, high): F.clip(x, *b),
            lambda t, x, b=(low, high): t.clip(x, *b),
            [distinct(3, 5)],
        )
    for n in range(4):
        yield (
            f"polygamma {n}",
            lambda x, n=n: F.polygamma(n, x),
            lambda t, x, n=n: t.polygamma(n, x),
            [between(0.3, 9, 3, 4)],
        )


def elementwise_of_two():
    for a, b in [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1, 3), (4, 1)), ((), (2, 2)), ((1,), (3,))]:
        x, y, p = normal(*a), normal(*b), between(0.3, 2, *a)
        q = between(0.5, 2, *b)
        for name in ("add", "sub", "mul", "div", "arctan2", "maximum", "minimum"):
            yield f"{name} {a} {b}", getattr(F, name), lambda t, x, y, name=name: getattr(t, name)(x, y), [x, y]
        yield f"pow {a} {b}", F.pow, lambda t, x, y: t.pow(x, y), [p, y]
        for name in ("fmod", "remainder"):
            yield f"{name} {a} {b}", getattr(F, name), lambda t, x, y, name=name: getattr(t, name)(x, y), [3.1 * x, q]
        where = RNG.random(np.broadcast_shapes(a, b)) < 0.5
        yield (
            f"where {a} {b}",
            lambda x, y, c=where: F.where(c, x, y),
            lambda t, x, y, c=where: t.where(t.as_tensor(c), x, y),
            [x, y],
        )
    for power in (2, 3.0, -1, 0.5, 0, 1):
        yield f"pow of {power}", lambda x, n=power: x**n, lambda t, x, n=power: x**n, [between(0.3, 2, 3, 2)]
    yield "power of 2", lambda x: 2.0**x, lambda t, x: 2.0**x, [normal(3, 2)]


FORMS = [(None, False), (None, True), (0, False), (-1, True), ((0, 2), False), ((0, 1, 2), True), ((-1, 1), False)]


def _axes(axis):
    return (0, 1, 2) if axis is None else axis


def reductions():
    for axis, keep in FORMS:
        o = {"axis": axis, "keepdims": keep}
        for name, theirs in {
            "sum": "sum",
            "mean": "mean",
            "logsumexp": "logsumexp",
            "max": "amax",
            "min": "amin",
        }.items():
            yield (
                f"{name} {axis} {keep}",
                lambda x, f=name, o=o: _ours(f)(x, **o),
                lambda t, x, f=theirs, a=axis, k=keep: getattr(t, f)(x, _axes(a), k),
                [distinct(*CUBE)],
            )
        yield (
            f"norm {axis} {keep}",
            lambda x, o=o: F.norm(x, **o),
            lambda t, x, a=axis, k=keep: t.linalg.vector_norm(x, dim=_axes(a), keepdim=k),
            [normal(*CUBE)],
        )
        for ddof in (0, 1, 2):
            if axis == 0 and ddof == 2:
                continue  # of two elements there is no such variance
            for name in ("var", "std"):
                yield (
                    f"{name} {axis} {keep} {ddof}",
                    lambda x, f=name, o=o, d=ddof: _ours(f)(x, ddof=d, **o),
                    lambda t, x, f=name, a=axis, k=keep, d=ddof: getattr(t, f)(x, _axes(a), correction=d, keepdim=k),
                    [normal(*CUBE)],
                )
    for axis, keep in [(0, False), (1, True), (-1, False)]:
        yield (
            f"prod {axis} {keep}",
            lambda x, a=axis, k=keep: F.prod(x, a, k),
            lambda t, x, a=axis, k=keep: t.prod(x, a, k),
            [normal(*CUBE)],
        )
    yield "prod of all", F.prod, lambda t, x: t.prod(x), [normal(2, 3)]
    zeros = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [1.5, -1.0, 0.5]])
    yield "prod at zeros", lambda x: F.prod(x, 1), lambda t, x: t.prod(x, 1), [zeros]
    yield "cumprod at zeros", lambda x: F.cumprod(x, 1), lambda t, x: t.cumprod(x, 1), [zeros]
    for axis in (0, 1, -1):
        for name in ("cumsum", "cumprod", "softmax", "log_softmax"):
            yield (
                f"{name} {axis}",
                lambda x, f=name, a=axis: _ours(f)(x, a),
                lambda t, x, f=name, a=axis: getattr(t, f)(x, a),
                [normal(*CUBE)],
            )
        yield f"sort {axis}", lambda x, a=axis: F.sort(x, a), lambda t, x, a=axis: t.sort(x, a)[0], [distinct(*CUBE)]
        for k in (1, 2):
            yield (
                f"topk {k} {axis}",
                lambda x, k=k, a=axis: F.topk(x, k, a)[0],
                lambda t, x, k=k, a=axis: t.topk(x, k, a)[0],
                [distinct(*CUBE)],
            )
    yield (
        "average",
        lambda x, w: F.average(x, 1, w),
        lambda t, x, w: (x * w[:, None]).sum(1) / w.sum(),
        [normal(*CUBE), between(1, 2, 3)],
    )


def movement():
    x, i = [normal(*CUBE)], RNG.integers(0, 3, (2, 5, 4))
    same = {
        "reshape": ((4, -1), lambda t, x: x.reshape(4, -1)),
        "transpose": ((1, 2, 0), lambda t, x: x.permute(1, 2, 0)),
        "broadcast_to": ((5, 2, 3, 4), lambda t, x: x.broadcast_to(5, 2, 3, 4)),
        "sum_to": ((3, 1), lambda t, x: x.sum_to_size(3, 1)),
        "expand_dims": (1, lambda t, x: x.unsqueeze(1)),
        "flip": ((0, 2), lambda t, x: x.flip(0, 2)),
        "flatten": (1, lambda t, x: x.flatten(1)),
        "tile": ((2, 1, 3), lambda t, x: x.tile(2, 1, 3)),
    }
    for name, (argument, theirs) in same.items():
        yield name, lambda x, f=name, a=argument: _ours(f)(x, a) ** 2, lambda t, x, f=theirs: f(t, x) ** 2, x
    yield "squeeze", lambda x: F.squeeze(x, 1) ** 2, lambda t, x: x.squeeze(1) ** 2, [normal(2, 1, 3)]
    yield "swapaxes", lambda x: F.swapaxes(x, 0, -1) ** 2, lambda t, x: x.swapaxes(0, -1) ** 2, x
    yield "moveaxis", lambda x: F.moveaxis(x, 0, 2) ** 2, lambda t, x: x.moveaxis(0, 2) ** 2, x
    yield "tile to more axes", lambda x: F.tile(x, (2, 1, 1, 2)) ** 2, lambda t, x: x.tile(2, 1, 1, 2) ** 2, x
    for shift, axis in [(1, None), (-2, 1), ((1, 3), (0, 2))]:
        yield (
            f"roll {shift} {axis}",
            lambda x, a=(shift, axis): F.roll(x, *a) ** 2,
            lambda t, x, a=(shift, axis): t.roll(x, *a) ** 2,
            x,
        )
    for n, axis in [(2, None), (3, 1), ([1, 0, 2], 1)]:
        yield (
            f"repeat {n} {axis}",
            lambda x, n=n, a=axis: F.repeat(x, n, a) ** 2,
            lambda t, x, n=n, a=axis: t.repeat_interleave(x, t.tensor(n), a) ** 2,
            x,
        )
    for k in (-2, 0, 1):
        for name in ("tril", "triu", "diag"):
            for shape in [(3, 4), (4,)] if name == "diag" else [(3, 4), CUBE]:
                yield (
                    f"{name} {k} {shape}",
                    lambda x, f=name, k=k: _ours(f)(x, k) ** 2,
                    lambda t, x, f=name, k=k: getattr(t, f)(x, k) ** 2,
                    [normal(*shape)],
                )
        yield (
            f"diagonal {k}",
            lambda x, k=k: F.diagonal(x, k, 1, 2) ** 2,
            lambda t, x, k=k: t.diagonal(x, k, 1, 2) ** 2,
            x,
        )
    yield "trace", lambda x: F.trace(x) ** 2, lambda t, x: t.trace(x) ** 2, [normal(3, 3)]
    for axis in (0, -1):
        yield (
            f"concat {axis}",
            lambda x, y, a=axis: F.concat([x, y, x], a) ** 2,
            lambda t, x, y, a=axis: t.cat([x, y, x], a) ** 2,
            [normal(2, 3), normal(2, 3)],
        )
        yield (
            f"stack {axis}",
            lambda x, y, a=axis: F.stack([x, y, x], a) ** 2,
            lambda t, x, y, a=axis: t.stack([x, y, x], a) ** 2,
            [normal(2, 3), normal(2, 3)],
        )
        yield (
            f"split {axis}",
            lambda x, a=axis: F.split(x, 2, a)[1] ** 2,
            lambda t, x, a=axis: x.tensor_split(2, a)[1] ** 2,
            x,
        )
        yield (
            f"chunk {axis}",
            lambda x, a=axis: F.chunk(x, 3, a)[1] ** 2,
            lambda t, x, a=axis: x.chunk(3, a)[1] ** 2,
            x,
        )
    yield "gather", lambda x, i=i: F.gather(x, i, 1) ** 2, lambda t, x, i=i: t.gather(x, 1, t.tensor(i)) ** 2, x
    yield (
        "take_along_axis",
        lambda x, i=i: F.take_along_axis(x, i, 1) ** 2,
        lambda t, x, i=i: t.take_along_dim(x, t.tensor(i), 1) ** 2,
        x,
    )
    yield (
        "scatter_add",
        lambda x, v, i=i: F.scatter_add(x, i, v, 1) ** 2,
        lambda t, x, v, i=i: t.scatter_add(x, 1, t.tensor(i), v) ** 2,
        [*x, normal(2, 5, 4)],
    )
    yield (
        "take",
        lambda x: F.take(x, [2, 0, -1, 2], 1) ** 2,
        lambda t, x: x.index_select(1, t.tensor([2, 0, 2, 2])) ** 2,
        x,
    )
    for index in [
        1,
        (slice(None), 2),
        (..., None, 0),
        (slice(None, None, 2), slice(1, 3)),
        ([1, 0, 1], [2, 2, 0]),
        (slice(None), 0, [0, 3, 0]),
    ]:
        yield f"get_item {index}", lambda x, i=index: x[i] ** 2, lambda t, x, i=index: x[i] ** 2, x
    for index in [1, (slice(None), 2), (slice(None), 0, [0, 3])]:
        yield (
            f"index_update {index}",
            lambda x, v, i=index: F.index_update(x, i, v) ** 2,
            lambda t, x, v, i=index: _put(x, i, v) ** 2,
            [*x, normal(*x[0][index].shape)],
        )
    ours = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    for mode, theirs in ours.items():
        for before, after in [(1, 1), (2, 0), (0, 3), (2, 3)]:
            yield (
                f"pad {mode} {before} {after}",
                lambda x, m=mode, w=(before, after): F.pad(x, [(0, 0), (0, 0), w], m) ** 2,
                lambda t, x, m=theirs, w=(before, after): t.nn.functional.pad(x, w, m) ** 2,
                x,
            )
        yield (
            f"pad {mode} two axes",
            lambda x, m=mode: F.pad(x, [(0, 0), (0, 0), (1, 2), (2, 1)], m) ** 2,
            lambda t, x, m=theirs: t.nn.functional.pad(x, (2, 1, 1, 2), m) ** 2,
            [normal(1, 2, 3, 4)],
        )
    yield (
        "pad by a value",
        lambda x: F.pad(x, [(0, 0), (1, 0), (2, 1)], value=2.5) ** 2,
        lambda t, x: t.nn.functional.pad(x, (2, 1, 1, 0), value=2.5) ** 2,
        x,
    )
    for how in ("ij", "xy"):
        yield (
            f"meshgrid {how}",
            lambda x, y, h=how: F.meshgrid(x, y, indexing=h)[0] * F.meshgrid(x, y, indexing=h)[1],
            lambda t, x, y, h=how: t.meshgrid(x, y, indexing=h)[0] * t.meshgrid(x, y, indexing=h)[1],
            [normal(3), normal(2)],
        )


def _put(x, index, values):
    y = x.clone()
    y[index] = values
    return y


def products():
    for a, b in [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 1, 2, 3), (4, 3, 2)),
        ((3,), (2, 3, 4)),
    ]:
        yield f"matmul {a} {b}", F.matmul, lambda t, x, y: x @ y, [normal(*a), normal(*b)]
    rules = {
        "ij,jk->ik": [(2, 3), (3, 4)],
        "ij->ji": [(2, 3)],
        "ij->j": [(2, 3)],
        "ij->": [(2, 3)],
        "i,j->ij": [(2,), (3,)],
        "bij,bjk->bik": [(2, 3, 4), (2, 4, 2)],
        "ij,ij->i": [(2, 3), (2, 3)],
        "ij,jk,kl->il": [(2, 3), (3, 2), (2, 4)],
        "bhqd,bhkd->bhqk": [(2, 2, 3, 2), (2, 2, 4, 2)],
        "i,i,i->": [(3,), (3,), (3,)],
        "ij,k->ki": [(2, 3), (2,)],
    }
    for rule, shapes in rules.items():
        yield (
            f"einsum {rule}",
            lambda *xs, r=rule: F.einsum(r, *xs),
            lambda t, *xs, r=rule: t.einsum(r, *xs),
            [normal(*s) for s in shapes],
        )
    for shape in [(2, 3), (2, 4, 3)]:
        yield (
            f"linear {shape}",
            F.linear,
            lambda t, x, w, b: t.nn.functional.linear(x, w.T, b),
            [normal(*shape), normal(3, 2), normal(2)],
        )


TABLE = [
    *elementwise(),
    *activations_with_parameters(),
    *elementwise_of_two(),
    *reductions(),
    *movement(),
    *products(),
]


def along(shapes, rng):
    return [rng.standard_normal(shape) for shape in shapes]


@pytest.mark.parametrize(("ours", "theirs", "inputs"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_values_and_two_derivatives_are_pytorchs(ours, theirs, inputs):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    expected = theirs(torch, *tensors)
    xs = [Variable(x) for x in inputs]
    y = ours(*xs)
    (weights,), directions = along([expected.shape], rng), along([x.shape for x in inputs], rng)

    first = torch.autograd.grad(expected, tensors, torch.tensor(weights), create_graph=True, materialize_grads=True)
    slope = sum((g * torch.tensor(d)).sum() for g, d in zip(first, directions, strict=True))
    gradients = grad(y, xs, weights, create_graph=True)
    pairs = [(y, expected), *zip(gradients, first, strict=True)]
    if slope.requires_grad:
        second = torch.autograd.grad(slope, tensors, materialize_grads=True)
        product = sum(F.sum(g * d) for g, d in zip(gradients, directions, strict=True))
        pairs += zip(_grad_or_zeros(product, xs), second, strict=True)
    for mine, other in pairs:
        assert mine.shape == tuple(other.shape)
        np.testing.assert_allclose(mine.data, other.detach().numpy(force=True), rtol=1e-9, atol=1e-9)


def _grad_or_zeros(y, xs):
    return grad(y, xs) if y.differentiable else [Variable(np.zeros(x.shape)) for x in xs]
