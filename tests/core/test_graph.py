"""The walk back over graphs that are hard: deep, wide, cut, shared, dropped, walked twice, threaded."""

import copy
import pickle
import sys
import threading

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import Function, Variable
from rung.errors import DTypeError, FreedGraphError, GraphError, ShapeError


class Split(Function):
    """Two outputs, in the book's style."""

    def forward(self, x):
        half = len(x) // 2
        return x[:half].copy(), x[half:].copy()

    def backward(self, ga, gb):
        x, y = F.reshape(ga, (-1, 1)), F.reshape(gb, (-1, 1))
        top = F.matmul(np.eye(2 * len(ga), len(ga)), x)
        bottom = F.matmul(np.eye(2 * len(gb), len(gb), -len(gb)), y)
        return F.reshape(top + bottom, (-1,))


class Cube(Function):
    def forward(self, x):
        return x**3

    def backward(self, gy):
        (x,) = self.inputs
        return 3 * x**2 * gy


class ExpByItsOutput(Function):
    def forward(self, x):
        return np.exp(x)

    def backward(self, gy):
        return gy * self.outputs[0]()


def test_newtons_method_updates_x_between_backward_passes():
    x = Variable(2.0)
    for _ in range(10):
        y = x**4 - 2 * x**2
        x.cleargrad()
        y.backward(create_graph=True)
        gx = x.grad
        x.cleargrad()
        gx.backward()
        x.data -= gx.data / x.grad.data
    assert abs(x.item() - 1) < 1e-12


def test_second_window_of_truncated_backpropagation():
    w = Variable(0.5)
    h = Variable(1.0)
    gradients = []
    for _ in range(2):
        loss = 0
        for _ in range(3):
            h = F.tanh(w * h)
            loss = loss + h
        w.cleargrad()
        loss.backward()
        gradients.append(w.grad.item())
        loss.unchain_backward()
        assert h.creator is None
    state, slope, total = float(_run_tanh(0.5, 1.0, 3)), 0.0, 0.0
    for _ in range(3):
        pre = 0.5 * state
        slope = (1 - np.tanh(pre) ** 2) * (state + 0.5 * slope)
        state = np.tanh(pre)
        total += slope
    assert gradients[1] == pytest.approx(total)


def _run_tanh(w, h, steps):
    for _ in range(steps):
        h = np.tanh(w * h)
    return h


def test_a_node_that_saved_nothing_may_be_passed_again():
    x = Variable(np.ones(3))
    shared = x + 1
    (shared * 2).sum().backward()
    (shared * 3).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [5, 5, 5])


def test_one_output_of_a_multi_output_function_is_enough():
    x = Variable(np.arange(4.0))
    a = Split()(x)[0]
    a.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [1, 1, 0, 0])
    x.cleargrad()
    b = Split()(x)[1]
    b.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [0, 0, 1, 1])


def test_both_outputs_meet_in_one_visit():
    x = Variable(np.arange(4.0))
    a, b = Split()(x)
    (a * b).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2, 3, 0, 1])


def test_the_hidden_output_of_cross_entropy_to_third_order():
    scores, t = np.array([[0.3, -1.0, 0.7]]), np.array([2])
    x = Variable(scores)
    g1 = rung.grad(F.softmax_cross_entropy(x, t), x, create_graph=True)
    g2 = rung.grad(g1[0, 0], x, create_graph=True)
    g3 = rung.grad(g2[0, 0], x)
    p = np.exp(scores[0, 0]) / np.exp(scores).sum()
    assert g2.data[0, 0] == pytest.approx(p * (1 - p))
    assert g3.data[0, 0] == pytest.approx(p * (1 - p) * (1 - 2 * p))


def test_book_style_function_to_second_order():
    for function, first, second in ((Cube(), 12.0, 12.0), (ExpByItsOutput(), np.exp(2), np.exp(2))):
        x = Variable(2.0)
        y = function(x)
        y.backward(create_graph=True)
        gx = x.grad
        x.cleargrad()
        gx.backward()
        assert gx.item() == pytest.approx(first)
        assert x.grad.item() == pytest.approx(second)


