"""Recurrent layers: the state of cells, truncated backpropagation, stacks, files and copies."""

import copy
import gc
import pickle
import tracemalloc

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung import Variable
from rung.errors import ShapeError, ValueRangeError
from rung.layers.recurrent import joined_book_weights
from rung.optimizers import Adam

CELLS = [L.RNN, L.LSTM, L.GRU]


class Net(rung.Model):
    """The networks of the book's steps 59 and 60."""

    def __init__(self, cell, hidden_size, out_size):
        super().__init__()
        self.rnn = cell(hidden_size)
        self.fc = L.Linear(out_size)

    def reset_state(self):
        self.rnn.reset_state()

    def __call__(self, x):
        return self.fc(self.rnn(x))


def _state(cell):
    return [getattr(cell, name) for name in cell.state_names]


@pytest.mark.parametrize("cell", CELLS)
def test_the_state_goes_on_and_gradients_flow_through_it_until_cut(cell):
    rung.seed(0)
    layer, x = cell(3, dtype="float64"), Variable(np.ones((2, 4)))
    layer(x)
    layer(np.ones((2, 4)))
    loss = layer(np.ones((2, 4))).sum()
    assert rung.grad(loss, x, retain_graph=True).data.all()
    loss.backward()
    assert x.grad is not None
    x.cleargrad()
    loss.unchain_backward()
    layer(np.ones((2, 4))).sum().backward()
    assert x.grad is None
    layer.reset_state()
    assert _state(layer) == [None] * len(layer.state_names)


@pytest.mark.parametrize("cell", CELLS)
def test_in_size_may_differ_from_hidden_size(cell):
    layer = cell(3, in_size=5)  # a crash in DeZero, issue 32
    assert layer(np.ones((2, 5))).shape == layer(np.ones((2, 5))).shape == (2, 3)


@pytest.mark.parametrize("cell", CELLS)
def test_a_batch_of_another_size_is_told_to_reset_the_state(cell):
    layer = cell(3)
    layer(np.ones((2, 4)))
    name = cell.__name__
    with pytest.raises(ShapeError, match=rf"^{name}: its state is of a batch of 2.*\(5, 4\).*call reset_state\(\)"):
        layer(np.ones((5, 4)))
    with pytest.raises(ShapeError, match=rf"^{name}: x must be one step, \(N, in\).*sequence"):
        layer(np.ones((2, 5, 4)))
    layer.reset_state()
    assert layer(np.ones((5, 4))).shape == (5, 3)


@pytest.mark.parametrize("cell", CELLS)
def test_copies_and_pickles_after_a_step_have_the_state_and_no_graph(cell):
    layer = cell(3)
    layer(np.ones((2, 4), np.float32)).sum().backward()
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert all(s.creator is None for s in _state(twin))
        np.testing.assert_array_equal(twin(np.ones((2, 4))).data, copy.deepcopy(layer)(np.ones((2, 4))).data)


@pytest.mark.parametrize("cell", CELLS)
def test_float32_stays(cell):
    layer = cell(3)
    assert [layer(np.ones((2, 4), np.float32)).dtype for _ in range(2)] == [np.float32] * 2
    assert layer.sequence(np.ones((2, 5, 4), np.float32))[0].dtype == np.float32


@pytest.mark.parametrize("cell", CELLS)
def test_a_sequence_leaves_the_kept_state_alone_and_equals_the_steps(cell):
    layer = cell(3)
    x = np.random.default_rng(0).standard_normal((2, 5, 4)).astype(np.float32)
    steps = [layer(x[:, t]) for t in range(5)]
    kept = _state(layer)
    ys, last = layer.sequence(x)
    assert all(a is b for a, b in zip(_state(layer), kept, strict=True))
    np.testing.assert_allclose(F.stack(steps, 1).data, ys.data, atol=1e-6)
    last = last if isinstance(last, tuple) else (last,)
    for a, b in zip(kept, last, strict=True):
        np.testing.assert_allclose(a.data, b.data, atol=1e-6)


def _stepwise(net, x):
    loss = 0
    for row in x:
        loss += F.mean_squared_error(net(row), row[:, :1])
    return loss


def _whole(net, x):
    before = getattr(net, "before", None)
    ys, net.before = net.rnn(x.swapaxes(0, 1), before)
    return F.mean_squared_error(net.fc(ys), x.swapaxes(0, 1)[..., :1])


@pytest.mark.parametrize("cell", [*CELLS, lambda size: L.Recurrent(L.LSTM, size, num_layers=2, bidirectional=True)])
def test_truncated_backpropagation_keeps_memory_flat(cell):
    net, x = Net(cell, 4, 1), np.ones((10, 2, 1), np.float32)
    loss_of = _stepwise if isinstance(cell, type) else _whole

    def pieces(count):
        for _ in range(count):
            loss = loss_of(net, x)
            net.cleargrads()
            loss.backward()
            loss.unchain_backward()

    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        pieces(10)
        before = len(gc.get_objects()), _bytes_of_arrays()
        pieces(100 if cell is L.LSTM else 20)  # of ten steps each
        after = len(gc.get_objects()), _bytes_of_arrays()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after[0] - before[0] < 20
    assert after[1] == before[1]


def _bytes_of_arrays():
    arrays = tracemalloc.DomainFilter(inclusive=True, domain=np.lib.tracemalloc_domain)
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([arrays]).traces)


