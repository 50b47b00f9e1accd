"""Dtypes and what may enter an op."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Parameter, Variable
from rung.errors import DeviceError, DTypeError, ShapeError, ValueRangeError

FLOATS = [np.float16, np.float32, np.float64]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("scalar", [2, 2.0, True, np.float64(2.0), np.float32(2.0), np.int64(2)])
def test_scalars_never_widen(dtype, scalar):
    x = Variable(np.ones((2, 3), dtype))
    for y in (x + scalar, scalar + x, x * scalar, scalar - x, x / scalar, scalar / x, x**scalar, scalar**x):
        assert y.dtype == dtype
        x.cleargrad()
        y.sum().backward()
        assert x.grad.dtype == dtype


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("other", [np.int64, np.int8, np.uint8, np.bool_])
def test_integer_and_boolean_arrays_never_widen_a_float(dtype, other):
    x = Variable(np.ones(3, dtype))
    assert (x * np.ones(3, other)).dtype == dtype
    assert (np.ones(3, other) + x).dtype == dtype
    assert F.matmul(np.ones((2, 3), other), Variable(np.ones((3, 2), dtype))).dtype == dtype


def test_floats_promote_as_in_numpy_and_gradients_come_back_in_kind():
    x, y = Variable(np.ones(3, np.float32)), Variable(np.ones(3, np.float64))
    z = x * y
    z.sum().backward()
    assert (z.dtype, x.grad.dtype, y.grad.dtype) == (np.float64, np.float32, np.float64)


def test_integers_are_treated_as_reals():
    x = Variable(np.array([1, 2, 3]))
    (x * x).sum().backward()
    assert x.grad.dtype == np.float64
    np.testing.assert_array_equal(x.grad.data, [2, 4, 6])


@pytest.mark.parametrize("bad", [[1.0, 2.0], (1, 2), "text", None, {"a": 1}, 1j, np.array([1j]), np.array(["a"])])
def test_what_is_not_a_real_array_is_refused_by_name(bad):
    with pytest.raises(DTypeError, match="add: "):
        F.add(Variable(np.ones(2)), bad)
    with pytest.raises(DTypeError):
        Variable(bad)


def test_a_list_is_refused_with_the_cure():
    with pytest.raises(DTypeError, match=r"numpy\.array"):
        Variable(np.ones(2)) + [1, 2]


def test_masked_arrays_are_refused_and_memory_maps_are_taken(tmp_path):
    with pytest.raises(DTypeError, match="MaskedArray"):
        Variable(np.ma.masked_array([1.0], [True]))
    mapped = np.memmap(tmp_path / "data", np.float32, "w+", shape=(3,))
    assert (Variable(np.ones(3, np.float32)) * mapped).shape == (3,)


def test_operands_on_either_side():
    x = Variable(np.array([1.0, 2.0]))
    two = np.array([2.0, 2.0])
    np.testing.assert_array_equal((two - x).data, [1, 0])
    np.testing.assert_array_equal((two / x).data, [2, 1])
    np.testing.assert_array_equal((2.0**x).data, [2, 4])
    np.testing.assert_array_equal((two**x).data, [2, 4])
    np.testing.assert_array_equal((two @ x).data, 6)
    np.testing.assert_array_equal((x > 1).data, [False, True])
    assert isinstance(two * x, Variable)
    assert float(x[0]) == 1
    assert bool(x[0] > 0)
    assert F.add(1.0, x).shape == (2,)


def test_ambiguous_truth_and_numpy_calls_say_why():
    x = Variable(np.ones(2))
    with pytest.raises(ShapeError, match="exactly one element"):
        bool(x)
    for call in (np.sum, np.concatenate, lambda v: np.add.reduce(v), lambda v: np.sin(v, out=np.ones(2)), np.cbrt):
        with pytest.raises(DTypeError, match="numpy.*drop the graph"):
            call(x)
    with pytest.raises(DTypeError, match="drop the graph"):
        np.asarray(x)


def test_labels_are_checked():
    scores = np.zeros((2, 3))
    with pytest.raises(ShapeError, match=r"softmax_cross_entropy: .*\(2, 1\)"):
        F.softmax_cross_entropy(scores, np.zeros((2, 1), int))
    with pytest.raises(DTypeError, match="labels must be integers"):
        F.softmax_cross_entropy(scores, np.zeros(2))
    with pytest.raises(ValueRangeError, match="0 to 2.*from 0 to 3"):
        F.softmax_cross_entropy(scores, np.array([0, 3]))
    with pytest.raises(ValueRangeError, match="from -1"):
        F.accuracy(scores, np.array([0, -1]))


def test_mean_squared_error_refuses_to_broadcast():
    with pytest.raises(ShapeError, match=r"\(5, 1\).*\(5,\)"):
        F.mean_squared_error(np.zeros((5, 1)), np.zeros(5))


def test_corners_are_finite():
    for f, at, expected in (
        (abs, 0.0, 0.0), (F.relu, 0.0, 0.0), (lambda x: x**0, 0.0, 0.0), (lambda x: F.maximum(x, 0), 0.0, 0.5),
        (lambda x: F.max(x), np.array([1.0, 1.0]), np.array([0.5, 0.5])), (lambda x: 0.0**x, 1.0, 0.0),
    ):  # fmt: skip
        x = Variable(at)
        f(x).sum().backward()
        np.testing.assert_array_equal(x.grad.data, expected)


def test_stable_at_the_extremes():
    scores = Variable(np.array([[100.0, -100.0], [-1e4, 1e4]]))
    loss = F.softmax_cross_entropy(scores, np.array([1, 0]))
    loss.backward()
    assert loss.item() == pytest.approx((200 + 2e4) / 2)
    np.testing.assert_allclose(scores.grad.data, [[0.5, -0.5], [-0.5, 0.5]])


def test_default_dtype_is_of_the_context():
    assert rung.get_default_dtype() == np.float32
    rung.set_default_dtype(np.float64)
    assert rung.get_default_dtype() == np.float64
    rung.set_default_dtype("float32")
    with pytest.raises(DTypeError):
        rung.set_default_dtype(int)


def test_mixed_devices_name_the_op_and_the_devices():
    from rung.testing.standin import StandInArray

    with pytest.raises(DeviceError, match="matmul: .*StandInArray and cpu.*to_gpu"):
        F.matmul(StandInArray(np.ones((2, 2))), Variable(np.ones((2, 2))))


def test_a_parameter_is_float32_in_a_float32_model():
    w = Parameter(np.ones((3, 2), np.float32))
    loss = F.mean_squared_error(
        F.sigmoid(F.linear(np.ones((4, 3), np.float32), w)) * 2.0, np.ones((4, 2), np.float32)
    )
    loss.backward()
    assert (loss.dtype, w.grad.dtype) == (np.float32, np.float32)


def test_devices_agree(xp):
    x = Variable(xp.arange(6.0).reshape(2, 3) / 7)
    y = F.softmax_cross_entropy(F.tanh(x @ x.T) ** 2, xp.array([0, 1])) + x[:, [0, 0]].max()
    y.backward()
    g = rung.cuda.as_numpy(x.grad)
    x_cpu = Variable(np.arange(6.0).reshape(2, 3) / 7)
    y_cpu = F.softmax_cross_entropy(F.tanh(x_cpu @ x_cpu.T) ** 2, np.array([0, 1])) + x_cpu[:, [0, 0]].max()
    y_cpu.backward()
    np.testing.assert_allclose(g, x_cpu.grad.data, rtol=1e-10)


def test_numpys_functions_of_one_element_are_recorded():
    x = Variable(np.array([0.5, 1.0]))
    y = np.sin(x) + np.exp(np.ones(2)) * x
    assert isinstance(y, Variable)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.data, np.cos([0.5, 1.0]) + np.e)


def test_equality_is_elementwise_and_a_variable_is_a_key():
    x = Variable(np.array([1.0, 2.0]))
    np.testing.assert_array_equal((x == np.array([1.0, 3.0])).data, [True, False])
    np.testing.assert_array_equal((x != 1.0).data, [False, True])
    assert {x: "x"}[x] == "x"


def test_a_cast_to_integers_is_flat():
    x = Variable(np.array([1.5]))
    assert not x.astype(int).differentiable
    (x * x.astype(bool)).sum().backward()
    assert x.grad.data[0] == 1
    with pytest.raises(DTypeError, match="cast: expected a dtype of real numbers"):
        x.astype(complex)


def test_losses_of_integers_do_not_wrap_around():
    a = Variable(np.array([1, 2], np.uint8))
    loss = F.mean_squared_error(a, np.array([3, 4], np.uint8))
    loss.backward()
    assert loss.item() == 4
    np.testing.assert_array_equal(a.grad.data, [-2, -2])
    np.testing.assert_allclose(F.softmax(np.array([[1, 2]])).data.sum(), 1)


def test_a_gradient_that_is_set_gets_the_dtype_of_its_variable():
    x = Variable(np.ones(3, np.float32))
    x.grad = np.arange(3)
    assert x.grad.dtype == np.float32
    with pytest.raises(ShapeError, match="a gradient must have its variable's shape"):
        x.grad = np.ones(2)


def test_a_variable_of_one_element_formats_as_a_number():
    assert f"{Variable(1 / 3):.3f}" == "0.333"
    assert f"{Variable(2.0)}" == "variable(2.0)"


@pytest.mark.parametrize(
    "call",
    [lambda x: x.reshape("a"), lambda x: F.broadcast_to(x, None), lambda x: F.transpose(x, 0), lambda x: x.sum("a"),
     lambda x: F.swapaxes(x, 0, 5), lambda x: x.reshape((4, 4)), lambda x: x + 10**400,
     lambda x: Variable(np.array([1], np.uint8)) + (-1), lambda x: x[7], lambda x: x["a"]],
)  # fmt: skip
def test_bad_arguments_are_rungs_own_errors(call):
    with pytest.raises(rung.errors.RungError):
        call(Variable(np.ones((2, 3))))


def test_a_parameter_without_a_size_says_what_to_do():
    w = rung.layers.Linear(3).W
    assert w.data is None
    for use in (lambda: w.shape, lambda: w.size, lambda: w**2, lambda: F.matmul(np.ones((2, 2)), w)):
        with pytest.raises(ShapeError, match="W has no size yet; call the model on a batch first, or give in_size"):
            use()
