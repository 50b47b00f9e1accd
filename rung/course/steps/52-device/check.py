import importlib
import os
import sys
import types
from contextlib import contextmanager

import myrung
import numpy as np
from rung.course.testing import Unmet, expect, expect_raises, expect_same


class Far(np.lib.mixins.NDArrayOperatorsMixin):
    """A stand-in for an array on a device: NumPy's functions are handed on to it, NumPy's arrays are refused."""

    def __init__(self, values):
        self.values = np.array(values)

    def __array__(self, *args, **kwargs):
        raise TypeError("an array on the device is not turned into a NumPy array by accident")

    def __array_ufunc__(self, ufunc, method, *args, **kwargs):
        return call(ufunc, args, kwargs) if method == "__call__" else NotImplemented

    def __array_function__(self, func, kinds, args, kwargs):
        return call(func, args, kwargs)

    def __getattr__(self, name):
        if name not in ("shape", "ndim", "size", "dtype", "T", "mT", *METHODS):
            raise AttributeError(f"an array on the device has no {name}")
        found = getattr(self.values, name)
        return (lambda *args, **kwargs: call(found, args, kwargs)) if callable(found) else there(found)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        return there(self.values[here(index)])

    def __setitem__(self, index, value):
        self.values[here(index)] = here(value, strict=True)

    def __float__(self):
        return float(self.values)

    def __repr__(self):
        return repr(self.values)


METHODS = (
    "reshape",
    "transpose",
    "sum",
    "max",
    "min",
    "argmax",
    "mean",
    "astype",
    "copy",
    "ravel",
    "item",
    "swapaxes",
)


def here(x, strict=False):
    """What lies on the device, as NumPy has it; what is NumPy's is refused where one is strict."""
    if isinstance(x, (tuple, list)):
        return type(x)(here(item, strict) for item in x)
    if strict and isinstance(x, np.ndarray):
        raise TypeError("the device was given a NumPy array; an array has to be brought there first")
    return x.values if isinstance(x, Far) else x


def there(y):
    return Far(y) if isinstance(y, (np.ndarray, np.generic)) else y


def call(f, args, kwargs):
    return there(f(*here(args, True), **{name: here(value, True) for name, value in kwargs.items()}))


class StandIn(types.ModuleType):
    """A stand-in for the module cupy: the names of NumPy, and arrays that lie elsewhere."""

    ndarray = Far
    asnumpy = staticmethod(lambda x: np.array(x.values) if isinstance(x, Far) else np.asarray(x))
    asarray = array = staticmethod(lambda x, dtype=None: Far(np.array(here(x), dtype)))
    add = types.SimpleNamespace(at=lambda x, index, y: np.add.at(x.values, here(index), here(y, strict=True)))

    def __getattr__(self, name):
        found = getattr(np, name)
        return (lambda *args, **kwargs: call(found, args, kwargs)) if callable(found) else found


@contextmanager
def package(cupy):
    """The package, imported anew where `import cupy` gives this module, or fails for None."""
    names = {"myrung", os.environ.get("RUNG_COURSE_NAME", "myrung")}
    kept = {key: sys.modules.pop(key) for key in list(sys.modules) if key.split(".")[0] in names}
    missing = object()
    before = sys.modules.get("cupy", missing)
    sys.modules["cupy"] = cupy
    try:
        yield importlib.import_module("myrung")
    finally:
        for key in [key for key in sys.modules if key.split(".")[0] in names]:
            del sys.modules[key]
        sys.modules.update(kept)
        if before is missing:
            del sys.modules["cupy"]
        else:
            sys.modules["cupy"] = before


def device():
    return package(StandIn("cupy"))


def cuda_of(my):
    if not hasattr(my, "cuda"):
        raise Unmet("myrung.cuda", "a file cuda.py, imported in __init__.py", "none")
    return my.cuda


def on_device(what, came, expected, look=None, tolerance=1e-6):
    """An array lies on the stand-in, and holds these numbers."""
    if not isinstance(came, Far):
        raise Unmet(f"where {what} lies", "on the device", f"a {type(came).__name__}", look)
    expect(what, came.values, expected, look, tolerance)


