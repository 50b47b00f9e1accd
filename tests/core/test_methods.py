"""A Variable is used as an array of NumPy: operators, methods, NumPy's own functions, conversions, printing."""

import operator

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Variable, grad
from rung.errors import DTypeError, GraphError, RungError, ShapeError

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((3, 4)) * 3, RNG.standard_normal((3, 4)) * 3
ARRAYS = [
    A, A[:1], A[0], np.array(-1.5), np.zeros((0, 2)), A.T, A[:, ::-2], RNG.standard_normal((2, 3, 4)),
    A.astype(np.float32), np.arange(-5, 7).reshape(3, 4),
]  # fmt: skip


def same(y, expected):
    """A Variable with NumPy's values and shape; and its dtype, but that the mean of integers may be of any floats."""
    assert isinstance(y, Variable)
    expected = np.asarray(expected)
    assert y.shape == expected.shape
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y.data, expected, rtol=1e-5 if y.dtype == np.float32 else 1e-12, atol=1e-12)


# Operators --------------------------------------------------------------------------------------------------------

BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
DIFFERENTIABLE = set("+-*/%")


@pytest.mark.parametrize("symbol", BINARY)
def test_operators_are_numpys_from_either_side(symbol):
    f = BINARY[symbol]
    for a, b in [
        (A, B),
        (A, B[0]),
        (A[:, :1], B),
        (A, 2.0),
        (-3.0, A),
        (A.astype(np.float32), 2),
        (A, np.array(1.5)),
    ]:
        expected = f(a, b)
        left, right = (Variable(x) if isinstance(x, np.ndarray) else x for x in (a, b))
        same(f(left, right), expected)
        assert f(left, right).differentiable == (symbol in DIFFERENTIABLE)
        if isinstance(a, np.ndarray):
            same(f(left, b), expected)
        if isinstance(b, np.ndarray):
            same(f(a, right), expected)


def test_operators_of_integers_are_numpys():
    a, b = np.arange(-6, 6).reshape(3, 4), np.array([1, 2, -3, 4])
    for symbol in ("+", "-", "*", "//", "%", "/", "<"):
        same(BINARY[symbol](Variable(a), b), BINARY[symbol](a, b))


def test_powers_and_products_of_matrices():
    for a, b in [(np.abs(A), B), (A, 3), (A, 2.0), (2.0, A), (np.abs(A), -0.5)]:
        for x, y in [
            (Variable(a) if isinstance(a, np.ndarray) else a, b if isinstance(a, np.ndarray) else Variable(b))
        ]:
            same(x**y, a**b)
    for a, b in [(A, B.T), (A[0], B.T), (A, B[0]), (A[0], B[0]), (RNG.standard_normal((2, 1, 3, 4)), B.T)]:
        same(Variable(a) @ Variable(b), a @ b)
        same(a @ Variable(b), a @ b)
        same(Variable(a) @ b, a @ b)


@pytest.mark.parametrize("f", [operator.neg, operator.pos, abs])
def test_operators_of_one(f):
    for x in ARRAYS:
        y = f(Variable(x))
        same(y, f(x))
        assert y.differentiable


def test_operators_of_booleans_are_for_booleans_alone():
    p, q = A > 0, B > 0
    v, w = Variable(A) > 0, Variable(B) > 0
    for f in (operator.and_, operator.or_, operator.xor):
        for y in (f(v, w), f(v, q), f(p, w)):
            same(y, f(p, q))
        same(f(v, True), f(p, True))
        same(f(False, w), f(False, q))
        for wrong in (Variable(A), np.arange(12).reshape(3, 4), 1, 1.0):
            with pytest.raises(DTypeError, match="expected booleans.*logical_"):
                f(v, wrong)
    same(~v, ~p)
    with pytest.raises(DTypeError, match="expected booleans.*logical_not"):
        ~Variable(np.arange(3))


def test_operators_in_place_make_a_new_variable():
    x = Variable(np.ones(2))
    y = x
    y += 1
    y *= 2
    assert x.tolist() == [1, 1]
    assert y.tolist() == [4, 4]
    assert y.differentiable


# Methods ----------------------------------------------------------------------------------------------------------

