"""vmap: what a loop over the examples gives, in one call of each op; and what it refuses."""

import gc
import threading
import weakref
from collections import namedtuple

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Function, Variable, as_variable, grad, vmap
from rung.config import current_mode
from rung.errors import DTypeError, GraphError, IndexRangeError, NanError, RungError, ShapeError
from rung.models import MLP
from rung.transform import hessian, hvp, jacobian, jvp, vjp

RNG = np.random.default_rng(0)
ROWS = RNG.standard_normal((4, 3))
ROWS32 = ROWS.astype(np.float32)
OTHER = RNG.standard_normal((4, 3))
SQUARES = RNG.standard_normal((4, 3, 3))
BLOCKS = RNG.standard_normal((4, 2, 3, 4))
POSITIVE = SQUARES @ SQUARES.swapaxes(1, 2) + 2 * np.eye(3)
LABELS = np.array([0, 2, 1, 2])
ROW = RNG.standard_normal(3)
Pair = namedtuple("Pair", "a b")


def one_by_one(f, *batches):
    return np.stack([f(*map(Variable, examples)).data for examples in zip(*batches, strict=True)])


def assert_same(y, expected):
    assert y.shape == expected.shape
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y.data, expected, rtol=1e-5 if y.dtype == np.float32 else 1e-9, atol=1e-7)


def rows_of_labels(t):
    return F.stack([t, t, t])