def test_book_style_function_in_forward_mode():
    _, tangent = rung.transform.jvp(Cube(), [2.0], [1.0])
    assert tangent.item() == pytest.approx(12)


def test_one_book_style_instance_called_twice():
    f = Cube()
    x, y = Variable(1.0), Variable(2.0)
    a, b = f(x), f(y)
    (a + b).backward()
    assert (x.grad.item(), y.grad.item()) == (3, 12)


class ReturnsTooFew(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, gy):
        return gy


class ReturnsAWrongShape(Function):
    def forward(self, a):
        return a * 2

    def backward(self, gy):
        return gy.sum()


def test_book_style_mistakes_name_the_function():
    x = Variable(np.ones(3))
    with pytest.raises(GraphError, match="returns_too_few: .* expected 2, but got 1"):
        ReturnsTooFew()(x, x).backward()
    with pytest.raises(ShapeError, match=r"returns_a_wrong_shape: .*\(\) .*\(3,\)"):
        ReturnsAWrongShape()(x).backward()


def test_deep_chain_of_150_000_ops():
    x = Variable(1.0)
    y = x
    for _ in range(150_000):
        y = y + 1e-5
    y.name = "end"
    assert y.generation == 150_000
    assert "end" in repr(y)
    assert copy.deepcopy(y).data == y.data
    assert pickle.loads(pickle.dumps(y)).creator is None
    y.backward()
    assert x.grad.item() == 1
    del y  # frees the chain without recursion


def test_deep_chain_is_cut_without_recursion():
    x = Variable(1.0)
    y = x
    for _ in range(150_000):
        y = y * 1.0
    node = y.creator
    y.unchain_backward()
    assert y.creator is node  # its own function stays, as in the book
    assert all(edge.creator is None for edge in node.edges)


def _count_calls(f):
    calls = 0

    def count(frame, event, _):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        f()
    finally:
        sys.setprofile(None)
    return calls


def _branches(n):
    x = Variable(np.ones(2))
    y = x * 1.0
    for _ in range(n - 1):
        y = y + F.tanh(x)
    return y.sum()


def test_ten_thousand_branches_take_ten_times_a_thousand():
    counts = [_count_calls(_branches(n).backward) for n in (1_000, 10_000)]
    assert counts[1] < 10.1 * counts[0]


def test_gradients_of_intermediate_variables_are_kept_on_request():
    x = Variable(2.0)
    y = x * x
    z = y + y
    z.backward(retain_graph=True)
    assert y.grad is None
    z.backward(retain_grad=True)
    assert (y.grad.item(), z.grad.item()) == (2, 1)


