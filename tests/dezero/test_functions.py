"""The book's functions: what differs from Rung's, and where the published package was wrong."""

import numpy as np
import pytest

import rung.dezero as dezero
import rung.dezero.functions as F
from rung.dezero import Variable
from rung.dezero.utils import gradient_check
from rung.errors import ShapeError

rng = np.random.default_rng(0)


def array(*shape):
    return rng.standard_normal(shape)


SQUARE, IMAGE, ROW, KERNELS = array(3, 4), array(2, 3, 5, 6), array(4), array(4, 3, 3, 3)
LABELS = np.array([0, 3, 1])

CALLS = {
    "sin": (F.sin, SQUARE),
    "cos": (F.cos, SQUARE),
    "tanh": (F.tanh, SQUARE),
    "exp": (F.exp, SQUARE),
    "log": (F.log, SQUARE**2 + 0.5),
    "clip": (lambda x: F.clip(x, -0.5, 0.5), SQUARE),
    "reshape": (lambda x: F.reshape(x, (2, 6)), SQUARE),
    "flatten": (F.flatten, IMAGE),
    "expand_dims": (lambda x: F.expand_dims(x, -1), SQUARE),
    "sum": (lambda x: F.sum(x, 1, True), SQUARE),
    "sum_to": (lambda x: F.sum_to(x, (1, 4)), SQUARE),
    "average": (lambda x: F.average(x, axis=0), SQUARE),
    "broadcast_to": (lambda x: F.broadcast_to(x, (3, 4)), ROW),
    "transpose": (lambda x: F.transpose(x, (1, 0)), SQUARE),
    "get_item": (lambda x: F.get_item(x, (slice(None), [0, 0, 1])), SQUARE),
    "matmul": (lambda x: F.matmul(x, x.T), SQUARE),
    "linear": (lambda x: F.linear(x, SQUARE.T, np.ones(3)), SQUARE),
    "max": (lambda x: F.max(x, axis=(0, 1)), IMAGE),
    "linear_simple": (lambda x: F.linear_simple(x, SQUARE.T, np.ones(3)), SQUARE),
    "min": (lambda x: F.min(x, -1), SQUARE),
    "sigmoid": (F.sigmoid, SQUARE),
    "sigmoid_simple": (F.sigmoid_simple, SQUARE),
    "relu": (F.relu, SQUARE),
    "leaky_relu": (F.leaky_relu, SQUARE),
    "softmax": (F.softmax, IMAGE),
    "softmax_simple": (F.softmax_simple, IMAGE),
    "log_softmax": (F.log_softmax, IMAGE),
    "mean_squared_error": (lambda x: F.mean_squared_error(x, SQUARE + 1), SQUARE),
    "mean_squared_error_simple": (lambda x: F.mean_squared_error_simple(x, SQUARE + 1), SQUARE),
    "softmax_cross_entropy": (lambda x: F.softmax_cross_entropy(x, LABELS), SQUARE),
    "softmax_cross_entropy_simple": (lambda x: F.softmax_cross_entropy_simple(x, LABELS), SQUARE),
    "sigmoid_cross_entropy": (lambda x: F.sigmoid_cross_entropy(x, np.array([0, 1, 1, 0])), ROW),
    "binary_cross_entropy": (lambda x: F.binary_cross_entropy(F.sigmoid(x), np.array([0, 1, 1, 0])), ROW),
    "embed_id": (lambda W: F.embed_id(LABELS % 3, W), SQUARE),
    "conv2d": (lambda x: F.conv2d(x, KERNELS, None, 2, 1), IMAGE),
    "conv2d of W": (lambda W: F.conv2d(IMAGE, W, np.ones(4), (2, 1), (0, 1)), array(4, 3, 3, 2)),
    "conv2d_simple": (lambda x: F.conv2d_simple(x, KERNELS, np.ones(4), 2, 1), IMAGE),
    "deconv2d": (lambda x: F.deconv2d(x, KERNELS.transpose(1, 0, 2, 3), np.ones(4), 2, 1), IMAGE),
    "pooling": (lambda x: F.pooling(x, 2, 2), IMAGE),
    "pooling_simple": (lambda x: F.pooling_simple(x, 2, 2), IMAGE),
    "average_pooling": (lambda x: F.average_pooling(x, (3, 2), 1, 1), IMAGE),
    "im2col": (lambda x: F.im2col(x, 3, 1, 1), IMAGE),
    "col2im": (lambda x: F.col2im(x, (1, 3, 3, 3), 2), array(4, 12)),
    "batch_norm": (lambda x: F.batch_nrom(x, np.ones(3), np.zeros(3), np.zeros(3), np.ones(3)), IMAGE),
}


