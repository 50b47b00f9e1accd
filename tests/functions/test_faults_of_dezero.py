"""What the book's framework gets wrong in its functions, done right: one test for each fault that is known of it."""

import numpy as np
import pytest

import rung.functions as F
from rung import Variable
from rung.errors import DTypeError, GraphError, MutationError, ShapeError
from rung.models import MLP
from rung.transform import grad

RNG = np.random.default_rng(0)


def test_a_number_does_not_widen_float32():
    """DeZero: `Variable(float32) * 2.0` is float64, and so are all that follows and its gradients."""
    x = Variable(np.ones((4, 3), np.float32))
    y = F.mean_squared_error(F.sigmoid(x * 2.0 + 1.0), np.zeros((4, 3), np.float32))
    y.backward()
    assert y.dtype == x.grad.dtype == np.float32
    assert (Variable(np.float16(1)) + 1.0).dtype == np.float16


def test_a_network_of_float32_stays_float32():
    """DeZero: the weights are float64 whatever one asks for."""
    x, t = RNG.standard_normal((4, 3)).astype(np.float32), np.array([0, 1, 1, 0])
    model = MLP((8, 2))
    loss = F.softmax_cross_entropy(model(x), t)
    loss.backward()
    assert {p.dtype for p in model.params()} == {p.grad.dtype for p in model.params()} == {np.dtype(np.float32)}
    assert loss.dtype == np.float32


def test_labels_in_a_column_are_refused():
    """DeZero: labels of shape (N, 1) give a gradient of shape (N, N, C)."""
    with pytest.raises(ShapeError, match="softmax_cross_entropy: there must be one integer label for each row"):
        F.softmax_cross_entropy(Variable(np.ones((4, 3))), np.zeros((4, 1), int))


def test_a_loss_does_not_broadcast():
    """DeZero: (5, 1) against (5,) is a loss over (5, 5)."""
    with pytest.raises(ShapeError, match=r"mean_squared_error.*\(5, 1\).*\(5,\)"):
        F.mean_squared_error(Variable(np.ones((5, 1))), np.ones(5))


@pytest.mark.parametrize(
    ("x", "t", "loss", "slope"), [(40, 0, 40, 1), (-40, 1, 40, -1), (1000, 0, 1000, 1), (800, 1, 0, 0)]
)
def test_sigmoid_cross_entropy_is_stable(x, t, loss, slope):
    """DeZero: at x = 40 the loss is NaN or infinite, and the gradient NaN."""
    v = Variable(np.array([float(x)]))
    y = F.sigmoid_cross_entropy(v, np.array([t]))
    y.backward()
    assert y.item() == pytest.approx(loss, abs=1e-12)
    assert v.grad.item() == pytest.approx(slope, abs=1e-12)


def test_a_perfect_prediction_costs_nothing():
    """DeZero: probabilities are cut at 0.999, so certainty costs 0.001."""
    assert F.binary_cross_entropy(np.array([1.0, 0.0]), np.array([1.0, 0.0])).item() == 0


def test_a_write_between_forward_and_backward_is_noticed():
    """DeZero: the gradient is computed from what was written."""
    x = Variable(np.array(2.0))
    y = x * x
    x.data[...] = 5.0
    with pytest.raises(MutationError, match="mul"):
        y.backward()


def test_gradients_do_not_share_memory():
    """DeZero: the two gradients of an addition are one array."""
    a, b = Variable(np.ones(3)), Variable(np.ones(3))
    (a + b).sum().backward()
    a.grad.data[...] += 1
    np.testing.assert_array_equal(b.grad.data, 1)


def test_a_gradient_of_a_sum_can_be_written_to():
    """DeZero: it is a read-only broadcast, on which weight decay fails."""
    W = Variable(np.ones((2, 3)))
    F.sum(W).backward()
    W.grad.data[...] += 0.1
    np.testing.assert_allclose(W.grad.data, 1.1)


def test_expand_dims_at_the_end():
    """DeZero: axis -1 of (2, 3) gives (2, 1, 3)."""
    assert F.expand_dims(np.ones((2, 3)), -1).shape == (2, 3, 1)


