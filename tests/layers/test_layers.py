"""Layers: what belongs to them, under which names, and what goes into files and copies."""

import copy
import pickle
from collections import deque

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung import Parameter
from rung.core.parameter import Buffer
from rung.errors import DTypeError, ShapeError, UnverifiedWarning, ValueRangeError, WeightFileError
from rung.models import MLP
from rung.optimizers import SGD, Adam


class Net(rung.Model):
    """Set up without a call of super().__init__, with layers in lists and dicts, and one used twice."""

    def __init__(self):
        self.first = L.Linear(4)
        self.blocks = [L.Linear(4), L.Linear(4)]
        self.heads = {"a": L.Linear(2), "b": L.Linear(3, nobias=True)}
        self.again = self.first
        self.scale = Parameter(np.ones(1, np.float32))

    def forward(self, x):
        x = F.relu(self.first(x))
        for block in self.blocks:
            x = F.relu(block(x)) * self.scale
        return self.heads["a"](x), self.heads["b"](x)


NAMES = ["first.W", "first.b", "blocks.0.W", "blocks.0.b", "blocks.1.W", "blocks.1.b", "heads.a.W", "heads.a.b",
         "heads.b.W", "scale"]  # fmt: skip


def test_names_are_paths_in_the_order_of_setting_and_shared_layers_count_once():
    assert [name for name, _ in Net().named_params()] == NAMES


def test_deleted_and_replaced_attributes_are_gone():
    net = Net()
    net.blocks = None
    del net.heads
    net.scale = None
    net.cleargrads()
    assert [name for name, _ in net.named_params()] == ["first.W", "first.b"]


def test_sizes_are_learnt_from_the_first_batch():
    layer = L.Linear(3)
    assert layer.W.data is None
    layer(np.ones((2, 7), np.float32))
    assert layer.W.shape == (7, 3)
    with pytest.raises(ShapeError, match=r"linear: .*\(2, 5\).*\(7, 3\)"):
        layer(np.ones((2, 5), np.float32))


def test_parameters_are_float32_unless_asked_otherwise():
    assert {p.dtype for p in L.Linear(3, in_size=2).params()} == {np.dtype("float32")}
    assert L.Linear(3, in_size=2, dtype="float64").W.dtype == np.float64


def test_linear_takes_any_number_of_leading_axes():
    layer = L.Linear(3)
    y = layer(np.ones((2, 5, 4), np.float32))
    F.sum(y).backward()
    assert (y.shape, layer.W.grad.shape, layer.b.grad.shape) == ((2, 5, 3), (4, 3), (3,))


def test_bad_sizes_are_refused():
    with pytest.raises(ValueRangeError, match="out_size to be an integer of at least 1, but got 0"):
        L.Linear(0)


ONE = np.int64(1)
SIZED = {
    "Linear": (lambda n: L.Linear(n, in_size=ONE), "out_size"),
    "Conv2d": (lambda n: L.Conv2d(n, ONE, stride=ONE, pad=np.int32(0), in_channels=ONE), "out_channels"),
    "Deconv1d": (lambda n: L.Deconv1d(n, ONE), "out_channels"),
    "LSTM": (lambda n: L.LSTM(n, in_size=ONE), "hidden_size"),
    "Recurrent": (lambda n: L.Recurrent(L.GRU, ONE, num_layers=n), "num_layers"),
    "Embedding": (lambda n: L.Embedding(n, ONE, padding_index=np.int64(0)), "in_size"),
    "MultiHeadAttention": (lambda n: L.MultiHeadAttention(n), "num_heads"),
    "BatchNorm": (lambda n: L.BatchNorm(in_channels=n), "size"),
    "MLP": (lambda n: MLP((n, 2)), "out_size"),
    "seed": (lambda n: rung.seed(n), "value"),
}