def test_without_a_device():
    with package(None) as my:
        cuda, x = cuda_of(my), np.ones(3)
        expect_same("get_array_module(NumPy array)", cuda.get_array_module(x), np, cuda.get_array_module)
        expect("is_array(NumPy array)", cuda.is_array(x), True, cuda.is_array)
        expect("is_array(3.0)", cuda.is_array(3.0), False, cuda.is_array)
        expect_same("as_numpy(x), where x is NumPy's already", cuda.as_numpy(x), x, cuda.as_numpy)
        error = expect_raises("as_cupy where there is no CuPy", RuntimeError, lambda: cuda.as_cupy(x), cuda.as_cupy)
        expect("the sentence names CuPy", "cupy" in str(error).lower(), True, cuda.as_cupy)
        my.Variable(x).to_cpu()


def test_which_module():
    with device() as my:
        cuda, cupy = cuda_of(my), sys.modules["cupy"]
        near, far, look = np.ones(3), Far([1.0]), cuda.get_array_module
        expect_same("get_array_module(array on the device)", look(far), cupy, look)
        expect_same("get_array_module(near, far), where one of two lies on the device", look(near, far), cupy, look)
        expect_same("get_array_module(far, near)", look(far, near), cupy, look)
        expect_same("get_array_module(far, 2.0)", look(far, 2.0), cupy, look)
        expect_same("get_array_module(NumPy array), where there is a device", look(near), np, look)
        expect_same("get_array_module(2.0), of a number", look(2.0), np, look)


def test_is_array():
    with device() as my:
        look = cuda_of(my).is_array
        expect("is_array(array on the device)", look(Far([1.0])), True, look)
        expect("is_array(NumPy array)", look(np.ones(2)), True, look)
        expect("is_array([1.0, 2.0])", look([1.0, 2.0]), False, look)


def test_there_and_back():
    with device() as my:
        cuda, x = cuda_of(my), np.array([1.0, 2.0], np.float32)
        far = cuda.as_cupy(x)
        on_device("as_cupy(x)", far, x, cuda.as_cupy)
        back = cuda.as_numpy(far)
        expect("the type of as_numpy(as_cupy(x))", type(back).__name__, "ndarray", cuda.as_numpy)
        expect("as_numpy(as_cupy(x))", back, x, cuda.as_numpy)
        expect_same("as_numpy(x), where x is NumPy's already", cuda.as_numpy(x), x, cuda.as_numpy)
        number = np.float32(2)
        expect("as_numpy of one number of NumPy's", cuda.as_numpy(number), number, cuda.as_numpy)


def test_the_box_takes_both():
    with device() as my:
        far = Far([1.0, 2.0])
        x = my.Variable(far, name="x")
        expect_same("Variable(array on the device).data", x.data, far, my.Variable)
        expect("x.shape", x.shape, (2,), my.Variable)
        expect("its name", x.name, "x", my.Variable)
        for start in ("grad", "creator"):
            expect_same(f"x.{start} of a new Variable", getattr(x, start), None, my.Variable)
        expect("x.generation of a new Variable", x.generation, 0, my.Variable)
        expect_same("Variable(None).data", my.Variable(None).data, None, my.Variable)
        for nonsense in ([1.0, 2.0], 1.0, "far"):
            expect_raises(f"Variable({nonsense!r})", TypeError, lambda data=nonsense: my.Variable(data), my.Variable)


def test_a_box_moves():
    with device() as my:
        x, values = my.Variable(np.array([1.0, 2.0])), [1.0, 2.0]
        expect_same("what x.to_gpu() returns", x.to_gpu(), x, my.Variable.to_gpu)
        on_device("x.data after x.to_gpu()", x.data, values, my.Variable.to_gpu)
        expect_same("what x.to_cpu() returns", x.to_cpu(), x, my.Variable.to_cpu)
        expect("the type of x.data after x.to_cpu()", type(x.data).__name__, "ndarray", my.Variable.to_cpu)
        expect("x.data after x.to_cpu()", x.data, values, my.Variable.to_cpu)
        empty = my.Variable(None)
        expect_same("an empty Variable, there and back", empty.to_gpu().to_cpu().data, None, my.Variable.to_gpu)


def test_numbers_follow():
    with device() as my:
        call = my.Function.__call__
        for name, f in {
            "2 * x": lambda x: 2 * x, "x + 1.0": lambda x: x + 1.0, "1 - x": lambda x: 1 - x,
            "x / 3": lambda x: x / 3, "x ** 2": lambda x: x**2, "x * np.float64(2)": lambda x: x * np.float64(2),
        }.items():  # fmt: skip
            near = f(my.Variable(np.array([1.0, 2.0], np.float32)))
            far = f(my.Variable(Far(np.array([1.0, 2.0], np.float32))))
            on_device(f"{name} on the device", far.data, near.data, call)
            expect(f"the dtype of {name}, where x is float32", str(far.dtype), "float32", call)
            for v in far.creator.inputs:
                on_device(
                    f"each input that {name} remembers", v.data, v.data.values if type(v.data) is Far else 0, call
                )


