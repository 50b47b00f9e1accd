"""Random programs: every mode of differentiation against central differences, and against one another."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.transform import grad, jvp

UNARY = [
    F.tanh, F.sin, F.exp, F.sigmoid, F.softplus, lambda a: a * 0.5 - 1, lambda a: 1.5 / (2 + a * a),
    lambda a: a.T, lambda a: a[::-1], lambda a: a[[0, 2, 0]], lambda a: a[:, 1:2], lambda a: F.softmax(a, axis=0),
    lambda a: F.log_softmax(a), lambda a: a.reshape(9)[:3], lambda a: a.mean(axis=1, keepdims=True),
    lambda a: F.sum(a, axis=0), lambda a: a.max(axis=1, keepdims=True),
]  # fmt: skip
BINARY = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (1.5 + F.sin(b)),
    lambda a, b: F.matmul(F.broadcast_to(a, (3, 3)), F.broadcast_to(b, (3, 3))) / 3,
    lambda a, b: F.where(a > b, a, b),
]  # fmt: skip


def random_program(seed):
    """A function of two 3 x 3 variables: twelve ops on whatever was computed before, some of it used many times."""
    rng = np.random.default_rng(seed)
    steps = [(rng.random() < 0.5, int(rng.integers(100)), rng.integers(0, 1000, 2)) for _ in range(12)]

    def program(x, w):
        values = [x, w]
        for is_unary, which, picks in steps:
            a, b = (values[pick % len(values)] for pick in picks)
            if is_unary:
                y = F.tanh(UNARY[which % len(UNARY)](F.broadcast_to(a, (3, 3))))
            else:
                y = F.tanh(BINARY[which % len(BINARY)](a, b))
            values.append(F.broadcast_to(y, (3, 3)) if y.shape != (3, 1) else y)
        return sum(F.sum(v * v) for v in values[-4:])

    return program


@pytest.mark.parametrize("seed", range(40))
def test_every_mode_agrees_with_differences(seed):
    program, rng = random_program(seed), np.random.default_rng(1000 + seed)
    point = [rng.standard_normal((3, 3)) for _ in range(2)]
    v, u = ([rng.standard_normal((3, 3)) for _ in range(2)] for _ in range(2))

    def value(step, along):
        return program(*[Variable(p + step * d) for p, d in zip(point, along, strict=True)]).item()

    def gradient(step, along):
        xs = [Variable(p + step * d) for p, d in zip(point, along, strict=True)]
        program(*xs).backward()
        return [np.zeros((3, 3)) if x.grad is None else x.grad.data for x in xs]

    h = 1e-5
    slope = (value(h, v) - value(-h, v)) / (2 * h)
    curve = [(a - b) / (2 * h) for a, b in zip(gradient(h, v), gradient(-h, v), strict=True)]
    curvature = sum(np.sum(c * d) for c, d in zip(curve, u, strict=True))

    plain = gradient(0, v)
    assert sum(np.sum(g * d) for g, d in zip(plain, v, strict=True)) == pytest.approx(slope, rel=1e-5, abs=1e-6)
    _y, tangent = jvp(program, point, v)
    assert tangent.item() == pytest.approx(slope, rel=1e-5, abs=1e-6)

    xs = [Variable(p) for p in point]
    recorded = grad(program(*xs), xs, create_graph=True)
    for g, p in zip(recorded, plain, strict=True):
        np.testing.assert_allclose(g.data, p, rtol=1e-10, atol=1e-12)
    along_v = sum(F.sum(g * d) for g, d in zip(recorded, v, strict=True))
    reverse = sum(np.sum(g.data * d) for g, d in zip(grad(along_v, xs), u, strict=True))
    _, forward = jvp(lambda *xs: grad(program(*xs), list(xs)), point, v)
    forward = sum(np.sum(t.data * d) for t, d in zip(forward, u, strict=True))
    _, nested = jvp(lambda *xs: jvp(program, list(xs), v)[1], point, u)
    for name, second in (("reverse", reverse), ("forward", forward), ("nested", nested.item())):
        assert second == pytest.approx(curvature, rel=1e-4, abs=1e-5), name