LOOPS = {
    # dtypes
    "float32 and a 0-d float64": (lambda x: x + np.array(2.0), ROWS32),
    "float32 and a float64 array": (lambda x: x * ROW, ROWS32),
    "float32 and a NumPy number": (lambda x: x * np.float64(2), ROWS32),
    "float32 and integers": (lambda x, i: x + i, ROWS32, LABELS),
    "float32 and booleans": (lambda x: x * (x > 0), ROWS32),
    "integers divided": (lambda i: i / 2, LABELS),
    "half": (lambda x: F.softmax(x @ x, -1), SQUARES.astype(np.float16)),
    "cast": (lambda x: x.astype(np.float32), ROWS),
    # broadcasting against constants of more and of fewer axes
    "a constant of more axes": (lambda x: x + SQUARES[0], ROWS),
    "a column and a row": (lambda x: x[:, None] * x, ROWS),
    "chosen by condition alone": (lambda x: F.where(x > 0, 1.0, 2.0), ROWS32),
    "chosen by a constant condition": (lambda x: F.where(np.array([True, False, True]), x, 0.0), ROWS32),
    "clipped": (lambda x: F.clip(x, -0.5, 0.5), ROWS),
    # reductions and ops along an axis, 0-d examples among them
    "mean of 0-d": (lambda x: x.mean(), LABELS * 1.5),
    "max of 0-d": (lambda x: F.max(x), LABELS * 1.5),
    "argmax of 0-d": (F.argmax, LABELS * 1.5),
    "argmax of all": (lambda x: F.argmax(x, keepdims=True), SQUARES),
    "sum of negative axes": (lambda x: x.sum(axis=(-1, 0), keepdims=True), BLOCKS),
    "cumsum": (lambda x: F.cumsum(x, 0), SQUARES),
    "sort": (lambda x: F.sort(x, 0), SQUARES),
    "topk": (lambda x: F.topk(x, 2)[0], ROWS),
    "topk, the indices": (lambda x: F.topk(x, 2, 0)[1], SQUARES),
    "logsumexp": (lambda x: F.logsumexp(x, -1), SQUARES),
    # picking
    "an integer": (lambda x: x[-1], ROWS),
    "NumPy's integer": (lambda x: x[np.int64(1)], ROWS),
    "a new axis on 0-d": (lambda x: x[None], LABELS * 1.5),
    "everything": (lambda x: x[()], ROWS),
    "ellipsis and steps": (lambda x: x[..., None, ::-2], BLOCKS),
    "a mask": (lambda x: x[np.array([True, False, True])], ROWS),
    "a mask of two axes": (lambda x: x[np.array([[True, False, True]] * 2)], BLOCKS),
    "arrays apart": (lambda x: x[[0, 1], :, [0, 2]], BLOCKS),
    "arrays apart by an ellipsis": (lambda x: x[0, ..., [0, 2]], BLOCKS),
    "arrays apart by a new axis": (lambda x: x[[0, 1], None, [0, 1]], SQUARES),
    "arrays side by side": (lambda x: x[:, [0, 1], [0, 2]], BLOCKS),
    "0-d arrays apart": (lambda x: x[np.array(1), :, np.array(1)], BLOCKS),
    "a mapped integer": (lambda x, i: x[i], ROWS, LABELS),
    "a mapped integer from a constant": (lambda i: as_variable(SQUARES)[i], LABELS),
    "mapped indices": (lambda x, i: F.take(x, rows_of_labels(i), -1), BLOCKS, LABELS),
    "mapped negative indices": (lambda x, i: F.take(x, i - 3, 1), BLOCKS, LABELS),
    "gathered": (lambda x, i: F.gather(x, i.reshape(1)), ROWS, LABELS),
    "scattered": (lambda x, i: F.scatter_add(x, i.reshape(1), x[:1]), ROWS, LABELS),
    "updated": (lambda x: F.index_update(x, (..., None, 0), x[1]), ROWS),
    "updated apart": (lambda x: F.index_update(x, (0, slice(None), [0, 2]), np.ones((2, 1))), BLOCKS),
    "updated constant": (lambda x: F.index_update(np.zeros(3, "f4"), [0, 1], x[:2]), ROWS32),
    # moving
    "reshaped with -1": (lambda x: x.reshape(-1, 6), BLOCKS),
    "transposed": (lambda x: F.transpose(x, (-1, 0, 1)), BLOCKS),
    "rolled": (lambda x: F.roll(x, 1), SQUARES),
    "stacked with a constant": (lambda x: F.stack([x, np.ones(3, "f4")], -1), ROWS32),
    "split": (lambda x: F.split(x, 3)[1], ROWS),
    "tiled": (lambda x: F.tile(x, (2, 2)), ROWS),
    "iterated": (lambda x: sum(row * 2 for row in x), SQUARES),
    # linear algebra
    "dot": (lambda a, b: a @ b, ROWS, OTHER),
    "matrix and vector": (lambda a, b: a @ b, SQUARES, ROWS),
    "vector and matrix": (lambda a, b: a @ b, ROWS, SQUARES),
    "constant matrix": (lambda b: as_variable(SQUARES[0]) @ b, ROWS),
    "einsum": (lambda a, b: F.einsum("ij,j->i", a, b), SQUARES, ROWS),
    "linear": (lambda x, w: F.linear(x, w, np.zeros(3)), ROWS, SQUARES),
    "solve for a vector": (F.solve, POSITIVE, ROWS),
    "solve for a matrix": (F.solve, POSITIVE, SQUARES),
    "solve, constant matrix": (lambda b: F.solve(POSITIVE[0], b), ROWS),
    "cholesky": (F.cholesky, POSITIVE),
    "log determinant": (lambda x: F.slogdet(x)[1], POSITIVE),
    "eigenvalues": (lambda x: F.eigh(x)[0], POSITIVE),
    # losses
    "a label": (F.softmax_cross_entropy, ROWS32, LABELS),
    "labels of rows": (lambda x, t: F.softmax_cross_entropy(x, rows_of_labels(t)), SQUARES, LABELS),
    "constant labels": (lambda x: F.softmax_cross_entropy(x, np.array([0, 1, 2])), SQUARES),
    "mapped weights": (
        lambda w: F.softmax_cross_entropy(ROWS, LABELS, class_weights=w), np.abs(ROWS)),
    "squared error": (lambda x: F.mean_squared_error(x, np.zeros(3, "f4")), ROWS32),
    # derivatives of one example
    "grad": (lambda x: grad((F.sin(x) * x[::-1]).sum(), x), ROWS),
    "grad of picking": (lambda x: grad((x[[0, 0, 1], :, [0, 2, 2]] ** 2).sum(), x), BLOCKS),
    "grad of taking": (lambda x, i: grad(F.take(x, rows_of_labels(i), 1).sum() * x.sum(), x), BLOCKS, LABELS),
    "grad of a loss": (lambda x, t: grad(F.softmax_cross_entropy(x, t), x), ROWS, LABELS),
    "grad of sort": (lambda x: grad((F.sort(x) * ROW).sum(), x), ROWS),
    "hessian of a loss": (lambda x, t: hessian(lambda x: F.softmax_cross_entropy(x, t), x), ROWS, LABELS),
    "jacobian": (lambda x: jacobian(lambda x: F.outer(x, x), x), ROWS),
    "jacobian, wide": (lambda x: jacobian(lambda x: (x * x).sum(), x), ROWS),
    "jacobian, tall": (lambda x: jacobian(lambda x: x * x * ROW, x), LABELS * 1.5),
    "hvp": (lambda x: hvp(lambda x: (F.sin(x) * x[::-1]).sum(), x, ROW), ROWS),
    "jvp": (lambda x, v: jvp(lambda x: F.softmax(x, -1), [x], [v])[1], ROWS, OTHER),
    "jvp of cholesky": (lambda x: jvp(F.cholesky, [x], [np.eye(3)])[1], POSITIVE),
    "vjp": (lambda x, u: vjp(lambda x: F.log_softmax(x, -1), x)[1](u)[0], ROWS, OTHER),
    "third order": (lambda x: jacobian(lambda x: hessian(lambda x: (x**4).sum() * x[0], x), x), ROWS),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_vmap_is_a_loop(name):
    f, *batches = LOOPS[name]
    assert_same(vmap(f)(*batches), one_by_one(f, *batches))


CONSTANT = ("argmax", "topk, the", "grad", "vjp", "a mapped integer from", "chosen by condition", "integers")


@pytest.mark.parametrize("name", [
    name for name, (_, x, *_) in LOOPS.items() if x.dtype == np.float64 and not name.startswith(CONSTANT)
])  # fmt: skip
def test_gradients_through_vmap_are_those_of_the_loop(name):
    f, x, *rest = LOOPS[name]
    together, apart = Variable(x), Variable(x)
    y = vmap(f)(together, *rest)
    ys = [f(apart[i], *[as_variable(batch[i]) for batch in rest]) for i in range(len(x))]
    weights = RNG.standard_normal(y.shape)
    y.backward(grad=weights)
    F.stack(ys).backward(grad=weights)
    np.testing.assert_allclose(together.grad.data, apart.grad.data, rtol=1e-8, atol=1e-10)


# Axes and structures -----------------------------------------------------------------------------------------------


def test_in_axes_and_out_axes():
    x = RNG.standard_normal((2, 5, 3))
    y = vmap(lambda x, v: x * v, in_axes=(1, None), out_axes=-1)(x, ROW)
    np.testing.assert_allclose(y.data, np.moveaxis(x * ROW, 1, -1))
    np.testing.assert_array_equal(vmap(lambda x: x.sum(), in_axes=-1)(x).data, x.sum(axis=(0, 1)))
    np.testing.assert_allclose(vmap(lambda a, b: a @ b, in_axes=[0, 1])(ROWS, ROWS.T).data, (ROWS * ROWS).sum(axis=1))


def test_nested_lists_tuples_and_dicts():
    y = vmap(lambda d: {"sum": [d["a"] + d["b"][0]], "both": (d["b"][1], d["a"])})(
        {"a": ROWS, "b": [OTHER, Variable(LABELS)]}
    )
    np.testing.assert_array_equal(y["sum"][0].data, ROWS + OTHER)
    np.testing.assert_array_equal(y["both"][0].data, LABELS)
    assert isinstance(y["both"], tuple)


def test_named_tuples():
    assert vmap(lambda p: Pair(p.b, p.a))(Pair(ROWS, OTHER)).b.shape == ROWS.shape


def test_an_argument_for_all_examples_passes_as_it_is():
    seen = []
    vmap(lambda x, options: seen.append(options) or x, in_axes=(0, None))(ROWS, {"k": None})
    assert seen == [{"k": None}]


def test_results_that_do_not_depend_on_the_batch_are_repeated():
    w = Variable(ROW)
    constant, captured, number = vmap(lambda x: (ROW, w * 2, 3.0), out_axes=0)(ROWS)
    assert constant.shape == captured.shape == (4, 3)
    assert number.tolist() == [3.0] * 4
    captured.sum().backward()
    np.testing.assert_array_equal(w.grad.data, [8, 8, 8])


def test_shapes_are_those_of_one_example():
    def f(x):
        assert (x.shape, x.ndim, x.size, len(x), x.dtype, x.nbytes) == ((3, 4), 2, 12, 3, np.float64, 96)
        assert "one of 2 examples" in f"{x} {x!r}"
        return x.reshape(x.shape[::-1]) if x.ndim == 2 else x

    assert vmap(vmap(f))(np.ones((5, 2, 3, 4))).shape == (5, 2, 4, 3)


def test_arguments_that_are_not_batches_are_refused():
    for call, words in [
        (lambda: vmap(lambda x, y: x)(ROWS, ROWS[:2]), "one number of examples, but got 2 and 4"),
        (lambda: vmap(lambda x: x)(3.0), "axis of the examples, 0"),
        (lambda: vmap(lambda x: x, in_axes=2)(ROWS), "axis of the examples, 2"),
        (lambda: vmap(lambda x: x, in_axes=None)(ROWS), "no argument with an axis"),
        (lambda: vmap(lambda: 1)(), "no argument with an axis"),
        (lambda: vmap(lambda x, y: x, in_axes=(0,))(ROWS, ROWS), "in_axes for 2 arguments"),
        (lambda: vmap(lambda x: x.sum(), out_axes=1)(ROWS), "axis 1"),
    ]:
        with pytest.raises(ShapeError, match=words):
            call()


# Nesting -----------------------------------------------------------------------------------------------------------


def test_nested_vmap_is_a_nested_loop():
    def f(x):
        return vmap(lambda y: vmap(lambda z: F.sin(z) * x[0] * y)(x))(x * 2)

    expected = np.sin(ROWS)[:, None, :] * ROWS[:, :1, None] * (2 * ROWS)[:, :, None]
    np.testing.assert_allclose(vmap(f)(ROWS).data, expected)


def test_all_pairs_with_gradients():
    a, b = Variable(ROWS), Variable(OTHER)
    distances = vmap(vmap(lambda x, y: ((x - y) ** 2).sum(), (None, 0)), (0, None))(a, b)
    difference = ROWS[:, None] - OTHER
    np.testing.assert_allclose(distances.data, (difference**2).sum(axis=-1))
    distances.sum().backward()
    np.testing.assert_allclose(a.grad.data, 2 * difference.sum(axis=1))
    np.testing.assert_allclose(b.grad.data, -2 * difference.sum(axis=0))


def test_a_function_that_maps_itself():
    total = vmap(lambda x: x * 2 if x.ndim == 0 else total(x))
    np.testing.assert_array_equal(total(BLOCKS).data, 2 * BLOCKS)


def test_gradient_of_the_inner_by_what_the_outer_maps():
    # inside, w differs from example to example, and the inner vmap sees it as a constant
    def f(w, xs):
        losses = vmap(lambda x: F.tanh((w * x).sum()))(xs)
        return grad(losses.sum(), w)

    expected = [((1 - np.tanh(SQUARES[i] @ w) ** 2)[:, None] * SQUARES[i]).sum(axis=0) for i, w in enumerate(ROWS)]
    np.testing.assert_allclose(vmap(f)(ROWS, SQUARES).data, expected)


# Derivatives inside and outside ------------------------------------------------------------------------------------


def test_a_gradient_inside_is_a_constant_unless_it_makes_a_graph():
    x = Variable(ROWS)
    constant = vmap(lambda x: grad((x**3).sum(), x))(x)
    assert not constant.differentiable
    kept = vmap(lambda x: grad((x**3).sum(), x, create_graph=True))(x)
    np.testing.assert_allclose(grad(kept.sum(), x).data, 6 * ROWS)


def test_derivatives_of_a_vmapped_function():
    def g(row):
        return (row**3).sum() * F.sin(row[0])

    def f(x):
        return vmap(g)(x).sum()

    def by_hand(x):
        return g(x[0]) + g(x[1])

    x, v = Variable(ROWS[:2]), OTHER[:2]
    np.testing.assert_allclose(hessian(f, x).data, hessian(by_hand, x).data, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(hvp(f, x, v).data, hvp(by_hand, x, v).data, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(jvp(f, [x], [v])[1].data, jvp(by_hand, [x], [v])[1].data)
    third, expected = (jacobian(lambda x, g=g: hvp(g, x, v), x) for g in (f, by_hand))
    np.testing.assert_allclose(third.data, expected.data, rtol=1e-9, atol=1e-12)


def test_a_jacobian_by_mapping_vjp_and_by_mapping_jvp():
    def f(x):
        return F.softmax(x, -1) * x[::-1]

    expected = jacobian(f, ROW).data
    pull = vjp(f, ROW)[1]
    np.testing.assert_allclose(vmap(lambda u: pull(u)[0])(np.eye(3)).data, expected)
    columns = vmap(lambda v: jvp(f, [ROW], [v])[1], out_axes=1)(np.eye(3))
    np.testing.assert_allclose(columns.data, expected)


def test_reverse_mode_through_forward_mode_inside():
    x = Variable(ROWS)
    vmap(lambda x: jvp(F.sin, [x], [x])[1])(x).sum().backward()
    np.testing.assert_allclose(x.grad.data, np.cos(ROWS) - ROWS * np.sin(ROWS))


@pytest.mark.parametrize("create_graph", [False, True])
def test_gradients_of_each_example_by_captured_parameters(create_graph):
    model = MLP((5, 3), activation=F.tanh)
    model(ROWS32)
    parameters = list(model.params())

    def per_example(x, t):
        return grad(F.softmax_cross_entropy(model(x), t), parameters, create_graph=create_graph)

    gradients = vmap(per_example)(ROWS32, LABELS)
    for i, t in enumerate(LABELS):
        expected = grad(F.softmax_cross_entropy(model(ROWS32[i : i + 1]), np.array([t])), parameters)
        for g, e in zip(gradients, expected, strict=True):
            np.testing.assert_allclose(g.data[i], e.data, rtol=1e-4, atol=1e-6)
    assert all(p.grad is None for p in parameters)


def test_a_penalty_on_gradients_of_each_example():
    def penalty(w, x):
        return (grad(F.tanh((x * w).sum()), w, create_graph=True) ** 2).sum()

    w, x = Variable(ROW), Variable(ROWS)
    vmap(lambda x: penalty(w, x))(x).sum().backward()
    w_apart, x_apart = Variable(ROW), Variable(ROWS)
    sum(penalty(w_apart, x_apart[i]) for i in range(4)).backward()
    np.testing.assert_allclose(w.grad.data, w_apart.grad.data)
    np.testing.assert_allclose(x.grad.data, x_apart.grad.data)


def test_a_gradient_inside_passes_through_what_was_computed_outside():
    w = Variable(ROW)
    h = F.exp(w) * w
    g = vmap(lambda x: grad((x * h).sum(), w, retain_graph=True))(ROWS)
    np.testing.assert_allclose(g.data, ROWS * np.exp(ROW) * (1 + ROW))


def test_a_mapped_ensemble():
    w, b = Variable(SQUARES), Variable(ROWS)
    y = vmap(lambda w, b: F.mean_squared_error(F.linear(OTHER, w, b), np.zeros((4, 3))))(w, b)
    y.sum().backward()
    residual = np.einsum("ni,kij->knj", OTHER, SQUARES) + ROWS[:, None]
    np.testing.assert_allclose(y.data, (residual**2).sum(axis=(1, 2)) / 4)
    np.testing.assert_allclose(w.grad.data, np.einsum("ni,knj->kij", OTHER, residual) / 2)
    np.testing.assert_allclose(b.grad.data, residual.sum(axis=1) / 2)


def test_backward_inside():
    def f(x):
        y = (x**3).sum()
        y.backward()
        return x.grad

    np.testing.assert_allclose(vmap(f)(ROWS).data, 3 * ROWS**2)


def test_what_backward_inside_leaves_outside_cannot_be_read():
    w = Variable(ROW)
    vmap(lambda x: (x * w).sum().backward() or x)(ROWS)
    with pytest.raises(DTypeError, match="return what you need"):
        w.grad.tolist()


def test_no_grad_inside_and_outside():
    x = Variable(ROWS)
    with rung.no_grad():
        assert not vmap(lambda x: x * 2)(x).differentiable

    def half(x):
        with rung.no_grad():
            a = x * x
        return a * x

    vmap(half)(x).sum().backward()
    np.testing.assert_allclose(x.grad.data, ROWS**2)


def test_detach_inside():
    x = Variable(ROWS)
    vmap(lambda x: x.detach() * x)(x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, ROWS)


# Modes and random numbers ------------------------------------------------------------------------------------------


def test_debug_names_the_op_inside():
    with rung.debug():
        assert vmap(lambda x: grad(F.log(x).sum(), x))(np.abs(ROWS)).shape == ROWS.shape
        with np.errstate(divide="ignore"), pytest.raises(NanError, match="log"):
            vmap(F.log)(np.zeros((2, 2)))


def test_dropout_in_test_mode_and_in_training():
    with rung.test_mode():
        np.testing.assert_array_equal(vmap(F.dropout)(ROWS).data, ROWS)
    masks = vmap(vmap(F.dropout))(np.ones((3, 4, 50))).data
    assert set(np.unique(masks)) == {0, 2}
    assert len(np.unique(masks.reshape(12, 50), axis=0)) == 12  # a mask for each


def test_random_numbers_of_each_example_are_those_of_one_draw():
    rung.seed(1)
    together = vmap(lambda x: F.normal(shape=3) + 0 * x)(ROWS).data
    rung.seed(1)
    np.testing.assert_array_equal(together, F.normal(shape=(4, 3)).data)


def test_an_exception_leaves_no_mode_behind():
    with pytest.raises(ZeroDivisionError):
        vmap(lambda x: vmap(lambda y: 1 / 0)(x))(ROWS)
    assert current_mode().passes == ()


def test_threads_do_not_see_a_vmap():
    seen, errors = [], []

    def inside(x):
        thread = threading.Thread(target=lambda: seen.append((current_mode().passes, F.exp(Variable(0.0)).item())))
        thread.start()
        thread.join()
        return x

    vmap(inside)(ROWS)
    assert seen == [((), 1.0)]

    def work(seed):
        x = np.random.default_rng(seed).standard_normal((5, 3))
        y = vmap(lambda x: hessian(lambda x: (x**3).sum(), x))(x)
        if not np.allclose(y.data, 6 * x[:, :, None] * np.eye(3)):
            errors.append(seed)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


# Sizes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOOPS)
def test_a_batch_of_one(name):
    f, *batches = LOOPS[name]
    assert_same(vmap(f)(*[batch[:1] for batch in batches]), one_by_one(f, *[batch[:1] for batch in batches]))


EMPTY = {
    "-1": lambda x: x.reshape(-1),
    "argmax of all": F.argmax,
    "a squared error": lambda x: F.mean_squared_error(x, ROW),
    "a label": lambda x: F.softmax_cross_entropy(x, np.array(0)),
    "outer": lambda x: F.outer(x, x),
    "take of all": lambda x: F.take(x, 0),
    "an affine map of its own": lambda x: F.linear(x, x[:, None] * x, x),
}
SOUND = {
    "elementwise": lambda x: F.exp(x) * 2,
    "mean": lambda x: x.mean(),
    "grad": lambda x: grad((x**2).sum(), x),
    "hessian": lambda x: hessian(lambda x: (x**2).sum(), x),
    "sort": F.sort,
    "linear": lambda x: F.linear(x, np.ones((3, 4)), np.zeros(4)),
    "dropout": F.dropout,
    "inverse": lambda x: F.inv(x[:, None] * x + np.eye(3)),
}


@pytest.mark.parametrize("name", [*EMPTY, *SOUND])
def test_a_batch_of_none(name):
    f = {**EMPTY, **SOUND}[name]
    assert vmap(f)(np.zeros((0, 3))).shape == (0, *f(Variable(np.ones(3))).shape)


def test_the_size_of_an_example_of_an_empty_batch():
    sizes = []
    vmap(lambda x: sizes.append(x.size) or x)(np.zeros((0, 3)))
    assert sizes == [3]


def test_the_loss_of_examples_without_rows():
    scores, labels = np.ones((2, 0, 3)), np.zeros((2, 0), int)
    assert F.softmax_cross_entropy(scores[0], labels[0]).item() == 0
    with np.errstate(invalid="ignore"):
        assert vmap(F.softmax_cross_entropy)(scores, labels).tolist() == [0, 0]


@pytest.mark.parametrize("f", [
    pytest.param(lambda x: F.index_update(x, 0, 2.0), id="index_update"),
    pytest.param(lambda x: F.mean_squared_error(x[0], 1.0), id="mean_squared_error"),
])  # fmt: skip
def test_numbers_do_not_widen(f):
    assert_same(vmap(f)(ROWS32), one_by_one(f, ROWS32))


# What is refused ---------------------------------------------------------------------------------------------------


class Square(Function):
    """A function in the book's style."""

    def forward(self, x):
        return x**2

    def backward(self, gy):
        (x,) = self.inputs
        return 2 * x * gy


def test_a_function_in_the_style_of_the_book_has_no_rule():
    with pytest.raises(GraphError, match="square: vmap has no rule"):
        vmap(lambda x: Square()(x))(ROWS)


def test_a_function_in_the_style_of_the_book_of_captured_values():
    w = Variable(ROW)
    g = vmap(lambda x: grad((Square()(w) * x).sum(), w))(ROWS)
    np.testing.assert_allclose(g.data, 2 * ROW * ROWS)


def _write(x):
    x.data[0] = 1.0


def _write_elsewhere(x):
    np.zeros(3)[...] = x.data


READS = {
    "if": lambda x: x if x.sum() > 0 else -x,
    "while": lambda x: [x for _ in iter(lambda: bool(x.sum() > 0), False)],
    "==": lambda x: x if x[0] == 0 else -x,
    "item": lambda x: x[0].item(),
    "float": lambda x: float(x[0]),
    "int": lambda x: int(x[0]),
    "range": lambda x: range(F.argmax(x)),
    "position in a list": lambda x: [x, x][F.argmax(x)],
    "tolist": lambda x: x.tolist(),
    "in": lambda x: 1.0 in x,
    "format": lambda x: f"{x[0]:.2f}",
    "mask": lambda x: x[x > 0],
    "index in a tuple": lambda x: x[None][0, F.argmax(x)],
    "writing": _write,
    "writing elsewhere": _write_elsewhere,
    "NumPy on data": lambda x: np.exp(x.data),
    "data + 1": lambda x: x.data + 1,
    "data in a list": lambda x: list(x.data),
    "NumPy on a constant's data": lambda x: np.asarray(x.detach().data),
}


@pytest.mark.parametrize("name", READS)
def test_values_cannot_be_looked_at(name):
    with pytest.raises(DTypeError, match="from example to example"):
        vmap(lambda x: (READS[name](x), x)[1])(ROWS)
    assert current_mode().passes == ()


def test_data_cannot_be_compared():
    with pytest.raises(DTypeError, match="from example to example"):
        vmap(lambda x: x if x.data == 0 else x * 2)(np.zeros(3))


@pytest.mark.parametrize("f", [lambda x: -x.data, lambda x: x.data**2, lambda x: x.data > 0, lambda x: abs(x.data)])
def test_data_cannot_be_computed_with(f):
    try:
        vmap(f)(ROWS)
    except DTypeError as error:
        assert "from example to example" in str(error)


def _leaked():
    out = []
    vmap(lambda x: out.append(x * 2) or x)(ROWS)
    return out[0]


@pytest.mark.parametrize("f", [
    lambda x: x + 1, lambda x: x.sum(), lambda x: x.T, lambda x: x[0], lambda x: x.tolist(), lambda x: x @ x,
    lambda x: vmap(lambda y: x)(ROWS), lambda x: grad(F.exp(x).sum(), x),
])  # fmt: skip
def test_what_leaks_cannot_be_used(f):
    x = _leaked()
    assert "one of 4 examples" in repr(x)
    with pytest.raises(DTypeError, match="outside of the mapped function"):
        f(x)


@pytest.mark.parametrize("f", [lambda x: x + np.ones(3), lambda x: vmap(lambda y: x * y)(ROWS)])
def test_what_leaks_cannot_be_used_with_an_array(f):
    with pytest.raises(DTypeError, match="outside of the mapped function"):
        f(_leaked())


WRONG_SHAPES = {
    "inv": (F.inv, np.eye(3)),
    "linear": (lambda x: F.linear(x, np.ones((3, 4)), np.zeros(4)), np.ones(3)),
    "mean_squared_error": (F.mean_squared_error, ROWS, np.ones((4, 1))),
    "transpose": (lambda x: F.transpose(x, (0, 3)), SQUARES),
    "roll": (lambda x: F.roll(x, 1, 5), ROWS),
    "roll of 0-d": (lambda x: F.roll(x, 1, 0), np.ones(3)),
    "cumsum of 0-d": (lambda x: F.cumsum(x, 0), np.ones(3)),
    "matmul": (lambda a, b: a @ b, SQUARES, ROWS[:, :2]),
    "concat": (lambda a, b: F.concat([a, b], 1), SQUARES, ROWS),
    "softmax_cross_entropy": (F.softmax_cross_entropy, ROWS, LABELS[:, None]),
}


@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_shapes_that_one_example_may_not_have_are_refused(name):
    f, *batches = WRONG_SHAPES[name]
    with pytest.raises(ShapeError):
        one_by_one(f, *batches)
    with pytest.raises(ShapeError):
        vmap(f)(*batches)


@pytest.mark.parametrize("index", [4, -5])
def test_an_index_out_of_range_for_all_examples(index):
    with pytest.raises(IndexRangeError):
        vmap(lambda i: F.take(ROW, i, 0))(np.array([0, index]))
    with pytest.raises(IndexRangeError):
        vmap(lambda x: F.take(x, index, 0))(ROWS)


@pytest.mark.parametrize("index", [4, -5])
def test_an_index_out_of_range_does_not_reach_another_example(index):
    with pytest.raises(IndexRangeError):
        vmap(lambda x, i: x[i])(ROWS[:2], np.array([index, 0]))


def test_errors_inside_are_those_of_rung():
    for f in (lambda x: None, lambda x: "text", lambda x: x @ np.ones((2, 2))):
        with pytest.raises(RungError):
            vmap(f)(ROWS)


# Cost --------------------------------------------------------------------------------------------------------------


def test_nothing_is_kept_alive():
    gc.collect()
    gc.disable()
    try:
        kept = []

        def f(x):
            h = F.exp(x) * x
            g = grad(h.sum(), x, create_graph=True)
            kept.extend(map(weakref.ref, (x, h, g, x._data, h._data, x._data.owner, h._record, g._data.whole)))
            return g * 1

        y = vmap(f)(ROWS)
        assert [ref() for ref in kept] == [None] * len(kept)
        del y
        y = vmap(f)(Variable(ROWS))
        del y
        assert [ref() for ref in kept] == [None] * len(kept)
    finally:
        gc.enable()


def test_the_number_of_calls_does_not_grow_with_the_batch(monkeypatch):
    calls = []
    compute = Function.compute
    monkeypatch.setattr(Function, "compute", lambda op, arrays: calls.append(op.name) or compute(op, arrays))

    def f(x, t):
        w = F.outer(x, x)
        return hessian(lambda x: F.softmax_cross_entropy(F.tanh(w @ x) + F.sort(x)[0], t), x)

    counts = []
    for n in (1, 50):
        calls.clear()
        vmap(f)(np.ones((n, 3)) + np.arange(n)[:, None], np.zeros(n, int))
        counts.append(len(calls))
    assert counts[0] == counts[1] > 0


# Against PyTorch ---------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_per_example_gradients_and_hessians_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    func = torch.func
    w = RNG.standard_normal((3, 3))

    def ours(w, x, t):
        return F.softmax_cross_entropy(F.tanh(x @ w) @ w, t)

    def theirs(w, x, t):
        return torch.nn.functional.cross_entropy(torch.tanh(x @ w) @ w, t)

    tw, tx, tt = map(torch.tensor, (w, ROWS, LABELS))
    at = Variable(w)
    np.testing.assert_allclose(vmap(lambda x, t: grad(ours(at, x, t), at))(ROWS, LABELS).data,
                               func.vmap(func.grad(theirs), (None, 0, 0))(tw, tx, tt), atol=1e-12)  # fmt: skip
    np.testing.assert_allclose(
        vmap(lambda x, t: hessian(lambda x: ours(w, x, t), x))(ROWS, LABELS).data,
        func.vmap(func.hessian(theirs, 1), (None, 0, 0))(tw, tx, tt), atol=1e-12)  # fmt: skip
    np.testing.assert_allclose(
        jacobian(lambda w: vmap(lambda x: F.softmax(x @ w, -1))(ROWS), w).data,
        func.jacrev(lambda w: func.vmap(lambda x: torch.softmax(x @ w, -1))(tx))(tw).numpy(), atol=1e-12)  # fmt: skip


def test_nested_axes_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    x = RNG.standard_normal((3, 3, 3))
    for in_axes, out_axes in [((0, None), 0), ((1, 0), 1), ((-1, None), -1), ((2, 1), 2)]:
        maps = [v(v(lambda x, y: x * y.sum() + y, (0, -1)), in_axes, out_axes) for v in (vmap, torch.func.vmap)]
        y = x if in_axes[1] is not None else x[0]
        expected = maps[1](torch.tensor(x), torch.tensor(y)).numpy()
        np.testing.assert_allclose(maps[0](x, y).data, expected)