METHODS = {
    **{f"{name} {options}": (name, (), options)
       for name in ("sum", "mean", "max", "min", "prod", "var", "std", "any", "all")
       for options in ({}, {"axis": -1}, {"axis": 0, "keepdims": True}, {"keepdims": True})},
    "var of a sample": ("var", (-1,), {"ddof": 1}), "std of a sample": ("std", (), {"ddof": 1}),
    "argmax": ("argmax", (), {}), "argmax -1": ("argmax", (-1,), {}), "argmin": ("argmin", (0,), {}),
    "argmax kept": ("argmax", (), {"axis": -1, "keepdims": True}),
    "cumsum": ("cumsum", (), {}), "cumsum -1": ("cumsum", (-1,), {}), "cumprod": ("cumprod", (), {}),
    "cumprod 0": ("cumprod", (0,), {}), "sort": ("sort", (), {}), "sort 0": ("sort", (0,), {}),
    "clip": ("clip", (-1, 2), {}), "clip below": ("clip", (0.5, None), {}), "round": ("round", (), {}),
    "reshape": ("reshape", (-1,), {}), "reshape of a tuple": ("reshape", ((1, -1),), {}),
    "reshape of many": ("reshape", (1, -1, 1), {}), "ravel": ("ravel", (), {}), "flatten": ("flatten", (), {}),
    "squeeze": ("squeeze", (), {}), "transpose": ("transpose", (), {}), "swapaxes": ("swapaxes", (0, -1), {}),
    "repeat": ("repeat", (2,), {}), "repeat -1": ("repeat", (3, -1), {}), "take": ("take", ([0, -1, 0],), {}),
    "take -1": ("take", ([0, 0], -1), {}), "copy": ("copy", (), {}), "astype": ("astype", (np.float32,), {}),
    "astype of a name": ("astype", ("float64",), {}),
}  # fmt: skip
WITHOUT_GRADIENT = {"any", "all", "argmax", "argmin", "round"}


@pytest.mark.parametrize("case", METHODS)
def test_methods_are_numpys(case):
    name, positional, options = METHODS[case]
    tried = 0
    for x in ARRAYS:
        if not x.size or (not x.ndim and (positional or options)) or (name == "round" and x.dtype.kind != "f"):
            continue  # NumPy lets a number have an axis after all, and rounds integers to integers
        try:
            expected = (np.sort if name == "sort" else getattr(type(x), name))(x, *positional, **options)
        except ValueError:  # an axis that this array has not
            with pytest.raises(RungError):
                getattr(Variable(x), name)(*positional, **options)
            continue
        tried += 1
        y = getattr(Variable(x), name)(*positional, **options)
        same(y, expected)
        if x.dtype.kind == "f":
            assert y.differentiable == (name not in WITHOUT_GRADIENT)
    assert tried > 4


def test_methods_of_matrices_are_numpys():
    x = Variable(A)
    for name, positional in [("diagonal", ()), ("diagonal", (1,)), ("trace", ()), ("trace", (-1,)), ("dot", (B.T,)),
                             ("dot", (B[0],)),
                             ("transpose", (1, 0)), ("transpose", ((1, 0),)), ("transpose", (None,))]:  # fmt: skip
        same(getattr(x, name)(*positional), getattr(A, name)(*positional))
    same(x.argsort(), A.argsort(kind="stable"))
    same(x.T, A.T)
    cube = ARRAYS[7]
    same(Variable(cube).T, cube.T)
    same(Variable(cube).mT, np.swapaxes(cube, -1, -2))


def test_attributes_are_numpys():
    for array in ARRAYS:
        x = Variable(array)
        for name in ("shape", "ndim", "size", "dtype", "nbytes"):
            assert getattr(x, name) == getattr(array, name)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(0) * x.mean(1)[0] + x.max() - x.min(0), lambda x: x.prod(1) + x.var(1) * x.std(1, ddof=1),
        lambda x: x.cumsum(1) * x.cumprod(0), lambda x: x.sort(1) ** 2 + x.clip(-1, 1), lambda x: x.repeat(2) ** 2,
        lambda x: x.take([0, 3, 3], 1) * x.diagonal()[:, None], lambda x: x.dot(x.T) * x.trace(),
        lambda x: x.copy().ravel() * x.astype("f8").flatten(), lambda x: x.mT @ x.reshape(3, 4).swapaxes(0, 1).T,
        lambda x: abs(-x) % 2.5, lambda x: 2.0 / x - x / 3.0 + (3.0 - x) * 2,
    ],
)  # fmt: skip
def test_methods_and_operators_pass_gradients(f):
    h = 1e-6
    weights = np.cos(np.arange(f(Variable(A)).size)).reshape(f(Variable(A)).shape)
    ahead, behind = (f(Variable(A + s * B)).data for s in (h, -h))
    slope = np.sum(weights * (ahead - behind)) / (2 * h)
    x = Variable(A)
    assert np.sum(grad(f(x), x, weights).data * B) == pytest.approx(slope, rel=1e-6)


