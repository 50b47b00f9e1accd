"""What the book's Variable and Function do that Rung's do not, or do otherwise."""

import copy
import gc
import weakref

import numpy as np
import pytest

import rung
import rung.dezero as dezero
import rung.dezero.functions as F
from rung.dezero import Function, Parameter, Variable


class Square(Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        (x,) = self.inputs
        return 2 * x * gy


class SumAndProduct(Function):
    def forward(self, a, b):
        return a + b, a * b

    def backward(self, gs, gp):
        a, b = self.inputs
        return gs + gp * b, gs + gp * a


def leaf(*values):
    return Variable(np.array(values if len(values) > 1 else values[0]))


@pytest.mark.parametrize("data", [1.0, 3, [1.0, 2.0], np.float64(1.0), "text"])
def test_a_variable_takes_arrays_alone(data):
    with pytest.raises(TypeError, match="is not supported"):
        Variable(data)


def test_a_variable_prints_as_in_the_book():
    assert repr(leaf(1.0)) == "variable(1.0)"
    assert repr(Variable(np.array([[1, 2], [3, 4]]))) == "variable([[1 2]\n          [3 4]])"
    assert repr(Variable(np.ones(2, np.float32), name="x")) == "variable([1. 1.])"
    assert str(Variable(None)) == "variable(None)"


def test_an_array_may_come_and_go():
    x = Variable(None, name="x")
    assert x.data is None
    x.data = np.ones((2, 3))
    assert (x.shape, x.name) == ((2, 3), "x")
    x.data = None
    assert x.data is None


def test_results_are_the_books_variables_whatever_computed_them():
    x = leaf(1.0, 4.0)
    results = [x + 1, 1 - x, x**2, x[0], x.sum(), x.T, x.mean(), np.sin(x), np.ones(2) * x, x.dot(x), x > 2, x.max(),
               x.reshape(2, 1), x @ x, F.softmax(x.reshape(1, 2)), 2.0**x, x**x, *x.split(2), *x]  # fmt: skip
    assert {type(y) for y in results} == {Variable}


def test_equality_is_identity():
    x, y = leaf(1.0), leaf(1.0)
    assert x == x
    assert x != y
    assert x in [y, x]


def test_a_gradient_that_was_set_is_where_backward_starts():
    x = leaf(1.0, 2.0)
    y = x * x
    y.grad = Variable(np.array([1.0, 10.0]))
    y.backward()
    assert x.grad.data.tolist() == [2.0, 40.0]
    assert y.grad is None


def test_a_second_backward_passes_the_same_graph_and_adds():
    x = leaf(3.0)
    y = F.tanh(Square()(x))
    y.backward()
    first = float(x.grad.data)
    y.backward()
    assert float(x.grad.data) == 2 * first


def test_intermediate_gradients_are_kept_on_request_alone():
    x = leaf(2.0)
    a = x * 3
    y = a * a
    y.backward()
    assert a.grad is None
    assert y.grad is None
    y.backward(retain_grad=True)
    assert (float(a.grad.data), float(y.grad.data)) == (12.0, 1.0)


def test_integers_have_integer_gradients_as_long_as_all_are_integers():
    x = Variable(np.array([[1, 2], [3, 4]]))
    F.sum(x * x).backward()
    assert repr(x.grad) == "variable([[2 4]\n          [6 8]])"
    x.cleargrad()
    F.sum(x * 0.5).backward()
    assert x.grad.data.tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_gradients_are_differentiable_and_the_books_variables():
    x = leaf(2.0)
    y = x**4 - 2 * x**2
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    gx.backward()
    assert type(gx) is Variable
    assert x.grad is x.grad
    assert (float(gx.data), float(x.grad.data)) == (24.0, 44.0)


def test_the_creator_is_the_function_object_that_was_called():
    x = leaf(3.0)
    f = Square()
    y = f(x)
    assert y.creator is f
    assert f.inputs[0] is x
    assert f.outputs[0]() is y
    assert (x.generation, y.generation, f.generation) == (0, 1, 0)
    assert F.exp(y).creator.generation == 1


@pytest.mark.parametrize(
    ("call", "name"),
    [(lambda x: x + 1, "Add"), (lambda x: 1 - x, "Sub"), (lambda x: x**2, "Pow"), (lambda x: x / 2, "Div"),
     (lambda x: F.mean_squared_error(x, x.data), "MeanSquaredError"), (F.relu, "ReLU"), (lambda x: x[0], "GetItem"),
     (lambda x: F.softmax_cross_entropy(x.reshape(1, 2), np.array([0])), "SoftmaxCrossEntropy")],
)  # fmt: skip
def test_a_graph_walk_sees_the_books_classes(call, name):
    assert type(call(leaf(1.0, 2.0)).creator).__name__ == name


def test_a_walk_as_in_the_book_finds_every_variable_and_function():
    x0, x1 = leaf(1.0), leaf(2.0)
    y = (x0 + x1) * x0 + F.sin(x1)
    functions, seen, kinds = [y.creator], {y.creator}, []
    while functions:
        f = functions.pop()
        kinds.append(f.__class__.__name__)
        assert all(output() is not None for output in f.outputs)
        for x in f.inputs:
            if x.creator is not None and x.creator not in seen:
                seen.add(x.creator)
                functions.append(x.creator)
    assert sorted(kinds) == ["Add", "Add", "Mul", "Sin"]
    leaves = {id(x) for f in seen for x in f.inputs if x.creator is None}
    assert leaves == {id(x0), id(x1)}


def test_the_graph_of_a_gradient_can_be_walked_too():
    x = leaf(2.0)
    y = F.tanh(x)
    y.backward(create_graph=True)
    f = x.grad.creator
    assert f is x.grad.creator
    names, queue = set(), [f]
    while queue:
        f = queue.pop()
        names.add(type(f).__name__)
        queue += [v.creator for v in f.inputs if v.creator is not None]
    assert {"Mul", "Sub", "Tanh"} <= names
    assert Variable(np.ones(2)).creator is None


def test_one_function_object_called_twice_is_two_in_the_graph():
    f, x = Square(), leaf(3.0)
    a = f(x)
    b = f(a)
    b.backward()
    assert float(x.grad.data) == 4 * 3.0**3
    assert a.creator is not b.creator


def test_functions_of_several_outputs_give_a_list_of_which_some_may_be_dropped():
    a, b = leaf(2.0), leaf(5.0)
    outputs = SumAndProduct()(a, b)
    assert type(outputs) is list
    product = outputs[1]
    del outputs
    gc.collect()
    product.backward()
    assert (float(a.grad.data), float(b.grad.data)) == (5.0, 2.0)


def test_a_function_may_be_told_that_it_made_a_variable():
    f, x, y = Square(), leaf(3.0), leaf(9.0)
    f.inputs = [x]
    y.set_creator(f)
    y.backward()
    assert y.creator is f
    assert float(x.grad.data) == 6.0


def test_functions_have_forward_and_backward_of_their_own():
    x = leaf(0.5)
    y = F.tanh(x)
    assert y.creator.forward(np.array(0.5)) == np.tanh(0.5)
    gx = y.creator.backward(Variable(np.array(2.0)))
    assert float(gx.data) == pytest.approx(2 * (1 - np.tanh(0.5) ** 2))
    product = x * y
    assert [float(g.data) for g in product.creator.backward(Variable(np.array(1.0)))] == [float(y.data), 0.5]


def test_arrays_alone_make_a_graph_and_arrays_beside_variables_are_data():
    y = F.sin(np.array(1.0))
    y.backward()
    assert float(y.creator.inputs[0].grad.data) == np.cos(1.0)
    x, data = leaf(1.0, 2.0), np.ones(2)
    z = x * data
    assert z.creator.inputs[1].data is data
    assert not z.creator.inputs[1].differentiable


def test_what_no_grad_made_is_a_variable_like_any_other():
    x = leaf(3.0)
    with dezero.no_grad():
        y = x * 2
    z = y * 5
    z.backward()
    assert y.creator is None
    assert float(y.grad.data) == 5.0
    assert x.grad is None


def test_as_variable_makes_a_leaf_and_as_array_an_array():
    x = dezero.as_variable(np.ones(2))
    F.sum(x * 3).backward()
    assert x.grad.data.tolist() == [3.0, 3.0]
    assert dezero.as_variable(x) is x
    assert type(dezero.as_variable(rung.Variable(1.0))) is Variable
    assert isinstance(dezero.as_array(2.0), np.ndarray)


def test_unchaining_lets_the_arrays_behind_go():
    w = leaf(0.5)
    h, seen, loss = leaf(1.0), [], 0
    for _ in range(5):
        h = F.tanh(h * w)
        seen.append(weakref.ref(h))
        loss = loss + h
    loss.backward()
    loss.unchain_backward()
    assert [ref() is not None for ref in seen] == [False] * 4 + [True]
    assert h.creator is None
    assert loss.creator is not None
    h.unchain()


def test_long_chains_are_freed_without_a_stack_overflow_and_without_the_collector():
    x = leaf(1.0)
    gc.disable()
    try:
        y = x
        for _ in range(20_000):
            y = y * 1.0
        y.backward()
        middle = weakref.ref(y.creator)
        del y
        assert middle() is None
    finally:
        gc.enable()
    assert float(x.grad.data) == 1.0


def test_a_parameter_is_both_the_books_and_rungs():
    p = Parameter(np.ones(2, np.float32), name="W")
    assert isinstance(p, rung.Parameter)
    assert isinstance(p, Variable)
    assert not Parameter(None).is_sized
    assert type(p * 2) is Variable
    assert copy.deepcopy(p).data.tolist() == [1.0, 1.0]


def test_scalars_and_integers_do_not_widen_a_float():
    x = Variable(np.ones(2, np.float32))
    assert (x * 2.0).dtype == (x + np.float64(1)).dtype == (1 / x).dtype == np.float32
    F.sum(x * 0.5).backward()
    assert x.grad.dtype == np.float32


def test_gradients_are_no_aliases():
    a, b = leaf(1.0), leaf(2.0)
    (a + b).backward()
    a.grad.data += 1
    assert float(b.grad.data) == 1.0


def test_writing_to_what_the_graph_needs_is_an_error():
    x = leaf(1.0, 2.0)
    y = x * x
    x.data[0] = 10.0
    with pytest.raises(rung.errors.MutationError):
        y.backward()


def test_a_leaf_has_nothing_to_differentiate():
    with pytest.raises(rung.errors.GraphError, match="leaf"):
        leaf(1.0).backward()


def test_switches_are_read_and_turned_as_in_the_book():
    assert dezero.Config.train
    with dezero.using_config("train", False):
        assert not dezero.Config.train
    with dezero.test_mode(), dezero.no_grad():
        assert (dezero.Config.train, dezero.Config.enable_backprop) == (False, False)


def test_rungs_own_variables_are_not_changed():
    x = rung.Variable(np.ones(2, np.float32))
    y = x * 2
    assert type(y) is rung.Variable
    assert repr(y) == "variable([2. 2.], dtype=float32)"
    assert not isinstance(y.creator, Function)
