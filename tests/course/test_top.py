"""The proof at the top: the same tests hold for Rung and for the framework of a learner at step 60 and beyond.

Left out is what the learner's framework does not promise: kinds and words of errors, a second `backward` on one
graph, guards against writing into arrays, dtypes of integer arrays, forward mode, vmap, compiled paths, files of
weights in Rung's own form.
"""

import importlib
import itertools
import subprocess
import sys

import numpy as np
import pytest

import rung
import rung.functions
import rung.layers
import rung.models
import rung.optimizers
from rung.course.state import state, write
from rung.course.table import HERE, Course, Step

LAST = 62
TIGHT = {"rtol": 1e-10, "atol": 1e-10}


def ladder():
    """A course in which every step is there as far as its solution goes, those included that have no lesson yet."""
    course, folders = Course(), {folder.name[:2]: folder for folder in (HERE / "steps").iterdir()}
    missing = (n for n in range(1, LAST + 1) if n not in course.steps)
    for n in missing:
        folder = folders.get(f"{n:02d}", HERE / "steps" / f"{n:02d}-none")
        course.steps[n] = Step(n, folder.name[3:], "", 0, folder)
    return course


@pytest.fixture(scope="session")
def climbed(tmp_path_factory):
    """The learner's framework at the top, as a module."""
    folder = tmp_path_factory.mktemp("top")
    write(state(ladder(), LAST), folder / "climbed", "climbed")
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("climbed")
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(params=["rung", "climbed"])
def fw(request):
    """Either framework."""
    return rung if request.param == "rung" else request.getfixturevalue("climbed")


def floats(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def slope(f, array, step=1e-5):
    """Central differences of the sum of f."""
    found = np.empty_like(array)
    for i in np.ndindex(array.shape):
        moved = [array.copy(), array.copy()]
        moved[0][i] -= step
        moved[1][i] += step
        low, high = (f(x).data.sum() for x in moved)
        found[i] = (high - low) / (2 * step)
    return found


def test_every_state_can_be_imported(tmp_path):
    names = []
    for n in range(25, LAST + 1):
        write(state(ladder(), n), tmp_path / f"state{n}", f"state{n}")
        names.append(f"state{n}")
    program = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names)
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)


# Variables ---------------------------------------------------------------------------------------------------------


def test_a_diamond(fw):
    x = fw.Variable(np.array(2.0))
    a = x**2
    (a**2 + a**2).backward()
    assert x.grad.data == 64.0


def test_accumulates_and_clears(fw):
    x = fw.Variable(np.array(3.0))
    (x + x).backward()
    (x * 2).backward()
    assert x.grad.data == 4.0
    x.cleargrad()
    assert x.grad is None


def test_no_grad(fw):
    x = fw.Variable(np.array(3.0))
    with fw.no_grad():
        y = x * x
    assert y.creator is None


def test_middle_gradients(fw):
    for retain in False, True:
        x = fw.Variable(np.array(3.0))
        a = x * x
        (a * a).backward(retain_grad=retain)
        assert (a.grad is not None) == retain


def test_numbers_do_not_widen(fw):
    x = fw.Variable(np.ones(2, np.float32))
    assert (2.0 * x / 3 + 1).dtype == np.float32


def test_higher_derivatives(fw):
    x = fw.Variable(np.array(1.3))
    y = fw.functions.sin(x) * x**3
    found = []
    for _ in range(4):
        y.backward(create_graph=True)
        y = x.grad
        found.append(float(y.data))
        x.cleargrad()
    s, c, v = np.sin(1.3), np.cos(1.3), 1.3
    np.testing.assert_allclose(found[1], -(v**3) * s + 6 * v**2 * c + 6 * v * s, **TIGHT)
    np.testing.assert_allclose(found[3], v**3 * s - 12 * v**2 * c - 36 * v * s + 24 * c, **TIGHT)


# Functions ---------------------------------------------------------------------------------------------------------


def conv(F):
    """Where the functions of pictures are: a learner has a file of their own for them."""
    return F if hasattr(F, "conv2d") else importlib.import_module(F.__name__ + "_conv")