def test_a_single_number_comes_out():
    with device() as my:

        class First(my.Function):
            def forward(self, x):
                return float(x[0])

        y = First()(my.Variable(Far([3.0, 4.0])))
        on_device("the output of a function that returns 3.0, a number", y.data, 3.0, my.Function.__call__)
        y = First()(my.Variable(np.array([3.0, 4.0])))
        expect("the same of a NumPy array", type(y.data).__name__, "ndarray", my.Function.__call__)
        expect_same("as_array(a), where a is an array", my.as_array(y.data), y.data, my.as_array)
        expect(
            "the type of as_array(2.0), with no module named", type(my.as_array(2.0)).__name__, "ndarray", my.as_array
        )


def test_gradients_stay_there():
    with device() as my:
        W, t = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]]), np.array([2, 0])
        for name, f in {
            "exp": my.exp, "sin": my.sin, "tanh": my.tanh, "sigmoid": my.sigmoid, "relu": my.relu,
            "x.T @ x": lambda x: x.T @ x, "x.sum(axis=0)": lambda x: x.sum(axis=0),
            "x.reshape(3, 2)": lambda x: x.reshape(3, 2), "broadcast_to": lambda x: my.broadcast_to(x, (4, 2, 3)),
            "softmax": my.softmax, "x / (1 + x * x)": lambda x: x / (1 + x * x),
            "softmax_cross_entropy": lambda x: my.softmax_cross_entropy(
                x, t if isinstance(x.data, np.ndarray) else Far(t)
            ),
        }.items():  # fmt: skip
            near, far = my.Variable(W), my.Variable(Far(W))
            y, z = f(near), f(far)
            on_device(f"{name} on the device", z.data, y.data, my.Function.__call__)
            y.backward()
            z.backward()
            on_device(f"the gradient of {name} on the device", far.grad.data, near.grad.data, my.Function.__call__)


def test_picking_out():
    with device() as my:
        look = my.GetItemGrad.forward
        x = my.Variable(Far(np.array([1.0, 2.0, 3.0], np.float32)))
        y = x[np.array([2, 0, 2])]
        on_device("x[[2, 0, 2]]", y.data, [3.0, 1.0, 3.0], my.GetItem.forward)
        y.backward()
        on_device("the gradient of x[[2, 0, 2]]", x.grad.data, [1.0, 0.0, 2.0], look)
        expect("its dtype, where x is float32", str(x.grad.dtype), "float32", look)


class Net:
    @staticmethod
    def of(my):
        class Two(my.Model):
            def __init__(self):
                super().__init__()
                self.l1, self.l2 = my.layers.Linear(4), my.layers.Linear(3)

            def forward(self, x):
                return self.l2(my.sigmoid(self.l1(x)))

        return Two()


def test_layers_move():
    with device() as my:
        net = Net.of(my)
        net(np.ones((2, 5), np.float32))
        before = [p.data for p in net.params()]
        expect("how many parameters it has", len(before), 4, my.layers.Layer.params)
        expect_same("what net.to_gpu() returns", net.to_gpu(), net, my.layers.Layer.to_gpu)
        for p, old in zip(net.params(), before, strict=True):
            on_device(f"{p.name} after net.to_gpu()", p.data, old, my.layers.Layer.to_gpu)
        expect_same("what net.to_cpu() returns", net.to_cpu(), net, my.layers.Layer.to_cpu)
        for p, old in zip(net.params(), before, strict=True):
            expect(f"{p.name} after net.to_cpu()", p.data, old, my.layers.Layer.to_cpu)