@pytest.mark.parametrize("name", CALLS)
def test_gradients_are_those_of_differences(name):
    f, x = CALLS[name]
    weights = np.random.default_rng(1).standard_normal(f(x).shape)
    assert gradient_check(lambda x: F.sum(f(x) * weights), x)


@pytest.mark.parametrize("name", CALLS)
def test_results_are_float32_of_float32(name):
    f, x = CALLS[name]
    x = Variable(x.astype(np.float32))
    narrow = name not in ("linear", "linear_simple", "matmul", "conv2d", "conv2d of W", "conv2d_simple", "deconv2d",
                          "mean_squared_error", "mean_squared_error_simple", "batch_norm")  # fmt: skip
    y = f(x)
    F.sum(y).backward()
    assert x.grad.dtype == np.float32
    assert not narrow or y.dtype == np.float32


def test_classes_compute_what_their_functions_do():
    x, image = Variable(SQUARE), Variable(IMAGE)
    conv = F.conv2d(image, KERNELS)
    pairs = [
        (F.Sin()(x), F.sin(x)), (F.Softmax()(x), F.softmax(x)), (F.Reshape((12,))(x), F.reshape(x, (12,))),
        (F.Sum(0, False)(x), F.sum(x, 0)), (F.Max()(x), F.max(x)), (F.Min(1)(x), F.min(x, 1)),
        (F.Clip(0, 1)(x), F.clip(x, 0, 1)), (F.Transpose()(x), x.T), (F.LeakyReLU(0.2)(x), F.leaky_relu(x)),
        (F.Linear()(x, SQUARE.T, None), F.linear(x, SQUARE.T)), (F.GetItem(1)(x), x[1]),
        (dezero.functions_conv.Conv2d(1, 0)(image, KERNELS, None), conv),
        (dezero.functions_conv.Pooling(2, 2)(image), F.pooling(image, 2, 2)), (dezero.core.Pow(2)(x), x**2),
    ]  # fmt: skip
    for mine, theirs in pairs:
        assert np.array_equal(mine.data, theirs.data)
    assert F.GetItemGrad([0, 0], (3,))(np.array([1.0, 2.0])).data.tolist() == [3.0, 0.0, 0.0]


def test_the_gradient_classes_of_convolution_and_pooling_give_the_gradients():
    x, W = Variable(IMAGE), Variable(KERNELS)
    y = F.conv2d(x, W, None, 2, 1)
    gy = Variable(array(*y.shape))
    gW = dezero.functions_conv.Conv2DGradW(y.creator)(x, gy)
    y.grad = gy
    y.backward()
    assert np.allclose(gW.data, W.grad.data)

    x.cleargrad()
    y = F.pooling(x, 2, 2, 1)
    gy = Variable(array(*y.shape))
    gx = dezero.functions_conv.Pooling2DGrad(y.creator)(gy)
    y.grad = gy
    y.backward()
    assert np.allclose(gx.data, x.grad.data)
    again = dezero.functions_conv.Pooling2DWithIndexes(y.creator)(x)
    assert np.allclose(again.data, y.data)


def test_arrays_in_columns_and_back():
    columns = dezero.functions_conv.im2col_array(IMAGE, 2, 2, 0)
    assert type(columns) is np.ndarray
    whole = dezero.functions_conv.col2im_array(columns, IMAGE.shape, 2, 2, 0)
    assert np.array_equal(whole[:, :, :4], IMAGE[:, :, :4])


def test_second_derivatives_pass_through_convolution_and_normalisation():
    for f in (lambda x: F.conv2d(x, KERNELS), lambda x: F.batch_norm(x, *np.ones((2, 3)), *np.ones((2, 3)))):
        x = Variable(IMAGE)
        F.sum(f(x) ** 3).backward(create_graph=True)
        gx = x.grad
        x.cleargrad()
        F.sum(gx**2).backward()
        assert np.isfinite(x.grad.data).all()
        assert np.abs(x.grad.data).max() > 0


def test_a_shape_that_is_there_already_gives_the_variable_itself():
    x = Variable(SQUARE)
    assert F.reshape(x, (3, 4)) is x
    assert F.sum_to(x, (3, 4)) is x
    assert F.broadcast_to(x, (3, 4)) is x