def test_matmul_of_batches():
    """DeZero: it is `dot`, so (2, 3, 4) by (2, 4, 5) is (2, 3, 2, 5)."""
    a, b = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 4, 5))
    np.testing.assert_allclose(F.matmul(a, b).data, a @ b)


@pytest.mark.parametrize("f", [F.max, F.min])
def test_ties_share_a_gradient(f):
    """DeZero: each of two equal maxima gets all of it."""
    x = Variable(np.array([1.0, 1.0]))
    f(x).backward()
    np.testing.assert_array_equal(x.grad.data, [0.5, 0.5])


@pytest.mark.parametrize("f", [F.max, F.min])
def test_a_negative_axis(f):
    """DeZero: the gradient along a negative axis is a ValueError."""
    x = Variable(np.array([[1.0, 3.0], [4.0, 2.0]]))
    f(x, axis=-1).sum().backward()
    assert x.grad.data.sum() == 2


@pytest.mark.parametrize("x", [0.0, 2.0, -3.0])
def test_the_gradient_of_the_zeroth_power(x):
    """DeZero: at 0 it is NaN."""
    v = Variable(np.array(x))
    (v**0).backward()
    assert v.grad.item() == 0


def test_linear_of_three_axes():
    """DeZero: forward works only if in_size is given, backward never."""
    x, W, b = (Variable(RNG.standard_normal(shape)) for shape in ((2, 5, 3), (3, 4), (4,)))
    F.linear(x, W, b).sum().backward()
    np.testing.assert_allclose(W.grad.data, np.repeat(x.data.sum((0, 1))[:, None], 4, 1))
    np.testing.assert_array_equal(b.grad.data, 10)


def test_backward_of_a_leaf_says_what_is_wrong():
    """DeZero: 'NoneType' object has no attribute 'generation'."""
    with pytest.raises(GraphError, match="a leaf: nothing was computed"):
        Variable(1.0).backward()


def test_an_output_may_be_dropped():
    """DeZero: a function of several outputs, one of which nobody holds, fails on a dead weak reference."""
    x = Variable(np.diag([2.0, 1.0]))
    values = F.eigh(x)[0]
    values.sum().backward()
    np.testing.assert_allclose(x.grad.data, np.eye(2), atol=1e-12)


def test_every_operator_of_numbers_works():
    """DeZero: each of these raises."""
    x, y = Variable(np.array(3.0)), Variable(np.array(2.0))
    assert (2**x).item() == 8
    assert (x**y).item() == 9
    assert (Variable(np.ones(2)) @ Variable(np.ones(2))).item() == 2
    assert bool(x > 0)
    assert float(x) == 3.0
    assert np.sin(x).creator is not None
    assert F.add(1.0, x).item() == 4
    with pytest.raises(DTypeError, match=r"add: expected Variables, arrays or numbers, but got list; wrap it"):
        x + [1, 2]


def test_a_slice_costs_no_scatter(monkeypatch):
    """DeZero: the gradient of a slice is added element by element."""
    x = Variable(np.ones((4, 4)))
    y = x[1:3, 0]
    monkeypatch.setattr(np, "add", None)  # the gradient must not go through np.add.at
    assert grad(y, x).data.sum() == 2


def test_the_gradient_of_data_is_not_computed():
    """DeZero: the gradient of the input batch is computed at every step."""
    x, W = np.ones((4, 3)), Variable(np.ones((3, 2)))
    F.matmul(x, W).sum().backward()
    wanted = {edge.differentiable for edge in F.matmul(x, W).creator.edges}
    assert wanted == {True, False}
    assert F.matmul(x, np.ones((3, 2))).creator is None


def test_addition_keeps_no_input_alive():
    """DeZero: every function holds its inputs, addition too."""
    a = Variable(np.ones(3))
    y = (a * 2.0) + 1.0
    assert y.creator.saved == ()


def test_cross_entropy_keeps_its_probabilities():
    """DeZero: the softmax is computed once more for the gradient."""
    x = Variable(RNG.standard_normal((4, 3)))
    y = F.softmax_cross_entropy(x, np.zeros(4, int))
    kept = [array for array in y.creator.saved if getattr(array, "dtype", None) == x.dtype]
    np.testing.assert_allclose(kept[0], F.softmax(x.data).data)
