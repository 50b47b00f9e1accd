import weakref

import myrung
import numpy as np
from myrung import datasets, functions, layers
from rung.course.testing import Unmet, check_gradient, expect, expect_same, random_arrays

Variable = myrung.Variable


def variable(*values):
    return Variable(np.array(*values))


def test_unchain():
    x = variable(3.0)
    y = x**2
    y.unchain()
    expect("y.creator, after y.unchain()", y.creator, None, look=Variable.unchain)
    expect("y.data, after y.unchain()", y.data, 9.0, look=Variable.unchain)
    (y * 2).backward()
    expect("x.grad, after a backward that passes y", x.grad, None, look=Variable.unchain)


def test_unchain_backward():
    x = variable(3.0)
    a = x * 2
    b = a + 1
    c = b * b
    c.unchain_backward()
    expect("a.creator and b.creator, after c.unchain_backward()", [a.creator, b.creator], [None, None],
           look=Variable.unchain_backward)  # fmt: skip
    d = c * 5
    d.backward()
    expect("x.grad, after a backward that begins later", x.grad, None, look=Variable.unchain_backward)
    if c.creator is None:
        raise Unmet("c.creator, after c.unchain_backward()", "its function, as before", "None",
                    look=Variable.unchain_backward)  # fmt: skip


def test_all_branches():
    x = [variable(float(n)) for n in range(4)]
    left, right = x[0] * x[1], x[2] * x[3]
    y = left + right
    y.unchain_backward()
    expect("whether the two sides of a sum are cut", [left.creator, right.creator], [None, None],
           look=Variable.unchain_backward)  # fmt: skip
    lonely = variable(1.0)
    lonely.unchain_backward()
    expect("the creator of a variable that nobody computed, after unchain_backward", lonely.creator, None,
           look=Variable.unchain_backward)  # fmt: skip


def test_long_and_wide():
    y = variable(1.0)
    for _ in range(3000):
        y = y + 0.1
    y.unchain_backward()
    y = variable(1.0)
    for _ in range(40):
        y = y + y
    y.unchain_backward()
    expect(
        "the creator of what y was computed from", y.creator.inputs[0].creator, None, look=Variable.unchain_backward
    )


def test_memory_is_given_back():
    x = variable(1.0)
    middle = x * 2
    gone = weakref.ref(middle)
    y = middle + 1
    del middle
    z = y * 3
    z.unchain_backward()
    expect("what is left of a variable before y, after z.unchain_backward()", gone(), None,
           look=Variable.unchain_backward)  # fmt: skip


def rnn(hidden_size=4, in_size=3):
    layer = layers.RNN(hidden_size, in_size)
    arrays = random_arrays(
        (in_size, hidden_size), (hidden_size,), (hidden_size, hidden_size), low=-0.5, high=0.5, seed=1
    )
    layer.x2h.W.data, layer.x2h.b.data, layer.h2h.W.data = arrays
    return layer, arrays


def test_its_parameters():
    layer = layers.RNN(4)
    expect("the names of its parameters", [name for name, _ in layer.named_params()], ["x2h.W", "x2h.b", "h2h.W"],
           look=layers.RNN)  # fmt: skip
    expect("the shape of h2h.W of RNN(4), before any call", np.shape(layer.h2h.W.data), (4, 4), look=layers.RNN)
    expect("the shape of x2h.W of RNN(4, 3), before any call", np.shape(layers.RNN(4, 3).x2h.W.data), (3, 4),
           look=layers.RNN)  # fmt: skip
    layer(np.ones((2, 5), np.float32))
    expect(
        "the shape of x2h.W of RNN(4), after five numbers have come in", layer.x2h.W.shape, (5, 4), look=layers.RNN
    )


def test_first_call():
    layer, (Wx, b, _) = rnn()
    (x,) = random_arrays((2, 3))
    expect("h of a new RNN", layer.h, None, look=layers.RNN)
    y = layer(Variable(x))
    expect("the first result", y.data, np.tanh(x @ Wx + b), look=layers.RNN.forward)
    expect_same("h, after the first call", layer.h, y, look=layers.RNN.forward)


