import myrung
import numpy as np
from rung.course.testing import array_of, expect, expect_raises, expect_same, expect_type


class Scale(myrung.Layer):
    """y = a x + c, with a second number beside that is not learned."""

    def __init__(self):
        super().__init__()
        self.a = myrung.Parameter(np.array(2.0))
        self.c = myrung.Parameter(np.array(1.0))
        self.beside = myrung.Variable(np.array(5.0))
        self.number = 7

    def forward(self, x):
        return self.a * x + self.c


def linear(*args, **settings):
    return myrung.layers.Linear(*args, **settings)


def batch(*shape, dtype=np.float32):
    return myrung.Variable(np.arange(1.0, 1.0 + np.prod(shape), dtype=dtype).reshape(shape))


def test_parameter():
    p = myrung.Parameter(np.array([1.0, 2.0]), name="p")
    expect_type("Parameter(array)", p, myrung.Variable, look=myrung.Parameter)
    expect("whether a plain Variable is a Parameter", isinstance(batch(2), myrung.Parameter), False,
           look=myrung.Parameter)  # fmt: skip
    (p * 3).backward()
    expect("the gradient of 3 * p", array_of(p.grad), [3.0, 3.0], look=myrung.Parameter)
    expect("whether 3 * p is a Parameter", isinstance(p * 3, myrung.Parameter), False, look=myrung.Parameter)


def test_layer_knows_its_parameters():
    layer = Scale()
    came = list(layer.params())
    expect("how many parameters a layer with two Parameters, a Variable and a number has", len(came), 2,
           look=myrung.Layer)  # fmt: skip
    expect_same("the first of layer.params(), against layer.a", came[0], layer.a, look=myrung.Layer)
    expect_same("the second of layer.params(), against layer.c", came[1], layer.c, look=myrung.Layer)
    expect("layer.number", layer.number, 7, look=myrung.Layer)


def test_replaced_parameters():
    layer = Scale()
    layer.a = new = myrung.Parameter(np.array(9.0))
    came = list(layer.params())
    expect("how many parameters there are after layer.a was replaced", len(came), 2, look=myrung.Layer)
    expect("whether the new one is among them", any(p is new for p in came), True, look=myrung.Layer)


def test_two_layers_are_strangers():
    one, two = Scale(), Scale()
    expect("how many parameters the first of two layers has", len(list(one.params())), 2, look=myrung.Layer)
    expect("whether they share one", any(p is q for p in one.params() for q in two.params()), False,
           look=myrung.Layer)  # fmt: skip


def test_call():
    y = Scale()(myrung.Variable(np.array(3.0)))
    expect("layer(x) of a layer whose forward is 2 x + 1, at 3", y.data, 7.0, look=myrung.Layer)
    expect_raises("a call of a Layer without a forward", NotImplementedError, lambda: myrung.Layer()(batch(2)),
                  look=myrung.Layer)  # fmt: skip


def test_cleargrads():
    layer = Scale()
    layer(myrung.Variable(np.array(3.0))).backward()
    expect("layer.a.grad", array_of(layer.a.grad), 3.0, look=myrung.Layer)
    layer.cleargrads()
    expect("the gradients after layer.cleargrads()", [p.grad for p in layer.params()], [None, None],
           look=myrung.Layer)  # fmt: skip


def test_linear():
    look = myrung.layers.Linear
    layer = linear(4)
    y = layer(batch(2, 3))
    expect("Linear(4)(x).shape, for x of shape (2, 3)", y.shape, (2, 4), look=look)
    expect("the shape of its W", layer.W.shape, (3, 4), look=look)
    expect("its b", layer.b.data, np.zeros(4), look=look)
    expect_type("its W", layer.W, myrung.Parameter, look=look)
    layer.b.data = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    expect("Linear(4)(x), against x @ W + b", layer(batch(2, 3)).data,
           batch(2, 3).data @ layer.W.data + layer.b.data, look=look)  # fmt: skip
    expect("the names of its parameters", [p.name for p in layer.params()], ["W", "b"], look=look)


def test_first_batch_decides():
    look = myrung.layers.Linear
    layer = linear(4)
    expect("how many parameters Linear(4) has before the first call", len(list(layer.params())), 2, look=look)
    W = layer.W
    layer(batch(2, 3))
    kept = W.data.copy()
    layer(batch(5, 3))
    expect_same("the Parameter W after the first call", layer.W, W, look=look)
    expect("W after the second call", layer.W.data, kept, look=look)
    expect("Linear(4)(x).shape, for x of shape (5, 2, 3)", layer(batch(5, 2, 3)).shape, (5, 2, 4), look=look)
    expect("the same of another Linear(4), as its first batch", linear(4)(batch(5, 2, 3)).shape, (5, 2, 4), look=look)


def test_in_size():
    layer = linear(4, in_size=6)
    expect("the shape of W of Linear(4, in_size=6), before any call", layer.W.data.shape, (6, 4),
           look=myrung.layers.Linear)  # fmt: skip


def test_without_bias():
    layer = linear(2, nobias=True)
    came = layer(batch(1, 3))
    expect("b of Linear(2, nobias=True)", layer.b, None, look=myrung.layers.Linear)
    expect("how many parameters it has", len(list(layer.params())), 1, look=myrung.layers.Linear)
    expect("Linear(2, nobias=True)(x), against x @ W", came.data, batch(1, 3).data @ layer.W.data,
           look=myrung.layers.Linear)  # fmt: skip


def test_dtype():
    look = myrung.layers.Linear
    layer = linear(2)
    expect("the dtype of Linear(2)(x), for x of float32", str(layer(batch(1, 3)).dtype), "float32", look=look)
    expect("the dtype of its W", str(layer.W.data.dtype), "float32", look=look)
    layer = linear(2, dtype=np.float64)
    layer(batch(1, 3, dtype=np.float64))
    expect("the dtypes of Linear(2, dtype=float64)", [str(p.data.dtype) for p in layer.params()],
           ["float64", "float64"], look=look)  # fmt: skip


def test_size_of_weights():
    look = myrung.layers.Linear
    myrung.seed(0)
    for size in 4, 100, 2500:
        W = linear(400, in_size=size).W.data * np.sqrt(size)
        expect(f"the spread of W * sqrt({size}), of Linear(400, in_size={size})", W.std(), 1.0, look=look,
               tolerance=0.06)  # fmt: skip
        expect("the mean of the same", W.mean(), 0.0, look=look, tolerance=0.06)


def test_seed():
    def draw(number):
        myrung.seed(number)
        return linear(3, in_size=5).W.data, linear(3, in_size=5).W.data

    first, again, other = draw(0), draw(0), draw(1)
    expect("W after seed(0), against W after seed(0)", first[0], again[0], look=myrung.seed)
    expect("the next W, against the next", first[1], again[1], look=myrung.seed)
    expect("whether W after seed(1) is the same", bool(np.allclose(first[0], other[0])), False, look=myrung.seed)
    expect("whether two layers begin with the same W", bool(np.allclose(*first)), False, look=myrung.seed)


def test_numpys_seed_is_left_alone():
    np.random.seed(3)
    wanted = np.random.rand()
    np.random.seed(3)
    myrung.seed(0)
    linear(3, in_size=5)
    expect("the random number that somebody else gets from NumPy after np.random.seed(3)", np.random.rand(), wanted,
           look=myrung.seed)  # fmt: skip