@pytest.mark.parametrize("kind", SIZED)
def test_sizes_are_integers_of_any_library_but_no_bools(kind):
    build, name = SIZED[kind]
    build(np.int64(2))
    build(np.array(2, np.uint8))
    who = "Linear" if kind == "MLP" else kind
    for wrong in (True, np.True_, 2.0, "2", -1):
        with pytest.raises(ValueRangeError, match=f"{who}: expected {name} to be an integer of at least ., but got"):
            build(wrong)


def test_sizes_of_an_mlp_are_several():
    assert MLP(np.array([3, 2]))(np.ones((1, 4))).shape == (1, 2)
    for wrong in (np.int64(3), 3, [], ()):
        with pytest.raises(ValueRangeError, match="MLP: expected a list of at least one layer size"):
            MLP(wrong)


def test_initial_weights_keep_the_variance():
    w = L.Linear(400, in_size=500).W.data
    assert w.std() == pytest.approx(1 / np.sqrt(500), rel=0.02)
    assert abs(w.mean()) < 1e-3


def test_dropout_scales_in_training_and_passes_through_in_test_mode():
    x = rung.Variable(np.ones((200, 50), np.float32))
    layer = L.Dropout(0.25)
    y = layer(x)
    assert set(np.unique(y.data)) == {np.float32(0), np.float32(1 / 0.75)}
    assert (y.data == 0).mean() == pytest.approx(0.25, abs=0.02)
    assert y.dtype == np.float32
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, y.data)
    with rung.test_mode():
        assert layer(x) is x
    with pytest.raises(ValueRangeError, match="ratio"):
        F.dropout(x, 1.0)


def test_randomness_is_owned_and_seeded():
    state = np.random.get_state()[1].copy()
    drawn = []
    for _ in range(2):
        rung.seed(3)
        drawn.append((L.Linear(3, in_size=2).W.data, F.dropout(np.ones(100)).data))
    np.testing.assert_array_equal(drawn[0][0], drawn[1][0])
    np.testing.assert_array_equal(drawn[0][1], drawn[1][1])
    saved = rung.random.get_state()
    first = F.dropout(np.ones(100)).data
    rung.random.set_state(saved)
    np.testing.assert_array_equal(F.dropout(np.ones(100)).data, first)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_freezing_stops_gradients_and_steps():
    net = L.Sequential(L.Linear(4), F.relu, L.Linear(2))
    x = np.ones((3, 5), np.float32)
    net(x)
    net.layers[0].freeze()
    before = net.layers[0].W.data.copy()
    F.sum(net(x)).backward()
    SGD().setup(net).update()
    assert net.layers[0].W.grad is None
    np.testing.assert_array_equal(net.layers[0].W.data, before)
    net.unfreeze()
    F.sum(net(x)).backward()
    assert net.layers[0].W.grad is not None


@pytest.mark.parametrize("twin", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy, copy.copy])
def test_a_layer_that_is_copied_before_its_first_batch_is_the_same(twin):
    layer = twin(L.Sequential(L.Linear(3, dtype="float64"), L.Linear(2, dtype="float16")).freeze())
    layer(np.ones((2, 5)))
    assert [p.dtype for p in layer.params()] == [np.float64, np.float64, np.float16, np.float16]
    assert not any(p.trainable for p in layer.params())
    buffer = twin(Buffer(None, "v", (None,), "float64"))
    buffer.initialize(np.ones(3))
    assert (type(buffer), buffer.dtype, buffer.trainable) == (Buffer, np.float64, False)


