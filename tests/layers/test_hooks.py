"""Functions that look on while layers compute and while gradients pass."""

import copy
import pickle

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung import Variable
from rung.errors import GraphError
from rung.models import MLP
from rung.transform import grad, vmap

X = np.arange(6.0).reshape(2, 3)


def log_call(layer, inputs, outputs):
    LOG.append((type(layer).__name__, [x.shape for x in inputs], outputs.shape))


LOG: list = []


def test_a_forward_hook_sees_inputs_and_outputs():
    LOG.clear()
    layer = L.Linear(2)
    with layer.add_forward_hook(log_call):
        layer(X)
    layer(X)
    assert LOG == [("Linear", [(2, 3)], (2, 2))]


def test_hooks_may_replace_what_goes_in_and_out_in_order():
    layer = L.Linear(2, in_size=3)
    layer.add_forward_hook(lambda layer, inputs: inputs[0] * 0, before=True)
    layer.add_forward_hook(lambda layer, inputs, y: y + 1)
    layer.add_forward_hook(lambda layer, inputs, y: y * 2)
    np.testing.assert_allclose(layer(X).data, 2.0)


@pytest.mark.parametrize("before", [True, False])
def test_a_hook_may_take_itself_away_and_the_next_one_still_runs(before):
    layer, seen = L.Linear(2, in_size=3), []

    def once(*_):
        seen.append("once")
        handle.remove()

    handle = layer.add_forward_hook(once, before)
    layer.add_forward_hook(lambda *_: seen.append("always"), before)
    layer(X)
    layer(X)
    assert seen == ["once", "always", "always"]


def test_a_gradient_hook_may_take_itself_away():
    layer, seen = L.Linear(2, in_size=3), []
    with layer.add_gradient_hook(lambda *_: None) as handle:
        layer.add_gradient_hook(lambda *_: seen.append("always"))
        y = layer(X)
        handle.remove()
        F.sum(y).backward()
    assert seen == ["always"]


def test_taking_a_hook_away_twice_leaves_the_same_function_that_was_added_again():
    layer, seen = L.Linear(2, in_size=3), []

    def look(*_):
        seen.append("look")

    first = layer.add_forward_hook(look)
    layer.add_forward_hook(lambda *_: seen.append("between"))
    last = layer.add_forward_hook(look)
    first.remove()
    first.remove()
    layer(X)
    assert seen == ["between", "look"]
    last.remove()
    layer.add_forward_hook(look)
    last.remove()
    layer(X)
    assert seen[2:] == ["between", "look"]


def test_a_changed_gradient_has_derivatives():
    x, layer = Variable(X), L.Linear(2, in_size=3, dtype="float64")
    layer.add_gradient_hook(lambda layer, gradient: gradient * 3)
    gx = grad(F.sum(layer(x) ** 3), x, create_graph=True)
    layer._hooks.of["gradient"].clear()
    plain = grad(F.sum(layer(x) ** 3), x, create_graph=True)
    np.testing.assert_allclose(gx.data, 3 * plain.data)
    np.testing.assert_allclose(grad(F.sum(gx), x).data, 9 * grad(F.sum(plain), x).data)  # it passes the hook again


def test_a_hook_inside_a_model_runs_with_it():
    model, seen = MLP((4, 2)), []
    model.layers[0].add_forward_hook(lambda layer, inputs, y: seen.append(y))
    y = model(X)
    assert seen[0].shape == (2, 4)
    assert y.creator is not None


def test_a_gradient_hook_sees_the_gradient_of_the_output():
    layer, seen = L.Linear(2, in_size=3), []
    handle = layer.add_gradient_hook(lambda layer, gradient: seen.append(gradient.data.copy()))
    F.sum(layer(X) * 3.0).backward()
    np.testing.assert_array_equal(seen[0], np.full((2, 2), 3.0))
    handle.remove()
    F.sum(layer(X)).backward()
    assert len(seen) == 1


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_gradient_hook_may_change_the_gradient(create_graph):
    x, layer = Variable(X), L.Linear(2, in_size=3)
    plain = grad(F.sum(layer(x) ** 2), x).data
    layer.add_gradient_hook(lambda layer, gradient: gradient * 0.5)
    gx = grad(F.sum(layer(x) ** 2), x, create_graph=create_graph)
    np.testing.assert_allclose(gx.data, plain / 2)
    assert gx.differentiable == create_graph


def test_gradients_through_a_hook_have_derivatives():
    x, layer = Variable(X), L.Linear(2, in_size=3)
    layer.add_gradient_hook(lambda layer, gradient: None)
    gx = grad(F.sum(layer(x) ** 3), x, create_graph=True)
    watched = grad(F.sum(gx), x).data
    layer._hooks.of["gradient"].clear()
    gx = grad(F.sum(layer(x) ** 3), x, create_graph=True)
    np.testing.assert_allclose(watched, grad(F.sum(gx), x).data)


def test_every_output_of_a_layer_is_watched():
    class Two(rung.Layer):
        def forward(self, x):
            return {"a": x * 1.0, "b": (x * 2.0, "no variable")}

    layer, seen = Two(), []
    layer.add_gradient_hook(lambda layer, gradient: seen.append(gradient.data[0]))
    y = layer(Variable(np.ones(1)))
    (y["a"] + 5.0 * y["b"][0]).sum().backward()
    assert sorted(seen) == [1.0, 5.0]


def test_hooks_survive_copies_and_pickles():
    LOG.clear()
    layer = L.Linear(2, in_size=3)
    layer.add_forward_hook(log_call)
    pickle.loads(pickle.dumps(copy.deepcopy(layer)))(X)
    assert len(LOG) == 1
    assert list(layer.state_dict()) == ["W", "b"]


def test_a_watched_layer_under_vmap_says_that_it_cannot():
    layer = L.Linear(2, in_size=3)
    layer.add_gradient_hook(lambda layer, gradient: None)
    with pytest.raises(GraphError, match="watch: vmap has no rule"):
        vmap(layer)(X)


def test_an_error_in_a_hook_comes_up():
    layer = L.Linear(2, in_size=3)
    layer.add_forward_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        layer(X)
