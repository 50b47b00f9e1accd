"""What comes after step 52 runs on a device too: on the stand-in of that step's check, which refuses all mixtures."""

import importlib.util
import sys

import numpy as np
import pytest

from rung.course.state import state, write
from rung.course.table import HERE, Course


@pytest.fixture(scope="module")
def standin(tmp_path_factory):
    """The module that step 52 is checked with; the package that it finds is that of the last step."""
    folder = tmp_path_factory.mktemp("device")
    write(state(Course(), 62), folder / "myrung", "myrung")
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("check52", HERE / "steps" / "52-device" / "check.py")
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    yield check
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == "myrung"]:
        del sys.modules[name]


def nets(my):
    """Nets of the late steps, each with what goes into it."""
    F, L, rng = my.functions, my.layers, np.random.default_rng(0)
    pictures, series = rng.standard_normal((2, 3, 8, 8)), rng.standard_normal((2, 4, 6))

    class Seeing(my.Model):
        def __init__(self):
            super().__init__()
            self.eye, self.last = L.Conv2d(4, 3, pad=1), L.Linear(3)

        def forward(self, x):
            y = my.pooling(F.relu(self.eye(x)), 2, 2, 1)
            return self.last(F.dropout(y.reshape(len(x), -1), 0.3))

    class Hearing(my.Model):
        def __init__(self, kind):
            super().__init__()
            self.first, self.last = kind(5), L.Linear(2)

        def forward(self, x):
            self.first.reset_state()
            for i in range(x.shape[1]):
                y = self.first(x[:, i])
            return self.last(y)

    return {
        "convolution": (Seeing, pictures),
        "RNN": (lambda: Hearing(L.RNN), series),
        "LSTM": (lambda: Hearing(L.LSTM), series),
        "VGG16": (lambda: my.models.VGG16(5, width=1, hidden=4), rng.standard_normal((1, 3, 32, 32))),
        "attention": (lambda: L.SelfAttention(6, 2), series),
        "GPT": (lambda: my.GPT(5, 4, 8, 2, 1), np.array([[0, 3, 1], [2, 2, 4]])),
    }


def trained(my, name, gpu):
    """What a net says, and its parameters after one update."""
    make, x = nets(my)[name]
    my.seed(0)
    net = make()
    with my.no_grad(), my.test_mode():
        net(x)
    if gpu:
        net.to_gpu()
        x = my.cuda.as_cupy(x)
    y = net(my.Variable(x) if x.dtype.kind == "f" else x)
    (y * y).sum().backward()
    my.optimizers.Adam(0.1).setup(net).update()
    written = net.write([0, 1], 3) if name == "GPT" else []
    return [y.data, *(p.data for p in net.params())], written


@pytest.mark.parametrize("name", ["convolution", "RNN", "LSTM", "VGG16", "attention", "GPT"])
def test_there_as_here(standin, name):
    with standin.device() as my:
        here, text = trained(my, name, gpu=False)
        there, same = trained(my, name, gpu=True)
    assert text == same
    for a, b in zip(here, there, strict=True):
        assert isinstance(b, standin.Far)
        np.testing.assert_allclose(b.values, a, rtol=1e-4, atol=1e-5)