LAYERS = {
    "Linear": lambda initializer: L.Linear(2, in_size=3, initializer=initializer),
    "Conv2d": lambda initializer: L.Conv2d(2, 3, in_channels=1, initializer=initializer),
    "Embedding": lambda initializer: L.Embedding(4, 3, initializer=initializer),
    "LSTM": lambda initializer: L.LSTM(2, in_size=3, initializer=initializer),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_what_an_initializer_draws_is_checked_and_cast(kind):
    layer = LAYERS[kind](lambda shape, dtype: np.ones(shape))
    assert {p.dtype for p in layer.params()} == {np.dtype("float32")}
    with pytest.raises(ShapeError, match=r"the values for W.* must be of shape \(.*\), but is \(7, 7\)"):
        LAYERS[kind](lambda shape, dtype: np.ones((7, 7)))
    with pytest.raises(DTypeError, match="the values for W.* must be an array of floats, but is of int64"):
        LAYERS[kind](lambda shape, dtype: np.ones(shape, int))
    with pytest.raises(DTypeError, match="expected an array or a number, but got list"):
        LAYERS[kind](lambda shape, dtype: [[1.0]])
    with pytest.raises(DTypeError, match="too large for float32"):
        LAYERS[kind](lambda shape, dtype: np.full(shape, -1e300))


def test_new_values_for_a_parameter_have_its_shape():
    weight = Parameter(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"of shape \(2 x 3\), but is \(3,\)"):
        weight.initialize(np.zeros(3))
    np.testing.assert_array_equal(weight.data, 1)


def test_a_parameter_has_memory_of_its_own():
    first = np.zeros(2, np.float32)
    model = L.Sequential()
    model.a, model.b, model.c = Parameter(first), Parameter(first), Parameter(np.broadcast_to(np.float32(0), (2,)))
    F.sum(model.a + 3 * model.b + model.c).backward()
    SGD(1.0).setup(model).update()
    assert [p.data.tolist() for p in model.params()] == [[-1, -1], [-3, -3], [-1, -1]]
    assert first.tolist() == [0, 0]


def test_pickle_and_deepcopy_after_a_step():
    net = Net()
    x = np.ones((2, 3), np.float32)
    sum(map(F.sum, net(x))).backward()
    Adam().setup(net).update()
    for twin in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        for (name, p), (other, q) in zip(net.named_params(), twin.named_params(), strict=True):
            assert name == other
            np.testing.assert_array_equal(p.data, q.data)
            assert not np.shares_memory(p.data, q.data)
        assert twin.again is twin.first
    assert copy.deepcopy(L.Linear(3)).W.expected_shape == (None, 3)


def _weights(net):
    return {name: p.data.copy() for name, p in net.named_params()}


@pytest.fixture
def saved(tmp_path):
    net = MLP((5, 3))
    net(np.ones((2, 4), np.float32))
    path = tmp_path / "weights.npz"
    net.save_weights(path)
    return net, path


def test_weights_come_back_also_into_a_model_that_saw_no_batch(saved):
    net, path = saved
    for other in (MLP((5, 3)), copy.deepcopy(net)):
        for p in other.params():
            if p.data is not None:
                p.data = p.data * 0
        other.load_weights(path)
        for name, array in _weights(net).items():
            np.testing.assert_array_equal(_weights(other)[name], array)


@pytest.mark.parametrize("sizes", [(5, 4), (5, 3, 3), (6, 3)])
def test_weights_that_do_not_fit_change_nothing(saved, sizes):
    _, path = saved
    other = MLP(sizes)
    other(np.ones((2, 4), np.float32))
    before = _weights(other)
    with pytest.raises(WeightFileError):
        other.load_weights(path)
    for name, array in _weights(other).items():
        np.testing.assert_array_equal(before[name], array)


def test_the_message_names_what_differs(saved):
    _, path = saved
    with pytest.raises(WeightFileError, match=r"nothing was loaded: layers.2.W is missing; layers.2.b is missing$"):
        MLP((5, 3, 3)).load_weights(path)
    with pytest.raises(
        WeightFileError, match=r"layers.1.W must be of shape \(any x 4\), but is \(5, 3\); layers.1.b"
    ):
        MLP((5, 4)).load_weights(path)
    with pytest.raises(WeightFileError, match=r"layers.1.W is unknown; layers.1.b is unknown"):
        MLP((5,)).load_weights(path)


def test_all_differences_are_counted():
    state = {f"w{i}": np.ones(1) for i in range(20)}
    with pytest.raises(WeightFileError, match=r"w0 is unknown; .*; and 12 more$"):
        rung.Layer().load_state_dict(state)
    layer = L.Linear(2, in_size=2)
    with pytest.raises(WeightFileError, match=r"b must be an array of floats, but is of int64"):
        layer.load_state_dict({"W": np.ones((2, 2)), "b": np.ones(2, int)})


class Counting(rung.Layer):
    """Keeps how many batches it saw, and the mean of the last one."""

    def __init__(self):
        self.seen = L.Buffer(np.array(0))
        self.mean = L.Buffer(None, name="mean", expected_shape=(None,))
        self.inner = [L.Linear(2, in_size=3)]

    def forward(self, x):
        self.seen.data += 1
        self.mean.initialize(x.mean(0))
        return self.inner[0](x)


def test_buffers_are_saved_and_not_learnt(tmp_path):
    layer = Counting()
    assert [name for name, _ in layer.named_buffers()] == ["seen", "mean"]
    assert [name for name, _ in layer.named_params()] == ["inner.0.W", "inner.0.b"]
    x = np.arange(6.0).reshape(2, 3)
    layer(layer.unfreeze() and x).sum().backward()
    assert layer.seen.grad is None
    assert not layer.seen.differentiable
    layer.save_weights(tmp_path / "w.npz")
    twin = Counting()
    twin.load_weights(tmp_path / "w.npz")
    assert twin.seen.item() == 1
    np.testing.assert_array_equal(twin.mean.data, x.mean(0))
    copied = pickle.loads(pickle.dumps(copy.deepcopy(layer)))
    assert isinstance(copied.mean, L.Buffer)
    assert not copied.mean.differentiable
    assert list(copied.state_dict()) == ["seen", "mean", "inner.0.W", "inner.0.b"]


def test_layers_come_by_path_and_once():
    assert [(path, type(layer).__name__) for path, layer in Net().named_layers()] == [
        ("", "Net"), ("first", "Linear"), ("blocks.0", "Linear"), ("blocks.1", "Linear"), ("heads.a", "Linear"),
        ("heads.b", "Linear"),
    ]  # fmt: skip


def test_a_layer_that_holds_itself():
    layer = L.Linear(2, in_size=2)
    layer.me = layer
    assert [name for name, _ in layer.named_params()] == ["W", "b"]


class Untouchable:
    """What may not be looked at one by one: asking for its class takes long, its type does not."""

    @property
    def __class__(self):
        raise AssertionError("it was looked at")


def test_a_long_list_of_other_things_is_passed_by():
    layer = L.Linear(2, in_size=2)
    layer.words, layer.by_word = [Untouchable()] * 3, {"a": Untouchable()}
    assert [name for name, _ in layer.named_params()] == ["W", "b"]
    layer.words = [*layer.words[:0], "a", [["b", L.Linear(1, in_size=1)]], ("c",)]
    assert [name for name, _ in layer.named_params()] == ["W", "b", "words.1.0.1.W", "words.1.0.1.b"]


def test_layers_in_layers_and_lists_in_lists_may_be_nested_deeply():
    layer, several = L.Linear(2, in_size=2), []
    inner = several
    for _ in range(3000):
        outer = rung.Layer()
        outer.x = layer
        layer = outer
        inner.append([])
        inner = inner[0]
    inner.append(Parameter(np.ones(1)))
    layer.several = several
    assert [name.count(".") for name, _ in layer.named_params()] == [3000, 3000, 3001]


def test_an_unused_layer_is_named_when_saving(tmp_path):
    model = L.Sequential(L.Linear(2))
    model.head = L.Linear(3)
    model(np.ones((1, 2)))
    told = "state_dict: head was never called, so its parameter head.W has no size yet; .*take the layer away"
    with pytest.raises(ShapeError, match=told):
        model.save_weights(tmp_path / "weights.npz")
    with pytest.raises(ShapeError, match="Linear was never called, so its parameter W"):
        L.Linear(2).state_dict()


def test_saving_before_the_first_batch_says_what_to_do(tmp_path):
    with pytest.raises(ShapeError, match="layers.0 was never called.*; call the model on a batch first, or"):
        MLP((5, 3)).save_weights(tmp_path / "weights.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_loaded_weight_keeps_the_parameters_dtype(saved):
    net, _ = saved
    net.load_state_dict({name: array.astype(np.float64) for name, array in _weights(net).items()})
    assert {p.dtype for p in net.params()} == {np.dtype("float32")}
    with pytest.raises(WeightFileError, match="array of floats"):
        net.load_state_dict({name: array.astype(int) for name, array in _weights(net).items()})


def test_the_books_key_names_load(saved, tmp_path):
    net, _ = saved
    np.savez(tmp_path / "book.npz", **{name.replace(".", "/"): array + 1 for name, array in _weights(net).items()})
    before = _weights(net)
    with pytest.warns(UnverifiedWarning, match="no checksum"):
        net.load_weights(tmp_path / "book.npz")
    for name, array in _weights(net).items():
        np.testing.assert_array_equal(array, before[name] + 1)


def test_mlp_flattens_pictures_and_empty_batches():
    net = MLP((4, 3))
    assert net(np.ones((2, 1, 3, 3), np.float32)).shape == (2, 3)
    assert net(np.ones((0, 1, 3, 3), np.float32)).shape == (0, 3)


def test_devices(xp, saved):
    net, _ = saved
    x = xp.ones((2, 4), "float32")
    if xp is not np:
        net.to_gpu()
    F.softmax_cross_entropy(net(x), xp.array([0, 1])).backward()
    Adam().setup(net).update()
    assert all(isinstance(p.data, np.ndarray) for p in net.to_cpu().params())


def test_loading_copies_and_keeps_the_dtype_also_into_a_model_that_saw_no_batch():
    first, fresh = MLP((4, 3)), MLP((4, 3))
    first(np.ones((1, 2), np.float32))
    state = {name: array.astype(np.float64) for name, array in first.state_dict().items()}
    fresh.load_state_dict(state)
    assert {p.dtype for p in fresh.params()} == {np.dtype(np.float32)}
    alias = MLP((4, 3))
    alias.load_state_dict(first.state_dict())
    before = alias.layers[0].W.data.copy()
    first.layers[0].W.data[...] = 7
    np.testing.assert_array_equal(alias.layers[0].W.data, before)
    with pytest.raises(WeightFileError, match="too large for float32"):
        MLP((4, 3)).load_state_dict(state | {"layers.0.W": np.full((2, 4), 1e300)})


def test_buffers_of_integers_do_not_wrap():
    layer = rung.Layer()
    layer.count = L.Buffer(np.array(0, np.int8))
    with pytest.raises(WeightFileError, match="too large for int8"):
        layer.load_state_dict({"count": np.array(300)})


@pytest.mark.parametrize("keys", [["a.b"], ["a/b"], [""]])
def test_keys_that_are_no_names_are_refused(keys):
    layer = rung.Layer()
    layer.parts = {key: Parameter(np.ones(1)) for key in keys}
    with pytest.raises(ValueRangeError, match="a name may not be empty or contain"):
        list(layer.params())


def test_two_parameters_of_one_name_are_refused():
    layer = rung.Layer()
    layer.parts = {0: Parameter(np.ones(1)), "0": Parameter(np.zeros(1))}
    with pytest.raises(ValueRangeError, match=r"two parameters have the name parts\.0"):
        layer.state_dict()


def array_of_objects(values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


NAMELESS = {"set": set, "frozenset": frozenset, "deque": deque, "dict_values": lambda x: dict(enumerate(x)).values(),
            "ndarray": array_of_objects}  # fmt: skip


@pytest.mark.parametrize("kind", NAMELESS.values(), ids=NAMELESS)
def test_layers_where_they_have_no_names_are_refused(kind):
    layer = rung.Layer()
    layer.parts = kind([L.Linear(2)])
    with pytest.raises(DTypeError, match="parts is a .* which have no names there; use a list or a dict"):
        list(layer.params())
    layer.parts = kind([1, 2])
    assert list(layer.params()) == []