LEFT_OUT = {
    "it would write to the array, which the graph needs": [
        "fill", "partition", "put", "resize", "setfield", "setflags", "itemset", "sort in place", "byteswap",
    ],
    "it is about the memory, which is that of x.data": [
        "base", "ctypes", "data", "dump", "dumps", "flags", "getfield", "itemsize", "strides", "tobytes", "tofile",
        "view", "tostring", "newbyteorder", "to_device",
    ],
    "there are no complex numbers": ["conj", "conjugate", "imag", "real"],
    "its shape depends on values, or it only picks what take and where do": [
        "argpartition", "choose", "compress", "flat", "nonzero", "searchsorted",
    ],
}  # fmt: skip


def test_every_public_method_of_an_array_is_there_or_left_out_for_a_reason():
    left_out = {name for names in LEFT_OUT.values() for name in names}
    public = {name for name in dir(np.ndarray) if not name.startswith("_")}
    assert public - set(dir(Variable)) <= left_out
    in_place = {f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "matmul")}
    assert not in_place & set(dir(Variable)), "Python itself makes x += y of x = x + y"


# Picking elements -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "index",
    [
        0, -1, slice(1, None), (slice(None), 2), (..., 1), None, (None, 1, None),
        (slice(None, None, -1), slice(0, 4, 2)),
        [0, 2, 0], ([0, 1], [3, -1]), A > 0, np.array([True, False, True]), np.int64(1), (), (np.array([[0, 2]]), 1),
    ],
    ids=str,
)  # fmt: skip
def test_indices_are_numpys(index):
    same(Variable(A)[index], A[index])


def test_an_index_that_is_a_variable():
    same(Variable(A)[Variable(np.array([2, 0]))], A[[2, 0]])
    same(Variable(A)[Variable(np.array(1))], A[1])
    same(Variable(A)[Variable(A) > 0], A[A > 0])


def test_an_element_cannot_be_assigned_to():
    x = Variable(np.ones(3))
    for index in (0, slice(None), [0, 1], ...):
        with pytest.raises(GraphError, match=r"index_update.*x\.data"):
            x[index] = 1


def test_length_iteration_and_membership():
    x = Variable(A)
    assert len(x) == 3
    for row, expected in zip(x, A, strict=True):
        same(row, expected)
        assert row.differentiable
    first, *others = x
    same(first, A[0])
    assert len(others) == 2
    same(next(reversed(x)), A[-1])
    assert A[1, 2] in x
    assert 99.0 not in x
    for call in (len, iter, list):
        with pytest.raises(ShapeError, match="at least one axis"):
            call(Variable(1.0))


def test_one_element_is_a_number():
    for array in (np.array(2.75), np.array([[2.75]]), np.float32(2.75)):
        x = Variable(array)
        assert (float(x), int(x), bool(x), x.item()) == (2.75, 2, True, 2.75)
        assert f"{x:.1f}" == "2.8"
    assert not Variable(0.0)
    assert type(Variable(np.array(3)).item()) is int
    for call in (float, int, bool, Variable.item):
        for several in (A, np.zeros(0)):
            with pytest.raises(ShapeError, match="exactly one element"):
                call(Variable(several))


def test_an_integer_is_an_index():
    one = Variable(np.array(1))
    assert ["a", "b"][one] == "b"
    assert list(range(one)) == [0]
    assert np.arange(3)[one] == 1
    for wrong in (np.array(1.0), np.array([1]), np.array(True)):
        with pytest.raises(DTypeError, match="0-d integer"):
            operator.index(Variable(wrong))


# NumPy and other libraries ----------------------------------------------------------------------------------------