def test_gradients_add_up_until_cleared():
    x = Variable(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 8
    x.cleargrad()
    assert x.grad is None


def test_a_second_pass_names_retain_graph():
    x = Variable(2.0)
    y = x * x
    y.backward()
    with pytest.raises(FreedGraphError, match=r"mul: .*retain_graph=True"):
        y.backward()


def test_backward_from_nothing_says_so():
    x = Variable(1.0)
    with pytest.raises(GraphError, match="a leaf"):
        x.backward()
    with rung.no_grad():
        y = x * 2
    with pytest.raises(GraphError, match="a constant.*no_grad"):
        y.backward()
    with pytest.raises(GraphError, match="constant"):
        y_of_plain_gradient = x * x
        y_of_plain_gradient.backward()
        x.grad.backward()


def test_the_seed_is_checked_and_used():
    x = Variable(np.ones((2, 3)))
    y = x * 2
    with pytest.raises(ShapeError, match=r"backward: .*\(2, 3\).*\(3,\)"):
        y.backward(grad=np.ones(3))
    y.backward(grad=np.full((2, 3), 5.0))
    assert x.grad.data[0, 0] == 10


def test_what_gets_a_gradient():
    x, data = Variable(np.ones(3)), np.ones(3)
    assert (x * data).differentiable
    assert not (rung.as_variable(data) * data).differentiable
    assert not (x.detach() * 2).differentiable
    w = rung.Parameter(np.ones(3))
    w.trainable = False
    y = (w * x).sum()
    y.backward()
    assert w.grad is None
    assert x.grad is not None


def test_unchain_makes_a_leaf():
    x = Variable(2.0)
    y = x * x
    y.unchain()
    (y * 3).backward()
    assert x.grad is None
    assert y.grad.item() == 3


def test_grad_of_intermediates_touches_no_grad():
    x = Variable(2.0)
    y = x * x
    z = y * y * x
    gy, gx = rung.grad(z, [y, x])
    assert (gy.item(), gx.item()) == (2 * 4 * 2, 4 * 4 + 2 * 4 * 2 * 4)
    assert x.grad is None


def test_grad_computes_only_what_lies_between():
    seen = []

    class Watched(Function):
        def forward(self, x):
            return x * 1

        def backward(self, gy):
            seen.append("visited")
            return gy

    x, w = Variable(2.0), Variable(3.0)
    y = x * Watched()(w)
    assert rung.grad(y, x).item() == 3
    assert seen == []


def test_grad_of_what_does_not_depend_is_zero():
    x, w = Variable(np.ones(2)), Variable(1.0)
    np.testing.assert_array_equal(rung.grad(w * 2, x).data, [0, 0])


def test_pictures_data_is_there_after_backward():
    x = Variable(np.ones((2, 3), np.float32), name="x")
    y = F.tanh(x * 2).sum()
    y.name = "loss"
    y.backward()
    names, shapes, ops, stack = set(), set(), [], [y._record]
    while stack:
        record = stack.pop()
        names.add(record.name)
        shapes.add((record.shape, str(record.dtype)))
        if record.creator is not None:
            ops.append(record.creator.op.name)
            stack += record.creator.edges
    assert {"x", "loss"} <= names
    assert ((2, 3), "float32") in shapes
    assert ops == ["sum", "tanh", "mul"]


def test_modes_of_threads_are_their_own():
    recorded, inside, leave = [], threading.Event(), threading.Event()

    def other():
        inside.wait()
        recorded.append((Variable(1.0) * 2).creator is not None)
        leave.set()

    thread = threading.Thread(target=other)
    thread.start()
    with rung.no_grad(), rung.test_mode():
        inside.set()
        leave.wait()
        assert (Variable(1.0) * 2).creator is None
    thread.join()
    assert recorded == [True]


def test_a_mode_ends_with_an_exception():
    with pytest.raises(ZeroDivisionError), rung.no_grad(), rung.test_mode():
        _ = 1 / 0
    assert rung.Config.enable_backprop
    assert rung.Config.train

    class Fails(Function):
        def forward(self, x):
            return x * 2

        def backward(self, gy):
            raise RuntimeError("in backward")

    with pytest.raises(RuntimeError, match="in backward"):
        Fails()(Variable(1.0)).backward()
    assert (Variable(1.0) * 2).creator is not None


def test_create_graph_to_high_order():
    x = Variable(0.3)
    y = F.sin(x)
    for order in range(1, 9):
        y = rung.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(np.sin(0.3 + order * np.pi / 2))


def test_graph_carries_constants_and_numbers():
    y = Variable(1.0) * 2.5 + np.array(3.0)
    add = y.creator
    assert add.edges[0].creator.edges[1].value == 2.5
    assert add.edges[1].shape == ()
    assert not add.edges[1].differentiable


def test_pickle_and_copy_take_values_and_leave_the_graph():
    x = Variable(np.ones(2), name="x")
    y = x * 2
    y.sum().backward()
    for twin in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
        assert twin.name == "x"
        np.testing.assert_array_equal(twin.grad.data, [2, 2])
        assert not np.shares_memory(twin.data, x.data)
        assert not np.shares_memory(twin.grad.data, x.grad.data)


def test_iteration_and_unpacking_end():
    x = Variable(np.arange(3.0))
    a, b, c = x
    assert [v.item() for v in x] == [0, 1, 2]
    (a * b * c).backward()
    np.testing.assert_array_equal(x.grad.data, [2, 0, 0])
    with pytest.raises(IndexError, match=r"get_item: .*float64 \(3,\)"):
        x[3]
    with pytest.raises(ShapeError, match="at least one axis"):
        len(a)


def test_an_index_is_the_ops_own():
    x, index = Variable(np.arange(3.0)), np.array([0, 0])
    y = x[index]
    index[:] = 2
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2, 0, 0])


