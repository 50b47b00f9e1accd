"""What programs of the book depend on and Rung itself does otherwise; and what was wrong, and is right here too."""

import copy
import pickle

import numpy as np
import pytest

import rung.dezero as dezero
import rung.dezero.functions as F
import rung.dezero.layers as L
from rung.dezero import Function, Variable, core_simple, models, optimizers, transforms, utils
from rung.errors import MutationError, WeightFileError


@pytest.fixture(autouse=True)
def _numpys_generator_stays_as_it_was():
    state = np.random.get_state()
    yield
    np.random.set_state(state)


def test_weights_dropout_and_shuffles_come_from_numpys_own_generator():
    def drawn():
        np.random.seed(5)
        layer = L.Linear(3, in_size=2)
        loader = dezero.DataLoader([(np.array([i]), i) for i in range(9)], 9)
        return layer.W.data, F.dropout(np.ones(20)).data, next(loader)[1]

    for first, second in zip(drawn(), drawn(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_gradient_that_is_set_is_where_backward_starts():
    x = Variable(np.array([1.0, 2.0]))
    y = x * 3
    y.grad = Variable(np.array([1.0, 10.0]))
    y.backward()
    assert x.grad.data.tolist() == [3.0, 30.0]


def test_a_function_knows_its_inputs_and_outputs_and_a_variable_its_function():
    x = Variable(np.array(2.0))
    y = F.exp(x) * x
    assert type(y.creator).__name__ == "Mul"
    assert y.creator.inputs[1] is x
    assert type(y.creator.inputs[0].creator).__name__ == "Exp"
    assert y.creator.outputs[0]() is y
    assert (x.generation, y.creator.inputs[0].generation, y.generation) == (0, 1, 2)


def test_gradients_of_the_simple_core_are_arrays():
    x = core_simple.Variable(np.array(3.0))
    y = x**2 + 1
    y.backward()
    assert isinstance(x.grad, np.ndarray)
    x.data -= 0.5 * x.grad
    assert (x.data.item(), type(x.data)) == (0.0, np.ndarray)

    class Double(core_simple.Function):
        def forward(self, x):
            return 2 * x

        def backward(self, gy):
            assert isinstance(gy, np.ndarray)
            return 2 * gy

    x = core_simple.Variable(np.array([1.0]))
    Double()(x).backward()
    assert x.grad.tolist() == [2.0]


def test_a_function_of_a_programs_own_works_to_any_order():
    class Cube(Function):
        def forward(self, x):
            return x**3

        def backward(self, gy):
            (x,) = self.inputs
            return 3 * x**2 * gy

    x = Variable(np.array(2.0))
    y = Cube()(x)
    for expected in (12.0, 12.0, 6.0):
        y.backward(create_graph=True)
        y = x.grad
        x.cleargrad()
        assert y.data == expected


def test_it_takes_arrays_and_nothing_else():
    with pytest.raises(TypeError, match="float.* is not supported"):
        Variable(1.0)
    assert repr(Variable(None)) == "variable(None)"
    assert repr(Variable(np.array([[1.0, 2.0], [3.0, 4.0]]))) == "variable([[1. 2.]\n          [3. 4.]])"


def test_what_a_layer_gave_is_kept_alive_for_grad_cam():
    net = models.Sequential(L.Conv2d(4, 3), F.relu, F.flatten, L.Linear(2))
    score = net(np.random.randn(1, 1, 5, 5).astype("f"))[0, 1]
    score.backward(retain_grad=True)
    assert net.layers[0].outputs[0]().grad.shape == (1, 4, 3, 3)
    again = pickle.loads(pickle.dumps(net))
    copy.deepcopy(net)
    np.testing.assert_array_equal(again.layers[0].W.data, net.layers[0].W.data)


def test_functions_of_the_book_are_layers_too():
    net = models.Sequential(L.Linear(8), F.Reshape((-1, 2, 2, 2)), L.BatchNorm(), F.LeakyReLU(0.1), F.Sigmoid())
    first, second = net(np.random.randn(3, 4)), net(np.random.randn(5, 4))
    (F.sum(first) + F.sum(second)).backward()
    assert first.shape == (3, 2, 2, 2)
    assert net.l0.W.grad.shape == (4, 8)


def test_weight_files_have_the_books_names_and_what_does_not_fit_is_refused(tmp_path):
    net = models.MLP((4, 3))
    net(np.ones((1, 2)))
    net.save_weights(tmp_path / "w.npz")
    assert np.load(tmp_path / "w.npz").files == ["l0/W", "l0/b", "l1/W", "l1/b"]
    fresh = models.MLP((4, 3))
    fresh.load_weights(tmp_path / "w.npz")
    np.testing.assert_array_equal(fresh(np.ones((1, 2))).data, net(np.ones((1, 2))).data)
    other = models.MLP((5, 3))
    other(np.ones((1, 2)))
    with pytest.raises(WeightFileError, match="nothing was loaded: l0.W must be of shape"):
        other.load_weights(tmp_path / "w.npz")
    np.savez_compressed(tmp_path / "book.npz", **{name.replace(".", "/"): a for name, a in net.state_dict().items()})
    fresh.load_weights(tmp_path / "book.npz")


def test_a_loader_left_early_begins_anew_and_two_loops_at_once_end():
    loader = dezero.DataLoader([(np.array([i]), i) for i in range(10)], 3)
    for _ in loader:
        break
    assert len(list(loader)) == loader.max_iter == 4
    assert len([1 for _ in loader for _ in loader]) == 16


def test_rnn_takes_inputs_of_another_size_than_its_state():
    assert L.RNN(5, in_size=3)(np.ones((2, 3))).shape == (2, 5)
    rnn = L.LSTM(5, in_size=3)
    rnn(np.ones((2, 3)))
    assert rnn(np.ones((2, 3))).shape == (2, 5)


def test_what_was_wrong_in_silence_is_right():
    assert (Variable(np.ones(2, np.float32)) * 2.0).dtype == np.float32
    assert L.Linear(2, in_size=3).W.dtype == np.float32
    assert L.EmbedID(4, 2).W.dtype == np.float32
    labels = np.array([[0], [2]])
    x = Variable(np.zeros((2, 3)))
    F.softmax_cross_entropy(x, labels).backward()
    assert x.grad.shape == (2, 3)
    assert np.isfinite(F.sigmoid_cross_entropy(Variable(np.array([[50.0], [-50.0]])), np.array([0, 1])).data)
    assert F.pooling(Variable(-np.ones((1, 1, 2, 2))), 2, 1, 1).data.max() == -1
    assert F.expand_dims(Variable(np.ones((2, 3))), -1).shape == (2, 3, 1)
    assert F.matmul(Variable(np.ones((2, 3, 4))), Variable(np.ones((2, 4, 5)))).shape == (2, 3, 5)
    a, b = Variable(np.array(1.0)), Variable(np.array(2.0))
    (a + b).backward()
    assert a.grad is not b.grad
    x = Variable(np.ones((4, 3)))
    y = F.batch_nrom(x, Variable(np.ones(3)), Variable(np.zeros(3)), np.zeros(3), np.ones(3))
    assert y.shape == (4, 3)


def test_a_write_between_forward_and_backward_is_noticed():
    x = Variable(np.array([1.0, 2.0]))
    y = F.sin(x)
    x.data[0] = 5.0
    with pytest.raises(MutationError):
        y.backward()


def test_hooks_and_every_optimizer_step_a_model():
    frozen = L.Linear(2)
    net = models.Sequential(frozen, L.Linear(1))
    for make in (optimizers.SGD, optimizers.MomentumSGD, optimizers.AdaGrad, optimizers.AdaDelta, optimizers.Adam):
        optimizer = make().setup(net)
        optimizer.add_hook(optimizers.WeightDecay(0.01))
        optimizer.add_hook(optimizers.ClipGrad(1.0))
        F.mean_squared_error(net(np.ones((3, 2))), np.zeros((3, 1))).backward()
        optimizer.add_hook(optimizers.FreezeParam(frozen))
        before = [p.data.copy() for p in net.params()]
        optimizer.update()
        moved = [not np.array_equal(p.data, b) for p, b in zip(net.params(), before, strict=True)]
        assert moved[:2] == [False, False]
        assert any(moved[2:])
        net.cleargrads()
    assert optimizers.Adam().lr > 0  # before any update


def test_convolutions_have_second_derivatives_and_adam_the_books_rate():
    x, W = Variable(np.random.randn(1, 2, 5, 5)), Variable(np.random.randn(3, 2, 3, 3))
    y = F.conv2d(x, W)
    y.backward(create_graph=True)
    gW = W.grad
    W.cleargrad()
    F.sum(gW**2).backward()
    assert x.grad.shape == x.shape
    f = dezero.functions_conv.Conv2d()
    y = f(x, W, None)
    by_weights = dezero.functions_conv.Conv2DGradW(f)(x, Variable(np.ones(y.shape)))
    np.testing.assert_allclose(by_weights.data, gW.data)


def test_average_pooling_and_pooling_helpers():
    x = Variable(np.random.randn(2, 3, 6, 4))
    y = F.average_pooling(x, (3, 2), (3, 2))
    y.backward()
    assert y.shape == (2, 3, 2, 2)
    np.testing.assert_allclose(x.grad.data, np.full(x.shape, 1 / 6))
    pool = dezero.functions_conv.Pooling(2, 2)
    y = pool(x)
    other = Variable(np.random.randn(*x.shape))
    picked = dezero.functions_conv.Pooling2DWithIndexes(pool)(other)
    assert picked.shape == y.shape
    np.testing.assert_allclose(dezero.functions_conv.Pooling2DWithIndexes(pool)(x).data, y.data)
    np.testing.assert_allclose(F.pooling_simple(x, 2, 2).data, y.data)
    back = dezero.functions_conv.Pooling2DGrad(pool)(Variable(np.ones(y.shape)))
    assert back.data.sum() == y.data.size


def test_helpers_by_their_old_names():
    assert utils.gradient_check(F.tanh, np.random.rand(3))
    assert not utils.gradient_check(lambda x: Variable(x.data) * 1.0 + x * 0.5, np.random.rand(3))
    assert utils.pair(2) == (2, 2)
    assert (utils.get_conv_outsize(7, 3, 2, 1), utils.get_deconv_outsize(4, 3, 2, 1)) == (4, 7)
    assert utils.sum_to(np.ones((2, 3)), (1, 3)).shape == (1, 3)
    gy = Variable(np.ones(2))
    assert utils.reshape_sum_backward(gy, (2, 3), 1, False).shape == (2, 1)
    assert utils.max_backward_shape(np.ones((2, 3)), -1) == [2, 1]


def test_transforms_take_images_of_pillows_sizes_width_first_and_grey_ones():
    image = pytest.importorskip("PIL.Image").new("L", (8, 6), 100)
    chain = transforms.Compose([transforms.Resize((4, 2)), transforms.CenterCrop((2, 2)), transforms.ToArray()])
    assert chain(image).shape == (1, 2, 2)
    assert transforms.Normalize(mean=[100.0], std=2)(chain(image)).dtype == np.float32
    assert transforms.ToInt()(np.array([1.7])).dtype == int