def test_it_remembers():
    layer, (Wx, b, Wh) = rnn()
    xs, h = random_arrays((2, 3), (2, 3), (2, 3)), 0
    for number, x in enumerate(xs, 1):
        y = layer(Variable(x))
        h = np.tanh(x @ Wx + b + (h @ Wh if number > 1 else 0))
        expect(f"result {number}", y.data, h, look=layers.RNN.forward)


def test_it_forgets():
    layer, (Wx, b, _) = rnn()
    (x,) = random_arrays((2, 3))
    first = layer(Variable(x)).data
    layer(Variable(x))
    layer.reset_state()
    expect("h, after reset_state()", layer.h, None, look=layers.RNN.reset_state)
    expect("the result after reset_state(), beside the very first", layer(Variable(x)).data, first,
           look=layers.RNN.reset_state)  # fmt: skip


def test_gradients_through_time():
    layer, _ = rnn()

    def last(x0, x1, x2):
        layer.reset_state()
        for x in (x0, x1, x2):
            y = layer(x)
        return y

    check_gradient(last, (2, 3), (2, 3), (2, 3), what="the third result of an RNN", look=layers.RNN.forward)


def test_cut_between_two_stretches():
    layer, _ = rnn()
    early, late = [Variable(x) for x in random_arrays((1, 3), (1, 3))]
    layer(early)
    layer.h.unchain_backward()
    before = layer.h.data
    layer(late).sum().backward()
    expect("the gradient of an input from before the cut", early.grad, None, look=Variable.unchain_backward)
    if late.grad is None:
        raise Unmet("the gradient of an input from after the cut", "an array", "None", look=Variable.unchain_backward)
    (x,) = random_arrays((1, 3), seed=5)
    layer.h = Variable(before)
    known = layer(Variable(x)).data
    layer.h = Variable(before)
    layer.h.unchain_backward()
    expect("whether what it remembers is the same after a cut", layer(Variable(x)).data, known,
           look=Variable.unchain_backward)  # fmt: skip


def test_sine_curve():
    train, test = datasets.SinCurve(), datasets.SinCurve(train=False)
    expect("the number of its examples", len(train), 999, look=datasets.SinCurve)
    expect("the shape and type of its data", (train.data.shape, train.data.dtype), ((999, 1), np.dtype(np.float32)),
           look=datasets.SinCurve)  # fmt: skip
    expect("label number 7, beside data number 8", train[7][1], train[8][0], look=datasets.SinCurve)
    whole = np.sin(np.linspace(0, 8 * np.pi, 1000))[:, None]
    expect("the data for testing", test.data, whole[:-1], look=datasets.SinCurve, tolerance=1e-5)
    expect("the labels for testing", test.label, whole[1:], look=datasets.SinCurve, tolerance=1e-5)
    noise = train.data - whole[:-1]
    expect(
        "whether the noise lies between -0.05 and 0.05, and fills it",
        bool(-0.0501 < noise.min() < -0.045 and 0.045 < noise.max() < 0.0501),
        True,
        look=datasets.SinCurve,
    )
    expect("the noise, made a second time", datasets.SinCurve().data, train.data, look=datasets.SinCurve)
    expect("how large the mean of the noise is, rounded to a tenth of a tenth", round(float(noise.mean()), 2), 0.0,
           look=datasets.SinCurve)  # fmt: skip


def test_it_learns_a_wave():
    myrung.seed(0)
    layer, last = layers.RNN(8), layers.Linear(1)
    points, losses = datasets.SinCurve(train=False).data[::40], []
    for _ in range(6):
        layer.reset_state()
        loss = sum(
            functions.mean_squared_error(last(layer(x[None])), t[None])
            for x, t in zip(points[:-1], points[1:], strict=True)
        )
        params = [*layer.params(), *last.params()]
        for p in params:
            p.cleargrad()
        loss.backward()
        for p in params:
            p.data = p.data - 0.02 * p.grad.data
        losses.append(float(loss.data))
    expect("whether the loss falls in six steps of training", losses[-1] < losses[0], True, look=layers.RNN)
