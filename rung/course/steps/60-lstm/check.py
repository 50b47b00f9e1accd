import contextlib
import types

import myrung
import numpy as np
from myrung import cuda, functions, layers
from rung.course.testing import Unmet, check_gradient, expect, expect_same, random_arrays

Variable, SeqDataLoader = myrung.Variable, myrung.SeqDataLoader
COUNT = [(np.array([float(i)]), -i) for i in range(11)]  # a sequence whose examples tell their number


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(hidden_size=3, in_size=2):
    layer = layers.LSTM(hidden_size, in_size)
    arrays = random_arrays((in_size, 4 * hidden_size), (4 * hidden_size,), (hidden_size, 4 * hidden_size), seed=2)
    layer.x2h.W.data, layer.x2h.b.data, layer.h2h.W.data = arrays
    return layer, arrays


def plain(xs, Wx, b, Wh):
    """All values of h and of c, step by step."""
    h = c = np.zeros((len(xs[0]), len(Wh)))
    found = []
    for x in xs:
        f, i, o, u = np.split(x @ Wx + b + h @ Wh, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(u)
        h = sigmoid(o) * np.tanh(c)
        found.append((h, c))
    return found


def test_its_parameters():
    layer = layers.LSTM(3)
    expect("the names of its parameters", [name for name, _ in layer.named_params()], ["x2h.W", "x2h.b", "h2h.W"],
           look=layers.LSTM)  # fmt: skip
    expect("the shape of h2h.W of LSTM(3), before any call", np.shape(layer.h2h.W.data), (3, 12), look=layers.LSTM)
    expect("the shape of x2h.W of LSTM(3, 2), before any call", np.shape(layers.LSTM(3, 2).x2h.W.data), (2, 12),
           look=layers.LSTM)  # fmt: skip
    expect("the shape of what LSTM(3) gives for five numbers", layer(np.ones((2, 5), np.float32)).shape, (2, 3),
           look=layers.LSTM)  # fmt: skip


def test_first_call():
    layer, weights = lstm()
    (x,) = random_arrays((4, 2))
    expect("h and c of a new LSTM", [layer.h, layer.c], [None, None], look=layers.LSTM)
    y = layer(Variable(x))
    ((h, c),) = plain([x], *weights)
    if layer.c is None:
        raise Unmet("c, after the first call", "a Variable", "None", look=layers.LSTM.forward)
    expect("c, after the first call", layer.c.data, c, look=layers.LSTM.forward)
    expect("the first result", y.data, h, look=layers.LSTM.forward)
    expect_same("h, after the first call", layer.h, y, look=layers.LSTM.forward)


def test_it_remembers():
    layer, weights = lstm()
    xs = random_arrays((4, 2), (4, 2), (4, 2))
    for number, (x, (h, c)) in enumerate(zip(xs, plain(xs, *weights), strict=True), 1):
        y = layer(Variable(x))
        expect(f"c, after call {number}", layer.c.data, c, look=layers.LSTM.forward)
        expect(f"result {number}", y.data, h, look=layers.LSTM.forward)


def test_it_forgets():
    layer, _ = lstm()
    (x,) = random_arrays((4, 2))
    first = layer(Variable(x)).data
    layer(Variable(x))
    layer.reset_state()
    expect("h and c, after reset_state()", [layer.h, layer.c], [None, None], look=layers.LSTM.reset_state)
    expect("the result after reset_state(), beside the very first", layer(Variable(x)).data, first,
           look=layers.LSTM.reset_state)  # fmt: skip


def test_an_open_gate_keeps():
    layer = layers.LSTM(1, 1)
    for p in layer.params():
        p.data = np.zeros(p.shape)
    layer.x2h.b.data = np.array([30.0, 30.0, 30.0, 0.5])
    layer(np.zeros((1, 1)))
    known = layer.c.data
    layer.x2h.b.data = np.array([30.0, -30.0, 30.0, 0.5])
    for _ in range(100):
        layer(np.zeros((1, 1)))
    expect(
        "c, after a hundred steps with the gate f open and the gate i shut",
        layer.c.data,
        known,
        look=layers.LSTM.forward,
    )


def test_gradients_through_time():
    layer, _ = lstm()

    def last(x0, x1, x2):
        layer.reset_state()
        for x in (x0, x1, x2):
            y = layer(x)
        return y

    check_gradient(last, (2, 2), (2, 2), (2, 2), what="the third result of an LSTM", look=layers.LSTM.forward)


def test_gradients_of_its_weights():
    layer, weights = lstm(2, 1)
    xs = random_arrays((1, 1), (1, 1), seed=3)

    def last(*params):
        layer.reset_state()
        layer.x2h.W, layer.x2h.b, layer.h2h.W = params
        return functions.sum(layer(Variable(xs[0])) + layer(Variable(xs[1])))

    check_gradient(last, *[w.shape for w in weights], what="two results of an LSTM in its weights",
                   look=layers.LSTM.forward)  # fmt: skip


def test_rows_read_on():
    batches = list(SeqDataLoader(COUNT, 3))
    rows = [x.ravel().tolist() for x, _ in batches]
    expect(
        "what three readers of a sequence of 11 read, step by step",
        rows,
        [[0.0, 3.0, 6.0], [1.0, 4.0, 7.0], [2.0, 5.0, 8.0]],
        look=SeqDataLoader,
    )
    expect(
        "the labels", [t.tolist() for _, t in batches], [[0, -3, -6], [-1, -4, -7], [-2, -5, -8]], look=SeqDataLoader
    )
    expect("the shape of x in a batch", batches[0][0].shape, (3, 1), look=SeqDataLoader)


def test_how_many_batches():
    expect("len of a loader for 11 examples and 3 readers", len(SeqDataLoader(COUNT, 3)), 3, look=SeqDataLoader)
    expect("len for 11 examples and 11 readers", len(SeqDataLoader(COUNT, 11)), 1, look=SeqDataLoader)
    loader = SeqDataLoader(COUNT, 2)
    once, again = [[x.tolist() for x, _ in loader] for _ in range(2)]
    expect("the second reading, beside the first", again, once, look=SeqDataLoader)
    if not isinstance(loader, myrung.DataLoader) or loader.shuffle:
        raise Unmet("a SeqDataLoader", "a DataLoader that does not shuffle", "something else", look=SeqDataLoader)


class Far(np.ndarray):
    """Arrays of a device that is none."""


@contextlib.contextmanager
def device():
    kept = cuda.cupy
    cuda.cupy = types.SimpleNamespace(ndarray=Far, asarray=lambda x: np.asarray(x).view(Far), asnumpy=np.asarray)
    try:
        yield
    finally:
        cuda.cupy = kept


def test_on_a_device():
    with device():
        for gpu, kind in (True, Far), (False, np.ndarray):
            for batch in SeqDataLoader(COUNT, 3, gpu=gpu):
                expect(f"the kind of arrays, with gpu={gpu}", [type(array) for array in batch], [kind, kind],
                       look=SeqDataLoader)  # fmt: skip
        kinds = {type(array) for batch in SeqDataLoader(COUNT, 3) for array in batch}
        expect("the kind of arrays, without a word of gpu", kinds, {np.ndarray}, look=SeqDataLoader)
