import sys
import types

import numpy as np

CROSSINGS = []


class Paper(np.lib.mixins.NDArrayOperatorsMixin):
    """An array on a device of paper. It can be asked for its numbers, and for nothing by accident."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array_ufunc__(self, ufunc, method, *args, **kwargs):  # np.exp(x), x + y, x @ y …
        return work(ufunc, args, kwargs)

    def __array_function__(self, func, types, args, kwargs):  # np.ones_like(x), np.broadcast_to(x, shape) …
        return work(func, args, kwargs)

    def __len__(self):
        return len(self.values)

    def __getattr__(self, name):  # x.shape, x.sum() …
        found = getattr(self.values, name)
        return (lambda *args, **kwargs: work(found, args, kwargs)) if callable(found) else found


def work(f, args, kwargs):
    if any(isinstance(x, np.ndarray) for x in args):
        raise TypeError("one array lies on the device, the other does not")
    y = f(*[x.values if isinstance(x, Paper) else x for x in args], **kwargs)
    return Paper(y) if isinstance(y, (np.ndarray, np.generic)) else y


def crossing(direction, y):
    CROSSINGS.append(direction)
    return y


paper = types.ModuleType("cupy")
paper.ndarray, paper.array = Paper, lambda x, dtype=None: Paper(np.array(x, dtype))
paper.asarray = lambda x: x if isinstance(x, Paper) else crossing("there", Paper(x))
paper.asnumpy = lambda x: crossing("back", np.array(x.values))
sys.modules["cupy"] = paper

# From here on this is a program as you would write it for a machine with a GPU.
import myrung  # noqa: E402
from myrung import cuda  # noqa: E402
from myrung.layers import Linear  # noqa: E402

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (200, 1))
t = np.sin(3 * x)


class Net(myrung.Model):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = Linear(10, dtype=float, in_size=1), Linear(1, dtype=float, in_size=10)

    def forward(self, x):
        return self.l2(myrung.tanh(self.l1(x)))


def train(gpu, look_every):
    myrung.seed(0)
    net = Net()
    xs, ts = x, t
    if gpu:
        net.to_gpu()
        xs, ts = cuda.as_cupy(x), cuda.as_cupy(t)
    optimizer = myrung.optimizers.Adam(0.02).setup(net)
    for i in range(300):
        loss = myrung.mean_squared_error(net(xs), ts)
        net.cleargrads()
        loss.backward()
        optimizer.update()
        if i % look_every == 0:
            seen = float(cuda.as_numpy(loss.data))
    return seen, type(net.l1.W.data).__module__, type(net.l1.W.data).__name__


print("half of it here, half of it there:")
try:
    myrung.Variable(cuda.as_cupy(x)) * myrung.Variable(t)
except TypeError as error:
    print("  TypeError:", error)
for gpu, look_every in (False, 1), (True, 1), (True, 100):
    CROSSINGS.clear()
    loss, module, name = train(gpu, look_every)
    where = "on the device" if name == "Paper" else "in memory"
    there, back = CROSSINGS.count("there"), CROSSINGS.count("back")
    print(f"{where:13}, looking every {look_every:3}: crossings {there} there, {back:3} back")
print("the last loss seen, of 300 steps here and of 300 steps there: ", end="")
print(f"{train(False, 1)[0]:.12f} {train(True, 1)[0]:.12f}")
