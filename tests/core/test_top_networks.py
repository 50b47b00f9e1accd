"""The proof at the top, part two: layers, models, optimizers, data and training in both frameworks."""

import itertools

import numpy as np
import pytest

import rung

TIGHT = {"rtol": 1e-10, "atol": 1e-10}


def floats(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def weights(layer):
    """The parameters of a recurrent layer in one order: for what comes in, for what was said, and what is added."""
    return [layer.W_x, layer.W_h, layer.b] if hasattr(layer, "W_x") else [layer.x2h.W, layer.h2h.W, layer.x2h.b]


# Layers and models -------------------------------------------------------------------------------------------------


def test_a_layer_knows_its_parameters(fw):
    class Inner(fw.layers.Layer):
        def __init__(self):
            super().__init__()
            self.a, self.number = fw.Parameter(floats(2), name="a"), 3

        def forward(self, x):
            return x * self.a

    class Outer(fw.models.Model):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.b = Inner(), Inner(), fw.Parameter(floats(2), name="b")

        def forward(self, x):
            return self.two(self.one(x)) + self.b

    model = Outer()
    assert {name for name, _ in model.named_params()} == {"one.a", "two.a", "b"}
    assert len(list(model.params())) == 3
    model(floats(4, 2)).sum().backward()
    assert all(p.grad is not None for p in model.params())
    model.cleargrads()
    assert all(p.grad is None for p in model.params())
    model.b = None
    assert len(list(model.params())) == 2


def test_a_late_weight(fw):
    layer = fw.layers.Linear(4)
    y = layer(np.ones((3, 5), np.float32))
    assert (y.shape, layer.W.shape, layer.b.shape, layer.W.dtype) == ((3, 4), (5, 4), (4,), np.float32)
    assert fw.layers.Linear(4, nobias=True, in_size=2).b is None
    conv = fw.layers.Conv2d(4, (3, 2), stride=2, pad=1)
    assert conv(np.ones((2, 3, 7, 6), np.float32)).shape == (2, 4, 4, 4)
    assert conv.W.shape == (4, 3, 3, 2)


def test_params_of_layers_in_layers(fw):
    model = fw.models.MLP((4, 2), activation=fw.functions.relu)
    model(np.ones((3, 5)))
    assert [p.shape for p in model.params()] == [(5, 4), (4,), (4, 2), (2,)]


def slopes(params):
    return [p.grad.data for p in params]


def test_linear_and_conv2d_agree(climbed):
    found = []
    for fw in rung, climbed:
        linear = fw.layers.Linear(2, in_size=24, dtype=np.float64)
        conv = fw.layers.Conv2d(3, 3, stride=1, pad=1, dtype=np.float64, in_channels=2)
        params = [conv.W, conv.b, linear.W, linear.b]
        for i, p in enumerate(params):
            p.data = floats(*p.shape, seed=i)
        y = fw.functions.tanh(conv(floats(5, 2, 4, 2)))
        y = linear(y.reshape(5, 24))
        (y * y).sum().backward()
        found.append([y.data, *slopes(params)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


@pytest.mark.parametrize("name", ["RNN", "LSTM"])
def test_recurrent_layers_agree(climbed, name):
    found = []
    for fw in rung, climbed:
        layer, result = getattr(fw.layers, name)(4, in_size=3), []
        params = weights(layer)
        for i, p in enumerate(params):
            p.data = floats(*p.shape, seed=i)
        for stretch in range(2):  # the second begins where the first has ended, behind a cut
            loss = 0
            for step in range(3):
                loss = loss + (layer(floats(2, 3, seed=10 * stretch + step)) ** 2).sum()
            layer.cleargrads()
            loss.backward()
            result += [loss.data, *slopes(params)]
            loss.unchain_backward()
        layer.reset_state()
        result.append(layer(floats(2, 3)).data)
        found.append(result)
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


def test_mlps_agree(climbed):
    found = []
    for fw in rung, climbed:
        for activation in fw.functions.sigmoid, fw.functions.tanh, fw.functions.relu:
            model = fw.models.MLP((4, 3), activation=activation)
            model(floats(5, 2))
            for i, p in enumerate(model.params()):
                p.data = floats(*p.shape, seed=i)
            loss = fw.functions.softmax_cross_entropy(model(floats(5, 2)), np.array([0, 1, 2, 1, 0]))
            loss.backward()
            found.append([loss.data, *slopes(model.params())])
    for ours, theirs in zip(found[:3], found[3:], strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, **TIGHT)


def test_layer_norm_and_embedding_of_the_last_steps(ladder):
    found, ids = [], np.array([[4, 0, 4], [1, 1, 4]])
    for fw in rung, ladder(62):
        embedding, norm = fw.layers.Embedding(5, 3), fw.layers.LayerNorm(*[] if fw is rung else [3])
        embedding.W.data = floats(5, 3)
        norm(embedding(ids))
        norm.gamma.data, norm.beta.data = floats(3, seed=1), floats(3, seed=2)
        y = norm(embedding(ids))
        (y**3).sum().backward()
        found.append([y.data, *slopes([embedding.W, norm.gamma, norm.beta])])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


def test_saving(fw, tmp_path):
    first, second = (fw.models.MLP((4, 2)) for _ in range(2))
    x = floats(3, 5)
    first(x), second(x)
    first.save_weights(tmp_path / "weights.npz")
    second.load_weights(tmp_path / "weights.npz")
    assert np.array_equal(first(x).data, second(x).data)
    other = fw.models.MLP((5, 2))
    other(x)
    before = [p.data.copy() for p in other.params()]
    with pytest.raises(Exception, match="shape"):
        other.load_weights(tmp_path / "weights.npz")
    assert all(np.array_equal(p.data, old) for p, old in zip(other.params(), before, strict=True))


# Optimizers --------------------------------------------------------------------------------------------------------


OPTIMIZERS = {
    "SGD": {}, "SGD, quick": {"lr": 0.3}, "MomentumSGD": {}, "MomentumSGD, heavy": {"lr": 0.05, "momentum": 0.99},
    "Adam": {}, "Adam, quick": {"alpha": 0.1, "beta1": 0.5, "beta2": 0.9},
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_agree(climbed, name):
    found = []
    for fw in rung, climbed:
        layer = fw.layers.Linear(2, in_size=3, dtype=np.float64)
        layer.W.data = floats(3, 2)
        optimizer = getattr(fw.optimizers, name.partition(",")[0])(**OPTIMIZERS[name]).setup(layer)
        for k in range(5):
            layer.cleargrads()
            fw.functions.mean_squared_error(layer(floats(4, 3, seed=k)), floats(4, 2, seed=k + 9)).backward()
            optimizer.update()
        found.append((layer.W.data, layer.b.data))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


def test_a_hook_sees_the_parameters_with_a_gradient(fw):
    layer = fw.layers.Linear(1, in_size=2)
    optimizer = fw.optimizers.SGD(1.0).setup(layer)
    seen = []

    def halve(params):
        for p in params:
            seen.append(p)
            p.grad.data = p.grad.data / 2

    optimizer.add_hook(halve)
    before = layer.b.data.copy()
    layer(np.ones((4, 2), np.float32)).sum().backward()
    optimizer.update()
    assert len(seen) == 2
    np.testing.assert_allclose(before - layer.b.data, 2)


def test_an_optimizer_of_ones_own(fw):
    class Sign(fw.optimizers.Optimizer):
        def update_one(self, param):
            param.data = param.data - np.sign(param.grad.data).astype(param.data.dtype)

    layer = fw.layers.Linear(1, in_size=2)
    before = layer.b.data.copy()
    optimizer = Sign().setup(layer)
    layer(np.ones((4, 2), np.float32)).sum().backward()
    optimizer.update()
    np.testing.assert_allclose(before - layer.b.data, 1)


# Data --------------------------------------------------------------------------------------------------------------


def counting(fw, count):
    class Counting(fw.datasets.Dataset):
        def prepare(self):
            self.data, self.label = np.arange(float(count)), np.arange(count)

    return Counting


def test_dataset(fw):
    data = counting(fw, 10)(train=False, transform=lambda x: x * 2, target_transform=lambda t: -t)
    assert (len(data), data.train) == (10, False)
    assert [float(part) for part in data[3]] == [6.0, -3.0]
    both = fw.transforms.Compose
    steps = [lambda x: x + 1, lambda x: x * 10]
    compose = both(steps) if fw is rung else both(*steps)  # Rung's takes them in a list
    assert counting(fw, 10)(transform=compose)[3][0] == 40


def test_loader(fw):
    data = counting(fw, 10)()
    loader = fw.dataloaders.DataLoader(data, 4)
    epochs = [[t.tolist() for _, t in loader] for _ in range(2)]
    for batches in epochs:
        assert [len(t) for t in batches] == [4, 4, 2]
        assert sorted(itertools.chain(*batches)) == list(range(10))
    assert epochs[0] != epochs[1]
    assert len(loader) == 3
    straight = fw.dataloaders.DataLoader(data, 4, shuffle=False)
    next(iter(straight))  # a loop that is left takes its place along
    assert [t.tolist() for _, t in straight] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert all(np.array_equal(x, t) for x, t in loader)


def test_a_seed_repeats_everything(fw):
    drawn = []
    for _ in range(2):
        fw.seed(3)
        layer = fw.layers.Linear(3, in_size=2)
        order = [t.tolist() for _, t in fw.dataloaders.DataLoader(counting(fw, 20)(), 5)]
        drawn.append((layer.W.data.tolist(), order, fw.functions.dropout(np.ones(20)).data.tolist()))
    assert drawn[0] == drawn[1]


def test_a_sequence_read_by_several(fw):
    loader = fw.dataloaders.SeqDataLoader(counting(fw, 11)(), 3)
    assert [t.tolist() for _, t in loader] == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    assert [t.tolist() for _, t in loader] == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    assert len(loader) == 3


@pytest.mark.parametrize("train", [True, False])
def test_the_data_without_a_file(fw, train):
    x, t = fw.datasets.get_spiral(train)
    assert (x.shape, x.dtype, np.bincount(t).tolist()) == ((300, 2), np.float32, [100, 100, 100])
    spiral, curve = fw.datasets.Spiral(train), fw.datasets.SinCurve(train)
    assert (len(spiral), len(curve)) == (300, 999)
    assert np.array_equal(spiral[0][0], x[0])
    assert np.array_equal(curve[7][1], curve[8][0])


def test_sizes(fw):
    utils = fw.utils
    for size, kernel, stride, pad in itertools.product((4, 7, 12), (1, 2, 3), (1, 2, 3), (0, 1)):
        places = utils.get_conv_outsize(size, kernel, stride, pad)
        assert places == (size + 2 * pad - kernel) // stride + 1
        assert (
            utils.get_conv_outsize(utils.get_deconv_outsize(places, kernel, stride, pad), kernel, stride, pad)
            == places
        )
    assert (utils.pair(3), utils.pair((2, 5))) == ((3, 3), (2, 5))


def test_the_checker_checks(fw):
    F, x = fw.functions, fw.Variable(floats(2, 3))
    assert fw.utils.gradient_check(lambda x: F.sin(x) * x, x)

    class Wrong(fw.Function):
        def forward(self, x):
            return x**3

        def backward(self, gy):
            return 2 * self.inputs[0] ** 2 * gy

    assert not fw.utils.gradient_check(lambda x: Wrong()(x), x)


# Training ----------------------------------------------------------------------------------------------------------


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


def test_one_training_step_for_step(climbed):
    """Twenty steps of one network on one set of data: the same losses in both, and the same weights at the end."""
    x, t = climbed.datasets.get_spiral()
    found = []
    for fw in rung, climbed:
        model = fw.models.MLP((10, 3), activation=fw.functions.tanh)
        model(x.astype(float))
        for i, p in enumerate(model.params()):
            p.data = floats(*p.shape, seed=i)
        optimizer, losses = fw.optimizers.Adam(0.05).setup(model), []
        for _ in range(20):
            loss = fw.functions.softmax_cross_entropy(model(x.astype(float)), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(float(loss.data))
        found.append([np.array(losses), *(p.data for p in model.params())])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, **TIGHT)


# Devices -----------------------------------------------------------------------------------------------------------


def test_what_lies_here_already_stays(fw):
    x, layer = fw.Variable(floats(2, 3)), fw.layers.Linear(2, in_size=3)
    data, W = x.data, layer.W.data
    x.to_cpu(), layer.to_cpu()
    assert x.data is data
    assert layer.W.data is W


@pytest.mark.skipif(rung.cuda.is_available(), reason="there is a GPU")
def test_without_a_device_nothing_moves_there(fw):
    x, layer = fw.Variable(floats(2, 3)), fw.layers.Linear(2, in_size=3)
    for move in x.to_gpu, layer.to_gpu:
        with pytest.raises(Exception, match=r"(?i)cupy"):
            move()
    assert isinstance(x.data, np.ndarray)


@pytest.mark.skipif(not rung.cuda.is_available(), reason="no GPU, or no CuPy")
def test_the_same_training_on_a_device(fw):
    x, t = floats(40, 2), np.arange(40) % 3
    data, losses = list(zip(x, t, strict=True)), []
    for gpu in False, True:
        model = fw.models.MLP((8, 3), activation=fw.functions.tanh)
        model(x)
        for i, p in enumerate(model.params()):
            p.data = floats(*p.shape, seed=i)
        if gpu:
            model.to_gpu()
        optimizer, found = fw.optimizers.Adam(0.05).setup(model), []
        for a, b in fw.dataloaders.DataLoader(data, 10, shuffle=False, gpu=gpu):
            loss = fw.functions.softmax_cross_entropy(model(a), b)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            loss.to_cpu()
            found.append(float(loss.data))
        losses.append(found)
    np.testing.assert_allclose(*losses, rtol=1e-8)
