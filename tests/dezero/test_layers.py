"""The book's layers: their draws, their names in files, and what a call leaves behind."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import rung.dezero as dezero
import rung.dezero.functions as F
import rung.dezero.layers as L
from rung.dezero import Model, Parameter, Variable
from rung.errors import WeightFileError

x = np.random.RandomState(0).randn(4, 3).astype(np.float32)


class Net(Model):
    def __init__(self):
        super().__init__()
        self.l1 = L.Linear(5)
        self.l2 = L.Linear(2, nobias=True)
        self.bn = L.BatchNorm()

    def forward(self, x):
        return self.l2(F.relu(self.bn(self.l1(x))))


def test_weights_are_drawn_from_numpys_generator_when_the_size_is_known():
    np.random.seed(0)
    expected = np.random.randn(3, 5).astype(np.float32) * np.float32(np.sqrt(1 / 3))
    np.random.seed(0)
    layer = L.Linear(5)
    assert layer.W.data is None
    layer(x)
    assert np.array_equal(layer.W.data, expected)
    np.random.seed(0)
    assert np.array_equal(L.Linear(5, in_size=3).W.data, expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_weights_have_the_dtype_that_was_asked_for(dtype):
    for layer in (L.Linear(2, dtype=dtype, in_size=3), L.Conv2d(2, 3, dtype=dtype, in_channels=1),
                  L.Deconv2d(2, 3, dtype=dtype, in_channels=1)):  # fmt: skip
        assert layer.W.dtype == layer.b.dtype == dtype
    assert L.EmbedID(4, 2).W.dtype == np.float32


def test_shapes_of_convolutional_weights_and_results():
    image = np.zeros((2, 3, 8, 8), np.float32)
    conv, deconv = L.Conv2d(4, (3, 5), 2, 1), L.Deconv2d(4, 4, stride=2, pad=1)
    assert (conv(image).shape, conv.W.shape) == ((2, 4, 4, 3), (4, 3, 3, 5))
    assert (deconv(image).shape, deconv.W.shape) == ((2, 4, 16, 16), (3, 4, 4, 4))


def test_a_layer_knows_its_last_inputs_and_outputs_as_long_as_the_graph_does():
    net, images = Net(), Variable(x)
    y = net(images)
    assert net.inputs[0]() is images
    assert net.outputs[0]() is y
    hidden = net.l1.outputs[0]()
    assert hidden.shape == (4, 5)
    F.sum(y).backward(retain_grad=True)
    assert hidden.grad.shape == (4, 5)
    del y, hidden
    assert net.l1.outputs[0]() is None


def test_a_layer_takes_options_and_what_is_no_array():
    class Scale(L.Layer):
        def forward(self, x, by=None, times=1):
            return x * times

    assert Scale()(Variable(x), None, times=2).data.tolist() == (2 * x).tolist()


def test_a_model_can_be_pickled_and_copied_after_a_call():
    net = Net()
    net(x)
    for twin in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert np.array_equal(twin(x).data, net(x).data)


def test_parameters_come_in_the_order_in_which_they_were_set_each_once():
    net = Net()
    net.same, net.more = net.l1, [L.Linear(2), {"deep": L.Linear(3)}]
    names = [name for name, _ in net.named_params()]
    assert names == ["l1.W", "l1.b", "l2.W", "bn.gamma", "bn.beta", "more.0.W", "more.0.b", "more.1.deep.W",
                     "more.1.deep.b"]  # fmt: skip
    assert len(list(net.params())) == len(names)
    found = {}
    net._flatten_params(found, "net")
    assert "net/bn/avg_mean" in found
    assert net._params == ["l1", "l2", "bn", "same"]


def test_a_bias_may_be_taken_away_and_the_base_class_not_be_called():
    class Careless(Model):
        def __init__(self):
            self.l = L.Linear(2)

    model = Careless()
    model.l.b = None
    F.sum(model.l(x)).backward()
    assert len(list(model.params())) == 1
    model.cleargrads()


def test_weight_files_have_the_books_names_and_both_ways_fit(tmp_path):
    net, other = Net(), Net()
    net(x)
    net.save_weights(tmp_path / "net")
    with np.load(tmp_path / "net.npz") as arrays:
        assert {"l1/W", "l1/b", "l2/W", "bn/avg_mean", "bn/avg_var", "bn/gamma", "bn/beta"} <= set(arrays.files)
    other.load_weights(tmp_path / "net")
    with dezero.test_mode():
        assert np.array_equal(other(x).data, net(x).data)


@pytest.mark.filterwarnings("ignore::rung.errors.UnverifiedWarning")
def test_a_file_of_the_published_package_is_read(tmp_path):
    arrays = {"l0/W": np.ones((3, 2)), "l0/b": np.zeros(2)}
    np.savez_compressed(tmp_path / "old.npz", **arrays)
    model = dezero.models.MLP((2,))
    model.load_weights(str(tmp_path / "old.npz"))
    assert model(x).shape == (4, 2)
    np.savez_compressed(tmp_path / "wrong.npz", **{**arrays, "l0/b": np.zeros(3)})
    with pytest.raises(WeightFileError, match="l0.b"):
        model.load_weights(tmp_path / "wrong.npz")


def test_the_order_of_parameters_does_not_depend_on_the_process():
    code = "import rung.dezero.layers as L; print([n for n, _ in L.LSTM(2).named_params()])"
    seen = {subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                           capture_output=True, text=True).stdout for seed in "12"}  # fmt: skip
    assert len(seen) == 1


def test_recurrent_layers_remember_until_they_are_reset():
    for layer in (L.RNN(6), L.RNN(6, in_size=3), L.LSTM(6), L.LSTM(6, in_size=3)):
        first, second = layer(x), layer(x)
        assert first.shape == second.shape == (4, 6)
        assert not np.allclose(first.data, second.data)
        F.sum(second).backward()
        assert all(p.grad is not None for p in layer.params())
        layer.reset_state()
        assert np.array_equal(layer(x).data, first.data)


def test_a_recurrent_layer_is_its_formula():
    rnn, lstm = L.RNN(2), L.LSTM(2)
    h = np.tanh(x @ rnn(x).creator.inputs[0].creator.inputs[1].data + rnn.x2h.b.data)
    assert np.allclose(rnn.h.data, h, atol=1e-6)
    assert np.allclose(rnn(x).data, np.tanh(x @ rnn.x2h.W.data + h @ rnn.h2h.W.data), atol=1e-6)

    def gate(name, h):
        return x @ getattr(lstm, f"x2{name}").W.data + h @ getattr(lstm, f"h2{name}").W.data

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    lstm(x)
    h, c = lstm.h.data, lstm.c.data
    c = sigmoid(gate("f", h)) * c + sigmoid(gate("i", h)) * np.tanh(gate("u", h))
    assert np.allclose(lstm(x).data, sigmoid(gate("o", h)) * np.tanh(c), atol=1e-6)


def test_an_embedding_gives_rows():
    layer = L.EmbedID(4, 2)
    y = layer(np.array([1, 1, 3]))
    F.sum(y).backward()
    assert np.array_equal(y.data, layer.W.data[[1, 1, 3]])
    assert layer.W.grad.data[:, 0].tolist() == [0.0, 2.0, 0.0, 1.0]


def test_normalisation_keeps_its_statistics_out_of_the_parameters():
    layer = L.BatchNorm()
    layer(x)
    assert [name for name, _ in layer.named_params()] == ["gamma", "beta"]
    assert np.allclose(layer.avg_mean.data, 0.1 * x.mean(0), atol=1e-6)
    assert isinstance(layer.avg_mean, Parameter)