t = np.array([0, 2, 1, 2])
ONE = {
    "sin": lambda F, x: F.sin(x), "cos": lambda F, x: F.cos(x), "tanh": lambda F, x: F.tanh(x),
    "exp": lambda F, x: F.exp(x), "log": lambda F, x: F.log(x * x + 1), "sigmoid": lambda F, x: F.sigmoid(3 * x),
    "relu": lambda F, x: F.relu(x) * x, "square": lambda F, x: F.square(x), "division": lambda F, x: x / (x * x + 2),
    "power": lambda F, x: x**3 - x**0, "reshape": lambda F, x: x.reshape(2, 6) ** 2,
    "transpose": lambda F, x: F.transpose(x) ** 2 * floats(3, 4), "sum": lambda F, x: F.sum(x * x, axis=1) ** 2,
    "sum of all": lambda F, x: F.sum(x) ** 2, "keepdims": lambda F, x: x * F.sum(x, axis=0, keepdims=True),
    "broadcast": lambda F, x: F.broadcast_to(x, (2, 4, 3)) ** 2, "sum_to": lambda F, x: F.sum_to(x, (1, 3)) ** 2,
    "plus a row": lambda F, x: (x + x[0]) ** 2, "matmul": lambda F, x: F.matmul(x, x.T) ** 2,
    "get_item": lambda F, x: x[np.array([0, 2, 2])] ** 2, "slices": lambda F, x: x[1:, ::2] * 3 * x[1:, ::2],
    "softmax": lambda F, x: F.softmax(x * x) * floats(4, 3),
    "softmax_cross_entropy": lambda F, x: F.softmax_cross_entropy(x * x, t),
    "mean_squared_error": lambda F, x: F.mean_squared_error(x * x, floats(4, 3)),
    "linear": lambda F, x: F.linear(x, floats(3, 5), floats(5)) ** 2,
    "conv2d": lambda F, x: conv(F).conv2d(x.reshape(1, 1, 4, 3), x.reshape(3, 1, 2, 2), None, 1, 1),
    "pooling": lambda F, x: conv(F).pooling((x * x).reshape(1, 1, 4, 3), 2, 1, 1) ** 2,
}  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_gradient_and_its_gradient(fw, name):
    F, f, array = fw.functions, ONE[name], floats(4, 3, seed=1) + 0.05
    x = fw.Variable(array.copy())
    y = f(F, x)
    y.backward(create_graph=True)
    first = x.grad
    np.testing.assert_allclose(first.data, slope(lambda a: f(F, fw.Variable(a)), array), rtol=1e-4, atol=1e-6)
    x.cleargrad()
    (first * floats(4, 3, seed=2)).backward()
    second = np.zeros((4, 3)) if x.grad is None else x.grad.data

    def along(a):
        v = fw.Variable(a)
        f(F, v).backward()
        return v.grad * floats(4, 3, seed=2)

    np.testing.assert_allclose(second, slope(along, array), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ONE)
def test_both_say_the_same(climbed, name):
    found = []
    for fw in rung, climbed:
        x = fw.Variable(floats(4, 3, seed=1))
        y = ONE[name](fw.functions, x)
        y.backward()
        found.append((y.data, x.grad.data))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


TWO = {
    "add": lambda F, a, b: a + b, "mul": lambda F, a, b: a * b, "sub": lambda F, a, b: a - b,
    "div": lambda F, a, b: a / (b * b + 1), "sin": lambda F, a, b: F.sin(a), "tanh": lambda F, a, b: F.tanh(a),
    "sigmoid": lambda F, a, b: F.sigmoid(a), "exp": lambda F, a, b: F.exp(-a * a),
    "sum": lambda F, a, b: b * F.sum(F.tanh(a), axis=0, keepdims=True),
    "matmul": lambda F, a, b: F.tanh(F.matmul(a, b)), "turn": lambda F, a, b: F.transpose(a).reshape(3, 3),
    "pick": lambda F, a, b: a[np.array([2, 0, 2])], "softmax": lambda F, a, b: F.softmax(a) + b,
}  # fmt: skip


def program(rng):
    """A random program: what is done to which of the values so far."""
    names = list(TWO)
    return [(names[rng.integers(len(names))], *rng.integers(0, 10**6, 2)) for _ in range(12)]


def run(fw, steps, arrays):
    """The last value of a program, the gradients of what went in, and the gradients of their squares."""
    F, inputs = fw.functions, [fw.Variable(a.copy()) for a in arrays]
    values = list(inputs)
    for name, i, j in steps:
        values.append(TWO[name](F, values[i % len(values)], values[j % len(values)]))
    total = F.sum(sum(values[1:], values[0]))
    total.backward(create_graph=True)
    grads = [x.grad for x in inputs]
    for x in inputs:
        x.cleargrad()
    F.sum(sum((g * g for g in grads[1:]), grads[0] * grads[0])).backward()
    return [total.data, *(g.data for g in grads), *(x.grad.data for x in inputs if x.grad is not None)]


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(climbed, seed):
    rng = np.random.default_rng(seed)
    steps, arrays = program(rng), [rng.uniform(-1, 1, (3, 3)) for _ in range(3)]
    ours, theirs = run(rung, steps, arrays), run(climbed, steps, arrays)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


# Layers, optimizers, training --------------------------------------------------------------------------------------