def test_a_program_in_the_form_of_the_books_step_60_learns_a_sine_wave():
    rung.seed(0)
    train_set = rung.datasets.SinCurve(train=True)
    loader = rung.dataloaders.SeqDataLoader(train_set, batch_size=30)
    seqlen, bptt_length = len(train_set), 30
    model = Net(L.LSTM, 30, 1)
    optimizer = Adam(0.01).setup(model)
    losses = []
    for _ in range(15):
        model.reset_state()
        loss, count = 0, 0
        for x, t in loader:
            loss += F.mean_squared_error(model(x), t)
            count += 1
            if count % bptt_length == 0 or count == seqlen:
                model.cleargrads()
                loss.backward()
                loss.unchain_backward()
                optimizer.update()
        losses.append(float(loss.data) / count)
    assert losses[-1] < 0.05 < losses[0]


def test_a_stack_is_its_cells_one_after_the_other():
    net = L.Recurrent(L.GRU, 3, num_layers=2, bidirectional=True)
    x = np.random.default_rng(0).standard_normal((4, 5, 2)).astype(np.float32)
    ys, h = net(x, lengths=[5, 4, 1, 2])
    lower = F.concat([net.cells[0].sequence(x, None, [5, 4, 1, 2])[0],
                      net.cells[1].sequence(x, None, [5, 4, 1, 2], reverse=True)[0]], -1)  # fmt: skip
    upper, last = net.cells[2].sequence(lower, None, [5, 4, 1, 2])
    np.testing.assert_array_equal(ys.data[..., :3], upper.data)
    np.testing.assert_array_equal(h.data[2], last.data)
    assert [name for name, _ in net.named_params()][:4] == ["cells.0.W_x", "cells.0.W_h", "cells.0.b", "cells.0.b_h"]


def test_a_state_that_is_handed_in_again_goes_on():
    net = L.Recurrent(L.LSTM, 3, num_layers=2)
    x = np.random.default_rng(0).standard_normal((4, 6, 2)).astype(np.float32)
    whole, (h, c) = net(x)
    first, state = net(x[:, :2])
    rest, (h2, c2) = net(x[:, 2:], state)
    np.testing.assert_allclose(F.concat([first, rest], 1).data, whole.data, atol=1e-6)
    np.testing.assert_allclose(np.stack([h2.data, c2.data]), np.stack([h.data, c.data]), atol=1e-6)
    with pytest.raises(ShapeError, match=r"^Recurrent: every state must be \(2, N, hidden\)"):
        net(x, (h[:1], c[:1]))


def test_dropout_is_between_layers_and_in_training_alone():
    rung.seed(0)
    net, x = L.Recurrent(L.RNN, 8, num_layers=2, dropout_ratio=0.5, activation="relu"), np.ones((2, 5, 3), np.float32)
    lower = net.cells[0].sequence(x)[0]
    with rung.test_mode():
        expected = net(x)[0]
        np.testing.assert_array_equal(net.cells[1].sequence(lower)[0].data, expected.data)
    assert not np.allclose(net(x)[0].data, expected.data)
    single = L.Recurrent(L.RNN, 8, dropout_ratio=0.5)
    np.testing.assert_array_equal(single(x)[0].data, single.cells[0].sequence(x)[0].data)


@pytest.mark.parametrize("arguments", [(0,), (3, 0), (2.5,)])
def test_sizes_are_checked(arguments):
    for cell in CELLS:
        with pytest.raises(ValueRangeError, match=rf"^{cell.__name__}: expected (hidden|in)_size"):
            cell(*arguments)
    with pytest.raises(ValueRangeError, match="^Recurrent: expected num_layers"):
        L.Recurrent(L.RNN, 3, num_layers=0)
    with pytest.raises(ValueRangeError, match="^RNN: expected activation"):
        L.RNN(3, activation="gelu")


@pytest.mark.parametrize("cell", CELLS)
def test_weights_go_into_a_file_and_come_back_into_a_model_without_sizes(cell, tmp_path):
    net, x = Net(cell, 3, 1), np.ones((2, 4), np.float32)
    expected = net(x)
    net.save_weights(tmp_path / "net.npz")
    other = Net(cell, 3, 1)
    other.load_weights(tmp_path / "net.npz")
    np.testing.assert_array_equal(other(x).data, expected.data)


def test_weights_with_the_books_names_give_what_the_book_computes():
    rng = np.random.default_rng(0)
    book = {f"rnn.x2{g}.W": rng.standard_normal((4, 3)) for g in "fiou"}
    book |= {f"rnn.x2{g}.b": rng.standard_normal(3) for g in "fiou"}
    book |= {f"rnn.h2{g}.W": rng.standard_normal((3, 3)) for g in "fiou"}
    book |= {"fc.W": rng.standard_normal((3, 1)), "fc.b": np.zeros(1)}
    net = Net(lambda size: L.LSTM(size, dtype="float64"), 3, 1)
    net.load_state_dict(joined_book_weights(book))
    h = c = np.zeros((2, 3))
    for _ in range(2):
        x = rng.standard_normal((2, 4))
        a = {g: x @ book[f"rnn.x2{g}.W"] + book[f"rnn.x2{g}.b"] + h @ book[f"rnn.h2{g}.W"] for g in "fiou"}
        f, i, o = (1 / (1 + np.exp(-a[g])) for g in "fio")
        c = f * c + i * np.tanh(a["u"])
        h = o * np.tanh(c)
        np.testing.assert_allclose(net.rnn(x).data, h, atol=1e-12)
