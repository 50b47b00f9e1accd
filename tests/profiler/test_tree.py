"""What each layer took, with all that is inside of it."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.models import GPT, MLP

X = np.ones((20, 50), np.float32)


def test_forward_and_backward_belong_to_the_layer_that_called():
    model = MLP((100, 10))
    with rung.profile() as profile:
        loss = F.exp(model(X)).sum()
        loss.backward()
    tree = profile.by_layer()
    (outermost,) = tree.layers
    assert (outermost.name, outermost.kind, outermost.calls) == ("mlp", "MLP", 1)
    assert [(child.name, child.kind, child.path) for child in outermost.children] == [
        ("layers.0", "Linear", "layers.0"), ("layers.1", "Linear", "layers.1"),
    ]  # fmt: skip
    first = tree["layers.0"]
    assert first.forward.bytes == 4 * 20 * 100
    assert first.backward.bytes == 4 * (50 * 100 + 100)
    assert first.forward.flops == first.backward.flops == 2 * 20 * 50 * 100  # the data get no gradient
    assert (first.parameters, first.parameter_bytes) == (5100, 20_400)
    assert tree.outside.forward.calls == tree.outside.backward.calls == 2


def test_a_layer_counts_what_is_inside_of_it():
    model = MLP((100, 10))
    with rung.profile() as profile:
        model(X).sum().backward()
    tree = profile.by_layer()
    (outermost,) = tree.layers
    inside = tree["layers.0"].both.bytes + tree["layers.1"].both.bytes
    sigmoid = [row.bytes for row in profile.by_op().rows if row.name == "sigmoid"]
    assert outermost.both.bytes == inside + sum(sigmoid) == inside + 2 * 4 * 20 * 100
    assert outermost.parameters == sum(p.size for p in model.params())
    assert outermost.both.seconds >= tree["layers.0"].both.seconds + tree["layers.1"].both.seconds


def test_the_lines_add_up_to_the_whole():
    model = MLP((100, 10))
    with rung.profile() as profile:
        model(X).sum().backward()
    tree = profile.by_layer()
    parts = [*(layer.both for layer in tree.layers), tree.outside.both, *tree.rests.values()]
    assert sum(part.seconds for part in parts) == pytest.approx(profile.seconds)


def test_runs_of_equal_layers_are_one_line():
    model = GPT(11, 8, 16, 2, 4)
    with rung.profile() as profile:
        for _ in range(2):
            model(np.zeros((1, 8), np.int64))
    tree = profile.by_layer()
    lines = {line.split("  ")[0] if line[0] != " " else line.strip().split("  ")[0]: line for line in
             repr(tree).splitlines()}  # fmt: skip
    blocks = lines["blocks.0 to blocks.3: 4 x TransformerBlock"]
    assert blocks.split("TransformerBlock")[1].split()[0] == "8"
    assert "fc1: 4 x Projection" in lines
    assert "blocks.1" not in repr(tree).replace("blocks.0 to blocks.3", "")
    assert len([layer for layer in tree if layer.kind == "TransformerBlock"]) == 4  # they are there, if one asks


def test_layers_that_differ_keep_their_lines():
    model = rung.layers.Sequential(*[rung.layers.Linear(4) for _ in range(2)], rung.layers.Dropout(0.5),
                                   *[rung.layers.Linear(4) for _ in range(3)])  # fmt: skip
    with rung.profile() as profile:
        model(X)
    text = repr(profile.by_layer())
    assert text.count(": Linear") == 2
    assert text.count(": 3 x Linear") == 1


def test_a_shared_layer_is_one_row_and_shared_weights_count_once():
    shared = rung.layers.Linear(50)
    model = rung.layers.Sequential(shared, shared)
    with rung.profile() as profile:
        model(X)
    tree = profile.by_layer()
    assert tree.layers[0].parameters == 50 * 50 + 50
    assert [child.calls for child in tree.layers[0].children] == [2]


def test_layers_made_anew_in_each_step_are_one_row():
    with rung.profile() as profile:
        for _ in range(3):
            rung.layers.Linear(5)(X)
    assert [(layer.name, layer.calls) for layer in profile.by_layer().layers] == [("linear", 3)]


def test_parameters_without_names_do_no_harm():
    class Odd(rung.Layer):
        def __init__(self):
            self.parts = {rung.Parameter(np.ones(2)): 1}  # a key has no name

        def forward(self, x):
            return x + 1

    class Worse(rung.Layer):
        def named_layers(self, prefix=""):
            raise RuntimeError("no")

        def forward(self, x):
            return x + 1

    with rung.profile() as profile:
        Odd()(rung.Variable(X))
        Worse()(rung.Variable(X))
    assert [layer.calls for layer in profile.by_layer().layers] == [1, 1]