def test_params_of_layers_in_layers(fw):
    model = fw.models.MLP((4, 2), activation=fw.functions.relu)
    model(np.ones((3, 5)))
    assert [p.shape for p in model.params()] == [(5, 4), (4,), (4, 2), (2,)]


@pytest.mark.parametrize("name", ["SGD", "MomentumSGD", "Adam"])
def test_optimizers_agree(climbed, name):
    found = []
    for fw in rung, climbed:
        layer = fw.layers.Linear(2, in_size=3, dtype=np.float64)
        layer.W.data = floats(3, 2)
        optimizer = getattr(fw.optimizers, name)().setup(layer)
        for k in range(5):
            layer.cleargrads()
            fw.functions.mean_squared_error(layer(floats(4, 3, seed=k)), floats(4, 2, seed=k + 9)).backward()
            optimizer.update()
        found.append(layer.W.data)
    np.testing.assert_allclose(*found, rtol=1e-6 if name == "Adam" else 1e-10)


@pytest.mark.parametrize("name", ["RNN", "LSTM"])
def test_recurrent_layers_learn(fw, name):
    fw.seed(0)
    layer, head = getattr(fw.layers, name)(8), fw.layers.Linear(1)
    layer.head = head
    optimizer = fw.optimizers.Adam(0.02).setup(layer)
    curve = np.sin(np.arange(60) / 3).astype(np.float32)[:, None, None]
    losses = []
    for _ in range(12):
        layer.reset_state()
        loss = 0
        for x, y in itertools.pairwise(curve):
            loss = loss + fw.functions.mean_squared_error(head(layer(x)), y)
        layer.cleargrads()
        loss.backward()
        loss.unchain_backward()
        optimizer.update()
        losses.append(float(loss.data))
    assert losses[-1] < losses[0] / 2


def test_a_classifier_learns_digits(fw, climbed):
    data = climbed.datasets.Digits()
    x, labels = data.data.reshape(len(data), -1).astype(np.float32) / 255, data.label
    fw.seed(0)
    model = fw.models.MLP((40, 10), activation=fw.functions.relu)
    optimizer = fw.optimizers.Adam(0.01).setup(model)
    for _ in range(4):
        for i in range(0, 2000, 100):
            loss = fw.functions.softmax_cross_entropy(model(x[i : i + 100]), labels[i : i + 100])
            model.cleargrads()
            loss.backward()
            optimizer.update()
    test = climbed.datasets.Digits(train=False)
    with fw.test_mode(), fw.no_grad():
        y = model(test.data.reshape(500, -1).astype(np.float32) / 255)
    assert float(fw.functions.accuracy(y, test.label).data) > 0.85


def test_saving(fw, tmp_path):
    first, second = (fw.models.MLP((4, 2)) for _ in range(2))
    x = floats(3, 5)
    first(x), second(x)
    first.save_weights(tmp_path / "weights.npz")
    second.load_weights(tmp_path / "weights.npz")
    assert np.array_equal(first(x).data, second(x).data)
    other = fw.models.MLP((5, 2))
    other(x)
    with pytest.raises(Exception, match="shape"):
        other.load_weights(tmp_path / "weights.npz")


def test_dropout(fw):
    x = np.ones((200, 200))
    y = fw.functions.dropout(x, 0.25).data
    assert abs((y == 0).mean() - 0.25) < 0.02
    assert abs(y.max() - 4 / 3) < 1e-12
    with fw.test_mode():
        assert np.array_equal(fw.functions.dropout(x, 0.25).data, x)


def test_loader(fw):
    class Ten(fw.datasets.Dataset):
        def prepare(self):
            self.data, self.label = np.arange(10.0), np.arange(10)

    batches = list(fw.DataLoader(Ten(), 4))
    assert [len(x) for x, _ in batches] == [4, 4, 2]
    assert sorted(np.concatenate([t for _, t in batches])) == list(range(10))


# Beyond sixty ------------------------------------------------------------------------------------------------------


def test_a_gpt_writes(climbed):
    climbed.seed(0)
    text = climbed.datasets.Text("the cat sat on the mat and the rat sat on the cat. " * 8, 16)
    model = climbed.models.GPT(len(text.symbols), length=16, size=32, num_heads=2, num_blocks=1)
    optimizer = climbed.optimizers.Adam(0.01).setup(model)
    losses = []
    for _ in range(3):
        for x, y in climbed.DataLoader(text, 64):
            scores = model(x)
            loss = climbed.functions.softmax_cross_entropy(scores.reshape(-1, len(text.symbols)), y.reshape(-1))
            model.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(float(loss.data))
    assert losses[-1] < 0.5 * losses[0]
    assert len(model.write([0, 1], 5)) == 7