def test_late_weights_are_made_where_the_input_is():
    with device() as my:
        look, x = my.layers.Linear.forward, np.ones((2, 5), np.float32)
        for name, given in {"a Variable": my.Variable(Far(x)), "an array": Far(x)}.items():
            net = Net.of(my).to_gpu()
            y = net(given)
            on_device(
                f"the output for {name} on the device", y.data, y.data.values if type(y.data) is Far else 0, look
            )
            on_device(f"W, made for {name} on the device", net.l1.W.data, cuda_of(my).as_numpy(net.l1.W.data), look)
            expect("its shape", net.l1.W.shape, (5, 4), look)
        for name, given in {"a Variable": my.Variable(x), "an array": x}.items():
            net = Net.of(my)
            net(given)
            where = type(net.l1.W.data).__name__
            expect(f"the type of W, made for {name} of NumPy's", where, "ndarray", look)
        W = net.l1.W.data
        net(x)
        expect_same("W after the second call", net.l1.W.data, W, look)
        y = my.layers.Linear(4)(np.ones((2, 3, 5), np.float32))
        expect("the shape that comes of an input of shape (2, 3, 5)", y.shape, (2, 3, 4), look)
        plain = my.layers.Linear(3, nobias=True)
        plain.W.data = np.ones((5, 3), np.float32)
        expect("a layer without b", plain(x).data, np.full((2, 3), 5.0), look)
        plain.b = my.Parameter(np.ones(3, np.float32))
        expect("a layer with b", plain(x).data, np.full((2, 3), 6.0), look)


def test_the_loader_carries():
    with device() as my:
        data = [(np.array([i, i + 0.5]), i % 3) for i in range(5)]
        for gpu in (False, True):
            loader = my.DataLoader(data, 2, shuffle=False, gpu=gpu)
            came = list(loader)
            expect("how many batches 5 examples make, 2 at a time", len(came), 3, my.DataLoader.__iter__)
            for place, (x, t) in enumerate(came):
                rows = range(2 * place, min(2 * place + 2, 5))
                wanted = np.array([data[i][0] for i in rows]), np.array([data[i][1] for i in rows])
                for name, part, numbers in zip("xt", (x, t), wanted, strict=True):
                    if gpu:
                        on_device(f"{name} of batch {place}, with gpu=True", part, numbers, my.DataLoader.__iter__)
                    else:
                        expect(f"{name} of batch {place}", part, numbers, my.DataLoader.__iter__)
        x, _ = next(iter(my.DataLoader(data, 2)))
        expect("the type of a batch, when nobody speaks of gpu", type(x).__name__, "ndarray", my.DataLoader)
        my.seed(0)
        order = [float(x[0]) for batch, _ in my.DataLoader(data * 8, 3) for x in batch]
        stays = order == [float(x[0]) for x, _ in data * 8]
        expect("whether the order stays, when nobody speaks of shuffle", stays, False, my.DataLoader)
        expect("how many came", len(order), 40, my.DataLoader.__iter__)


def losses(my, gpu):
    """The losses of a short training, on the device or not."""
    my.seed(0)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 2)).astype(np.float32)
    t = (x[:, 0] * x[:, 1] > 0).astype(int) + (x[:, 0] > 1)
    net, found = Net.of(my), []
    net(x[:1])
    if gpu:
        net.to_gpu()
    optimizer = my.optimizers.Adam(0.03).setup(net)
    for _ in range(3):
        for batch, right in my.DataLoader(list(zip(x, t, strict=True)), 10, gpu=gpu):
            loss = my.softmax_cross_entropy(net(batch), right)
            net.cleargrads()
            loss.backward()
            optimizer.update()
            found.append(float(loss.data))
    return found


def real_cupy():
    """CuPy, where it is installed and finds a device."""
    try:
        import cupy

        return cupy if cupy.cuda.runtime.getDeviceCount() else None
    except Exception:  # no CuPy, or one that finds no device
        return None


def test_training_there():
    with device() as my:
        expect("the losses of a training on the device", losses(my, True), losses(my, False), my.Function, 1e-4)
    cupy = real_cupy()
    if cupy is not None:
        with package(cupy) as my:
            expect("the losses on your GPU", losses(my, True), losses(my, False), my.Function, 1e-3)


def test_nothing_is_lost():
    x = myrung.Variable(np.array(3.0))
    with myrung.no_grad():
        expect_same("the creator of a result under no_grad", (x * x).creator, None, myrung.Function.__call__)
    y = x * x + myrung.exp(x * 0.0)
    y.backward()
    expect("the slope of x * x + exp(0 x) at 3", x.grad.data, 6.0, myrung.Function.__call__)
    expect("the generation of the result", y.generation, 3, myrung.Function.__call__)
    a, b = Two()(x)
    expect("the two outputs of one function", [float(a.data), float(b.data)], [4.0, 2.0], myrung.Function.__call__)


class Two(myrung.Function):
    def forward(self, x):
        return x + 1, x - 1