def test_a_constant_is_an_array_for_numpy():
    x = Variable(A).detach()
    assert np.asarray(x) is A or np.shares_memory(np.asarray(x), A)
    assert not np.shares_memory(np.array(x), A)
    assert np.asarray(x, np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, np.float32, copy=False)
    functions = [
        np.sum, np.mean, np.sort, np.linalg.norm, np.cbrt, np.add.reduce, np.shape, np.isnan,
        lambda x: np.hypot(x, x),
        lambda x: np.concatenate([x, A]), lambda x: np.where(x > 0, x, 0), lambda x: np.exp(x, out=np.empty((3, 4))),
    ]  # fmt: skip
    for f in functions:
        np.testing.assert_allclose(np.asarray(f(x)), f(A))
    array = np.zeros((3, 4))
    array[...] = x
    array += x
    np.testing.assert_array_equal(array, 2 * A)


@pytest.mark.parametrize(
    "call",
    [
        np.asarray, np.array, np.sum, np.sort, np.linalg.norm, np.cbrt, np.add.reduce, lambda x: np.hypot(x, 1.0),
        lambda x: np.concatenate([A, x]), lambda x: np.exp(x, out=np.empty((3, 4))), lambda x: np.mean(a=x),
        lambda x: np.zeros((3, 4)).__setitem__(..., x), lambda x: np.zeros((3, 4)).__iadd__(x), np.from_dlpack,
        lambda x: np.array([x, x]),
    ],
)  # fmt: skip
def test_what_would_drop_the_graph_is_refused_with_the_cure(call):
    for x in (Variable(A), Variable(A) * 2):
        with pytest.raises(DTypeError, match=r"drop the graph.*x\.data"):
            call(x)


@pytest.mark.parametrize(
    "f", [np.sin, np.exp, np.sqrt, np.square, np.negative, np.absolute, np.sign, np.floor, np.rint]
)
def test_functions_of_numpy_that_rung_has_are_recorded(f):
    x = Variable(np.abs(A))
    same(f(x), f(x.data))
    same(f(x.detach()), f(x.data))
    assert f(x).differentiable == (f not in (np.sign, np.floor, np.rint))


def test_questions_of_numpys_have_answers():
    x = np.array([1.0, np.nan, np.inf, -np.inf])
    for f in (np.isnan, np.isinf, np.isfinite):
        same(f(Variable(x)), f(x))
    same(np.multiply(2.0, Variable(A)), 2 * A)
    same(np.float64(2) * Variable(A), 2 * A)
    same(A - Variable(B), A - B)


def test_dlpack_to_and_from_numpy_shares_memory():
    x = Variable(A).detach()
    assert np.shares_memory(np.from_dlpack(x), A)
    y = rung.from_dlpack(A)
    assert not y.differentiable
    assert np.shares_memory(y.data, A)
    with pytest.raises(DTypeError, match="from_dlpack"):
        rung.from_dlpack([1.0])


def test_dlpack_to_and_from_pytorch_shares_memory():
    torch = pytest.importorskip("torch")
    array = np.arange(6.0).reshape(2, 3)
    tensor = torch.from_dlpack(Variable(array).detach())
    tensor[0, 0] = 7
    assert array[0, 0] == 7
    y = rung.from_dlpack(tensor)
    assert np.shares_memory(y.data, array)
    same(F.sum(y * y), (array * array).sum())
    with pytest.raises(DTypeError, match="drop the graph"):
        torch.from_dlpack(Variable(array))


# Printing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (Variable(2.0), "variable(2.0)"), (Variable(np.float32(1.5)), "variable(1.5, dtype=float32)"),
        (Variable(np.array(True)), "variable(True)"), (Variable(np.array([1, 2])), "variable([1 2])"),
        (Variable(np.array([True, False])), "variable([ True False])"), (Variable(np.zeros((0, 3))), "variable([])"),
        (Variable(np.array([1, 2], np.int8)), "variable([1 2], dtype=int8)"),
        (Variable(np.array([[1.0, 2.0], [3.0, 4.0]])), "variable([[1. 2.]\n          [3. 4.]])"),
        (Variable(np.array(1.0), name="w"), "variable(1.0, name='w')"),
        (Variable(np.ones(2, np.float16), name="b"), "variable([1. 1.], dtype=float16, name='b')"),
        (Variable(np.arange(2000)), "variable([   0    1    2 ... 1997 1998 1999])"),
    ],
)  # fmt: skip
def test_printing(x, text):
    assert repr(x) == str(x) == f"{x}" == text