def test_gradients_that_grad_returns_share_no_memory():
    a, b = Variable(np.ones(3)), Variable(np.ones(3))
    seed = np.ones(3)
    for create_graph in (False, True):
        ga, gb = rung.grad(a + b, [a, b], seed, create_graph=create_graph)
        ga.data[:] = 7
        np.testing.assert_array_equal(gb.data, 1)
        np.testing.assert_array_equal(seed, 1)


class Product(Function):
    def forward(self, a, b):
        return a * b

    def backward(self, gy):
        a, b = self.inputs
        return gy * b.data, gy * a.data


def test_book_style_functions_take_numbers_and_keep_float32():
    x = Variable(np.ones(2, np.float32))
    y = Product()(x, 3.0)
    y.sum().backward()
    assert y.dtype == x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad.data, [3, 3])


class SameGradientTwice(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, gy):
        g = gy * 2
        return [g, g]


class KeepsThings(Function):
    def forward(self, x):
        self.seen = x.copy()
        return x * self.seen

    def backward(self, gy):
        return gy * 2 * self.seen


class OnlyForward(Function):
    def forward(self, x):
        return x**2


def test_book_style_gradients_are_owned_and_may_come_as_a_list():
    a, b = Variable(np.ones(2)), Variable(np.ones(2))
    SameGradientTwice()(a, b).sum().backward()
    a.grad.data[:] = 9
    np.testing.assert_array_equal(b.grad.data, [2, 2])


def test_a_book_style_instance_may_keep_things_and_be_shared_by_threads():
    f, wrong = KeepsThings(), []

    def work(k):
        for i in range(50):
            x = Variable(np.full(3, 1.0 + k + i))
            f(x).sum().backward()
            if x.grad.data[0] != 2 * x.data[0]:
                wrong.append((k, i))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_a_function_lacks_is_said():
    x = Variable(3.0)
    y = OnlyForward()(x)
    assert y.item() == 9
    with pytest.raises(NotImplementedError, match="only_forward: a function needs a backward method"):
        y.backward()
    with pytest.raises(TypeError, match="the inputs are x"):

        class Misspelt(Function):
            def forward(self, xp, x):
                return x**2

            def grad_X(self, gy, x):
                return 2 * x * gy

    class NoDerivative(Function):
        def forward(self, xp, x):
            return x**2

    with pytest.raises(GraphError, match="no_derivative: it has no derivative by x"):
        NoDerivative()(x)


def test_unchain_backward_reaches_all_the_way_back():
    a = Variable(2.0)
    b = a * a
    c = b * 3
    d = c * 2
    d.unchain_backward()
    assert (b.creator, c.creator) == (None, None)
    d.backward()
    assert (a.grad, b.grad, c.grad.item()) == (None, None, 2)


def test_grad_of_an_intermediate_leaves_what_lies_before_it_alone():
    x = Variable(2.0)
    y = x * x
    (y * 1.0).backward()  # lets go of what the derivative of y by x would need
    assert rung.grad(y * y, y).item() == 8


def test_a_gradient_to_start_from_is_not_taken_for_retain_grad():
    y = Variable(np.ones(3)) * 2
    with pytest.raises(DTypeError, match=r"retain_grad must be True or False.*backward\(grad=\.\.\.\)"):
        y.backward(np.ones(3))
