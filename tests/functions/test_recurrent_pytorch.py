"""Recurrent networks against PyTorch's, with the same weights: values, gradients, second derivatives."""

import numpy as np
import pytest

import rung.layers as L
from rung import Variable
from rung.transform import grad

torch = pytest.importorskip("torch")

# The blocks of columns here, by their places in PyTorch's rows.
ORDER = {"RNN": [0], "LSTM": [1, 0, 3, 2], "GRU": [0, 1, 2]}


def _pair(kind, layers=1, bidirectional=False):
    """PyTorch's network and ours, of the same weights."""
    torch.manual_seed(0)
    theirs = getattr(torch.nn, kind)(2, 3, layers, batch_first=True, bidirectional=bidirectional).double()
    ours = L.Recurrent(getattr(L, kind), 3, 2, layers, bidirectional, dtype="float64")
    for cell, (w_x, w_h, b_x, b_h) in zip(ours.cells, theirs.all_weights, strict=True):
        _copy(kind, cell, *[w.detach().numpy() for w in (w_x, w_h, b_x, b_h)])
    return theirs, ours


def _copy(kind, cell, w_x, w_h, b_x, b_h):
    def ordered(w):
        return np.concatenate([w[3 * k : 3 * k + 3] for k in ORDER[kind]])

    if kind == "GRU":
        cell.b_h.data = b_h[6:].copy()
        b_h = np.concatenate([b_h[:6], np.zeros(3)])
    cell.W_x.data, cell.W_h.data, cell.b.data = ordered(w_x).T.copy(), ordered(w_h).T.copy(), ordered(b_x + b_h)


def _states(kind, count, rng):
    return [rng.standard_normal((count, 4, 3)) for _ in range(2 if kind == "LSTM" else 1)]


def _together(states):
    return tuple(states) if len(states) > 1 else states[0]


def _apart(states):
    return list(states) if isinstance(states, tuple) else [states]


def _theirs(net, x, states, lengths):
    if lengths is None:
        ys, last = net(x, _together(states))
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        packed, last = net(packed, _together(states))
        ys, _ = torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=x.shape[1])
    return [ys, *_apart(last)]


@pytest.mark.parametrize("lengths", [None, [5, 1, 3, 3]])
@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (2, False), (1, True), (2, True)])
@pytest.mark.parametrize("kind", ORDER)
def test_networks_agree_with_pytorch(kind, layers, bidirectional, lengths):
    rng = np.random.default_rng(1)
    theirs, ours = _pair(kind, layers, bidirectional)
    x, states = rng.standard_normal((4, 5, 2)), _states(kind, len(ours.cells), rng)
    tx, ts = torch.tensor(x, requires_grad=True), [torch.tensor(s, requires_grad=True) for s in states]
    vx, vs = Variable(x), [Variable(s) for s in states]
    expected = _theirs(theirs, tx, ts, lengths)
    ys, last = ours(vx, _together(vs), lengths)
    actual = [ys, *_apart(last)]
    seeds = [rng.standard_normal(y.shape) for y in actual]
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a.data, e.detach().numpy(), atol=1e-12)

    inputs, peers = [vx, *vs, *[c.W_h for c in ours.cells]], [tx, *ts, *[w[1] for w in theirs.all_weights]]
    firsts = grad(actual, inputs, seeds, create_graph=True)
    their_firsts = torch.autograd.grad(expected, peers, [torch.tensor(s) for s in seeds], create_graph=True)
    for k, (a, e) in enumerate(zip(firsts, their_firsts, strict=True)):
        e = e.detach().numpy()
        if k > len(vs):
            e = np.concatenate([e[3 * j : 3 * j + 3] for j in ORDER[kind]]).T
        np.testing.assert_allclose(a.data, e, atol=1e-10)
    count = 1 + len(vs)
    seconds = grad(sum((g * g).sum() for g in firsts[:count]), inputs[:count])
    their_seconds = torch.autograd.grad(sum((g * g).sum() for g in their_firsts[:count]), peers[:count])
    for a, e in zip(seconds, their_seconds, strict=True):
        np.testing.assert_allclose(a.data, e.numpy(), atol=1e-9)


@pytest.mark.parametrize("kind", ORDER)
def test_cells_agree_with_pytorch(kind):
    theirs, ours = _pair(kind)
    cell, x = ours.cells[0], np.random.default_rng(2).standard_normal((4, 5, 2))
    ys = theirs(torch.tensor(x))[0].detach().numpy()
    for t in range(5):
        np.testing.assert_allclose(cell(x[:, t]).data, ys[:, t], atol=1e-12)
