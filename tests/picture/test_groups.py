"""Groups are nested stretches of calls, say exactly what is in them, and leave a picture that can be read."""

import sys

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung.models import MLP, VGG16, Model, ResNet18
from rung.optimizers import SGD
from rung.picture import Graph, graph_of
from rung.picture.folding import contents
from rung.picture.graph import Call, Op, Scope
from rung.picture.groups import add_groups
from rung.picture.spans import Span


def boxes(graph):
    """How many boxes there are at the start."""

    def is_visible(group):
        while group is not None:
            if not graph.groups[group].open:
                return False
            group = graph.groups[group].parent
        return True

    things = sum(is_visible(thing.group) for thing in (*graph.calls, *graph.values))
    return things + sum(is_visible(group.parent) and not group.open for group in graph.groups)


def labels(graph, parent=None):
    return [(group.label, group.detail) for group in graph.groups if group.parent == parent]


def check(graph):
    """Nothing overlaps, and whatever is folded, all arrows point forward."""
    assert Graph.from_json(graph.to_json()) == graph  # which checks that groups are nested
    for place, call in enumerate(graph.calls):
        around = [i for i, group in enumerate(graph.groups) if group.first <= place <= group.last]
        if around:
            assert call.group == min(around, key=lambda i: (graph.groups[i].last - graph.groups[i].first, -i))
        else:
            assert call.group is None
    for value in graph.values:
        if value.maker is not None:
            assert value.group == graph.calls[value.maker].group
    for place, group in enumerate(graph.groups):
        if group.open and group.parent is not None:
            assert graph.groups[group.parent].open, place
    assert boxes(graph) <= 150


def image(size=32):
    return np.zeros((2, 3, size, size), np.float32)


class Block(L.Layer):
    def __init__(self):
        self.fc = L.Linear(4)

    def forward(self, x):
        return x + F.relu(self.fc(x))


class Deep(Model):
    def __init__(self, count):
        self.stem = L.Linear(4)
        self.blocks = [Block() for _ in range(count)]
        self.head = L.Linear(2)

    def forward(self, x):
        x = F.relu(self.stem(x))
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def test_a_list_of_layers_is_one_box():
    with rung.record() as graph, rung.no_grad():
        Deep(36)(np.ones((1, 3), np.float32))
    check(graph)
    assert labels(graph) == [("deep", "Deep")]
    assert labels(graph, 0) == [("stem", "Linear"), ("blocks", "36 × Block"), ("head", "Linear")]
    assert graph.groups[0].open


def test_a_layer_that_is_called_again_is_not_taken_for_several():
    class Again(L.Layer):
        def __init__(self):
            self.first, self.same, self.last = L.Linear(4), [Block()], L.Linear(4)

        def forward(self, x):
            x = self.first(x)
            for _ in range(4):
                x = self.same[0](x)
            return self.last(x)

    with rung.record() as graph:
        Again()(np.ones((1, 3), np.float32))
    check(graph)
    assert labels(graph, 0)[1] == ("same", "Block, called 4 times")
    place = next(i for i, group in enumerate(graph.groups) if group.label == "same")
    assert labels(graph, place)[2] == ("same.0", "Block, call 3 of 4")


def test_vgg_has_five_stages():
    with rung.record() as graph, rung.no_grad():
        VGG16(classes=3)(image())
    check(graph)
    stages = [label for label in labels(graph, 0) if label[0].startswith("conv")]
    assert stages == [
        *[(f"conv{i}", "2 × Conv2d, 2 × relu, max_pooling") for i in (1, 2)],
        *[(f"conv{i}", "3 × Conv2d, 3 × relu, max_pooling") for i in (3, 4, 5)],
    ]
    assert 10 <= boxes(graph) <= 30


def test_resnet_is_folded_by_stage():
    with rung.record() as graph, rung.no_grad():
        ResNet18(classes=3)(image())
    check(graph)
    assert ("layer3", "2 × BasicBlock") in labels(graph, 0)
    assert 10 <= boxes(graph) <= 60


def test_steps_of_a_sequence_are_rounds():
    class Net(Model):
        def __init__(self):
            self.rnn, self.fc = L.LSTM(4), L.Linear(1)

        def forward(self, x):
            return self.fc(self.rnn(x))

    net, loss = Net(), 0
    with rung.record() as graph:
        for _ in range(12):
            loss = loss + (net(np.ones((2, 1), np.float32)) ** 2).mean()
        loss.backward()
    check(graph)
    assert labels(graph)[0] == ("round 1 of 12", "Net, pow, mean, add")
    assert labels(graph)[11][0] == "round 12 of 12"