def test_dropout_draws_from_numpys_generator():
    x = np.ones((100,), np.float32)
    np.random.seed(0)
    expected = x * (np.random.rand(100) > 0.3) / np.float32(0.7)
    np.random.seed(0)
    y = F.dropout(x, 0.3)
    assert y.dtype == np.float32
    assert np.allclose(y.data, expected)
    with dezero.test_mode():
        assert F.dropout(y) is y
    assert np.array_equal(F.dropout(x, 0.0).data, x)


# Where the published package was wrong


def test_a_new_last_axis_is_the_last_one():
    assert F.expand_dims(SQUARE, -1).shape == (3, 4, 1)
    assert F.expand_dims(SQUARE, 1).shape == (3, 1, 4)
    with pytest.raises(ShapeError, match="expand_dims"):
        F.expand_dims(SQUARE, 4)


def test_matmul_multiplies_batches():
    assert F.matmul(np.ones((2, 3, 4)), np.ones((2, 4, 5))).shape == (2, 3, 5)
    assert F.linear(np.ones((2, 3, 4)), np.ones((4, 5))).shape == (2, 3, 5)


def test_ties_of_a_maximum_share_the_gradient():
    x = Variable(np.ones(2))
    F.max(x).backward()
    assert x.grad.data.tolist() == [0.5, 0.5]


def test_labels_may_stand_in_a_column():
    x = Variable(SQUARE)
    F.softmax_cross_entropy(x, LABELS[:, None]).backward()
    column = x.grad.data
    x.cleargrad()
    F.softmax_cross_entropy(x, LABELS).backward()
    assert np.array_equal(column, x.grad.data)


def test_a_squared_error_does_not_broadcast_columns_to_squares():
    x = Variable(array(5, 1))
    t = array(5)
    for f in (F.mean_squared_error, F.mean_squared_error_simple):
        x.cleargrad()
        y = f(x, t)
        y.backward()
        assert float(y.data) == pytest.approx(((x.data[:, 0] - t) ** 2).mean())
        assert x.grad.shape == (5, 1)
    assert float(F.mean_squared_error(array(1, 1), array(1)).data) >= 0  # as in step 59
    with pytest.raises(ShapeError):
        F.mean_squared_error(x, array(4))


def test_cross_entropies_are_stable_and_exact():
    x = Variable(np.array([40.0, -40.0]))
    y = F.sigmoid_cross_entropy(x, np.array([0, 1]))
    y.backward()
    assert float(y.data) == pytest.approx(40.0)
    assert np.allclose(x.grad.data, [0.5, -0.5])
    assert float(F.binary_cross_entropy(np.array([1.0, 0.0]), np.array([1, 0])).data) == 0.0
    assert np.isfinite(float(F.binary_cross_entropy(np.array([[1.0]]), np.array([0])).data))


def test_losses_divide_by_the_size_of_the_first_axis():
    p = np.full((2, 3), 0.5)
    assert float(F.binary_cross_entropy(p, np.ones((2, 3))).data) == pytest.approx(3 * np.log(2))
    assert float(F.sigmoid_cross_entropy(np.zeros((2, 3)), np.ones((2, 3))).data) == pytest.approx(3 * np.log(2))
    assert float(F.mean_squared_error(np.ones((2, 3)), np.zeros((2, 3))).data) == 3.0


def test_the_padding_of_a_max_pooling_takes_no_part():
    assert F.pooling(-np.ones((1, 1, 2, 2)), 2, 2, 1).data.max() == -1.0


def test_normalisation_in_test_mode_has_a_gradient():
    x, state = Variable(IMAGE), (np.zeros(3), np.full(3, 4.0))
    with dezero.test_mode():
        F.sum(F.batch_nrom(x, np.ones(3), np.zeros(3), *state)).backward()
    assert np.allclose(x.grad.data, 1 / np.sqrt(4 + 2e-5))


def test_a_batch_of_one_number_per_channel_is_beta():
    mean, var = np.zeros(3), np.ones(3)
    x, gamma, beta = Variable(array(1, 3)), Variable(np.ones(3)), Variable(np.arange(3.0))
    y = F.batch_norm(x, gamma, beta, mean, var)
    F.sum(y).backward()
    assert y.data.tolist() == [[0.0, 1.0, 2.0]]
    assert (x.grad.data.tolist(), beta.grad.data.tolist()) == ([[0.0] * 3], [1.0] * 3)
    assert np.allclose(mean, 0.1 * x.data[0])
    assert np.allclose(var, 0.9)


def test_accuracy_is_a_variable_without_a_derivative():
    y = F.accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    assert float(y.data) == 0.5
    assert y.creator is None
