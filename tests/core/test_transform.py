"""Forward mode, alone and mixed with reverse mode."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable
from rung.errors import GraphError, ShapeError
from rung.transform import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp


def test_jvp_of_jvp_does_not_mix_up_perturbations():
    # d/dx [x * d/dy (x + y)] at x = 1 is 1; mixing the two perturbations gives 2
    def inner(x):
        return jvp(lambda y: x + y, [1.0], [1.0])[1]

    assert jvp(lambda x: x * inner(x), [1.0], [1.0])[1].item() == 1


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_nested_forward_mode(order):
    def derivative(f):
        return lambda x: jvp(f, [x], [np.array(1.0)])[1]

    f = F.sin
    for _ in range(order):
        f = derivative(f)
    assert f(Variable(0.7)).item() == pytest.approx(np.sin(0.7 + order * np.pi / 2))


def test_three_ways_to_a_second_derivative_of_a_network():
    rng = np.random.default_rng(0)
    x, v, t = rng.standard_normal((4, 3)), rng.standard_normal((4, 3)), np.array([0, 1, 1, 0])
    w = rng.standard_normal((3, 2))

    def loss(x):
        return F.softmax_cross_entropy(F.tanh(F.linear(x, w, np.zeros(2))) * 3, t)

    at = Variable(x)
    reverse = grad(grad(loss(at), at, create_graph=True), at, v)
    forward = jvp(lambda x: grad(loss(x), x), [x], [v])[1]
    at = Variable(x)
    mixed = grad(jvp(loss, [at], [v])[1], at)
    np.testing.assert_allclose(forward.data, reverse.data, rtol=1e-10)
    np.testing.assert_allclose(mixed.data, reverse.data, rtol=1e-10)


def test_vjp_pulls_several_times():
    y, pull = vjp(lambda a, b: F.matmul(a, b), np.ones((2, 3)), np.ones((3, 2)))
    first, second = pull(np.ones((2, 2))), pull(2 * np.ones((2, 2)))
    np.testing.assert_allclose(second[0].data, 2 * first[0].data)
    assert y.shape == (2, 2)


def test_jvp_of_a_constant_is_zero():
    assert jvp(lambda x: Variable(3.0) * 2, [1.0], [1.0])[1].item() == 0


def test_jvp_of_several_outputs_and_one_variable_twice():
    x = Variable(2.0)
    (a, b), (ta, tb) = jvp(lambda u, v: (u * v, u - v), [x, x], [1.0, 0.0])
    assert (a.item(), b.item(), ta.item(), tb.item()) == (4, 0, 2, 1)


def test_tangents_are_checked():
    with pytest.raises(ShapeError, match="one tangent per primal"):
        jvp(F.sin, [1.0], [])
    with pytest.raises(ShapeError, match="primal's shape"):
        jvp(F.sin, [np.ones(3)], [np.ones(2)])


def test_grad_refuses_constants_by_name():
    x = Variable(1.0)
    with pytest.raises(GraphError, match="differentiable Variable as input"):
        grad(x * 2, np.ones(3))
    with pytest.raises(GraphError, match="all are constants"):
        grad(rung.as_variable(np.ones(2)), x)
    with pytest.raises(ShapeError, match="expected 2 grad_outputs"):
        grad([x * 2, x * 3], x, [1.0])


class BookProduct(rung.Function):
    def forward(self, a, b):
        return a * b

    def backward(self, gy):
        a, b = self.inputs
        return gy * b, gy * a


DEPENDENT = {
    "book style": lambda x: F.sum(BookProduct()(x, x * x)),
    "mean squared error": lambda x: F.mean_squared_error(x, x * x),
    "linear": lambda x: F.sum(F.linear(x, x.T, x[:, 0])),
    "log softmax": lambda x: F.sum(F.log_softmax(x * x, axis=0)[0]),
    "cross entropy": lambda x: F.softmax_cross_entropy(x * F.sum(x), np.array([0, 1])),
}


@pytest.mark.parametrize("name", DEPENDENT)
@pytest.mark.parametrize("setting", ["plain", "no_grad", "constant"])
def test_inputs_that_depend_on_one_another(name, setting):
    f = DEPENDENT[name]
    at, v = np.array([[1.0, 0.5], [0.3, -1.0]]), np.array([[0.2, 1.0], [-0.7, 0.4]])
    x = Variable(at)
    g = grad(f(x), x, create_graph=True)
    first, second = np.sum(g.data * v), np.sum(grad(g, x, v).data * v)
    point = rung.as_variable(at) if setting == "constant" else at
    with rung.config.mode(enable_backprop=setting != "no_grad"):
        _, tangent = jvp(f, [point], [v])
        _, twice = jvp(lambda x: jvp(f, [x], [v])[1], [point], [v])
    assert tangent.item() == pytest.approx(first)
    assert twice.item() == pytest.approx(second)


def test_vjp_gives_partial_derivatives_of_dependent_primals():
    x = Variable(2.0)
    assert [g.item() for g in vjp(lambda a, b: a * b, x, x * x)[1](1.0)] == [4, 2]
    assert [g.item() for g in vjp(lambda a, b: a * b, x, x)[1](1.0)] == [2, 2]


def test_transforms_say_what_they_expect():
    with pytest.raises(rung.errors.DTypeError, match="jvp: expected a list of primals"):
        jvp(F.sin, 1.0, 1.0)
    with pytest.raises(GraphError, match="expected Variables as outputs, but got output = float 3.0"):
        grad([Variable(1.0) * 2, 3.0], Variable(1.0))


def test_jacobian_and_hessian_of_a_network():
    rng = np.random.default_rng(0)
    w, x = rng.standard_normal((4, 3)), rng.standard_normal(4)

    def f(x):
        return F.tanh(F.matmul(x, w))

    expected = (1 - np.tanh(x @ w) ** 2)[:, None] * w.T
    np.testing.assert_allclose(jacobian(f, x).data, expected, rtol=1e-12)  # by rows
    np.testing.assert_allclose(jacobian(lambda x: F.concat([f(x), x * x]), x).data[:3], expected)  # by columns
    assert jacobian(lambda x: F.reshape(x * 2, (2, 2)), x).shape == (2, 2, 4)

    def g(x):
        return F.sum(f(x) ** 3)

    h = hessian(g, x).data
    np.testing.assert_allclose(h, h.T, rtol=1e-12)
    step = 1e-5
    for v in np.eye(4):
        ahead, behind = (grad(g(at := Variable(x + s * v)), at).data for s in (step, -step))
        np.testing.assert_allclose(h @ v, (ahead - behind) / (2 * step), rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(hvp(g, x, v).data, h @ v, rtol=1e-12)
    np.testing.assert_allclose(jacobian(lambda x: grad(g(x), x), x).data, h, rtol=1e-12)


def test_transforms_compose_and_differentiate():
    x = np.array([0.3, -0.7])
    third = jacobian(lambda x: hessian(lambda x: F.sum(F.sin(x)), x), x).data
    np.testing.assert_allclose([third[0, 0, 0], third[1, 1, 1], third[0, 1, 0]], [*-np.cos(x), 0], atol=1e-12)
    y, (gx,) = value_and_grad(lambda x: F.sum(x * x))(x)
    np.testing.assert_allclose(gx.data, 2 * x)
    assert y.item() == pytest.approx(np.sum(x * x))
    at = Variable(x)
    loss = F.sum(jacobian(lambda x: x * x * x, at) ** 2)  # sum of 9 x^4
    np.testing.assert_allclose(grad(loss, at).data, 36 * x**3)


def test_jacobian_of_nothing_is_empty():
    assert jacobian(lambda x: x * 2, np.zeros((0,))).shape == (0, 0)