def test_iterations_are_groups():
    model = MLP((4, 1))
    optimizer = SGD(0.1).setup(model)
    with rung.record() as graph:
        for _ in range(3):
            loss = (model(np.ones((1, 2), np.float32)) ** 2).mean()
            model.cleargrads()
            loss.backward()
            optimizer.update()
    check(graph)
    assert [(g.kind, g.label, g.detail) for g in graph.groups if g.parent is None] == [
        ("step", f"step {i}", "5 functions") for i in (1, 2, 3)
    ]
    weights = next(value for value in graph.values if value.name == "W")
    assert weights.group is None  # all iterations use it


def test_derivatives_are_grouped_as_what_they_are_derivatives_of():
    x = rung.Variable(np.ones((2, 3), np.float32), name="x")
    model = MLP((4, 4, 1), activation=F.tanh)
    with rung.record() as graph:
        y = model(x)
        y.name = "y"
        gx = rung.grad(y, x, create_graph=True)
        (gx**2).sum().backward()
    check(graph)
    backward = next(i for i, group in enumerate(graph.groups) if group.kind == "backward")
    assert graph.groups[backward].label == "derivatives of mlp"
    found = [label for label, _ in labels(graph, backward)]
    assert found == [f"derivatives of layers.{i}" for i in (2, 1, 0)]


def test_derivatives_of_derivatives_are_told_apart():
    x = rung.Variable(1.0, name="x")
    with rung.record() as graph:
        y = F.tanh(x)
        for i in range(3):
            y.name = f"y{i}"
            (y,) = rung.grad(y, [x], create_graph=True)
    check(graph)
    assert [label for label, _ in labels(graph)] == ["derivatives of y0", "derivatives of y1", "derivatives of y2"]
    assert "derivatives of pass 1" in [group.label for group in graph.groups]


def test_small_graphs_are_shown_whole():
    x = rung.Variable(2.0)
    with rung.record() as graph:
        y = x
        for _ in range(20):
            y = y * x + 1
    check(graph)
    assert graph.groups == []


def test_lines_of_the_program_divide_what_is_too_long():
    x = rung.Variable(0.5)
    with rung.record() as graph:
        y = F.sin(x) * F.cos(x) * F.tanh(x) * x - F.exp(x) + F.cos(x) - F.tanh(x) * F.sin(x) / F.exp(x) + F.cos(x) * x
        z = F.exp(y) - F.sin(x) / F.cos(y) + F.tanh(x) * F.cos(x) - F.exp(y) * F.sin(y) / F.cos(y) + F.tanh(y) * x
        w = F.cos(z) * F.cos(x) + F.tanh(x) / F.exp(x) - F.sin(y) * F.cos(z) / F.tanh(x) + F.exp(x) - F.sin(z) * y
        F.tanh(w) - F.exp(x) + F.sin(z) * F.cos(x) / F.tanh(w) * F.exp(z) - F.sin(w) + F.cos(x) * F.tanh(x) * w
    check(graph)
    lines = [group for group in graph.groups if group.kind == "line"]
    assert len(lines) == 4
    assert all("test_groups.py:" in group.label for group in lines)
    assert sum(group.last - group.first + 1 for group in lines) == len(graph.calls)


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_any_length_has_a_handful_of_boxes_at_the_start(count):
    y = x = rung.Variable(1.0)
    for i in range(count):
        y = F.sin(y) if i % 7 else y * x
    graph = graph_of(y)
    assert 5 <= boxes(graph) <= 150
    inside = {}
    for group in graph.groups:
        inside[group.parent] = inside.get(group.parent, 0) + 1
    assert max(inside.values()) <= 40


def test_nothing_recurs():
    depth = 3 * sys.getrecursionlimit()
    graph = Graph(ops=[Op("exp")])
    for i in range(depth):
        graph.scopes.append(Scope(i - 1 if i else None, f"l{i}", "Layer", f"l{i}", 0))
    graph.calls = [Call(0, [], [], scope=depth - 1), Call(0, [], [], scope=depth // 2)]
    add_groups(graph)
    assert [group.label for group in graph.groups][:3] == ["l0", "l1", "l2"]


def test_calls_without_an_end_of_patterns():
    rng = np.random.default_rng(0)
    graph = Graph(ops=[Op(name) for name in "abcdefgh"])
    graph.calls = [Call(int(op), [], []) for op in rng.integers(0, 8, 5000)]
    add_groups(graph)
    check(graph)
    assert boxes(graph) >= 5


def test_nothing_at_all():
    graph = Graph()
    add_groups(graph)
    assert graph.groups == []


def test_contents_count_everything():
    parts = [Span("call", i, i, name=name) for i, name in enumerate("abbcdeeef")]
    assert contents(parts) == "a, 2 × b, c, d, 4 more"
