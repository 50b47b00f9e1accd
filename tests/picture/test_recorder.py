"""What a recording sees is what happened: proven against the engine, in every mode that code runs in."""

import threading
from contextlib import suppress

import numpy as np
import pytest

import rung
import rung.dezero
import rung.functions as F
import rung.layers as L
from rung.core import backward
from rung.errors import FreedGraphError, GraphError, NanError, ShapeError
from rung.models import MLP, Model
from rung.optimizers import SGD, Adam
from rung.picture import Graph, graph_of
from rung.transform import checkpoint, hvp, jvp, vmap


def names(graph):
    return [graph.ops[call.op].name for call in graph.calls]


def whats(graph):
    return [event.what for event in graph.events]


def value(graph, name):
    (found,) = [value for value in graph.values if value.name == name]
    return found


@pytest.fixture
def x():
    return rung.Variable(np.array([1.0, 2.0, 3.0]), name="x")


class Square(rung.Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        (x,) = self.inputs
        return 2 * x * gy


# Forward ------------------------------------------------------------------------------------------------------------


def test_calls_and_values_are_those_of_the_program(x):
    w = np.array([2.0, 0.0, 1.0])
    with rung.record("a title") as graph:
        y = F.sum(x * w + 1, axis=0)
        y.name = "y"
    assert graph.title == "a title"
    assert graph.rung == rung.__version__
    assert names(graph) == ["mul", "add", "sum"]
    assert [value.kind for value in graph.values] == ["leaf", "data", "result", "number", "result", "result"]
    assert [call.inputs for call in graph.calls] == [[0, 1], [2, 3], [4]]
    assert [call.outputs for call in graph.calls] == [[2], [4], [5]]
    assert graph.values[3].name == "1"
    assert [value.generation for value in graph.values] == [0, 0, 1, 0, 2, 3]
    assert value(graph, "y").arrays[0][1].values == 8.0
    assert graph.calls[2].options == {"axis": "0"}
    assert graph.outputs == [5]
    assert graph.calls[0].saved == [1]


def test_an_array_that_is_used_twice_is_one_value_and_a_number_is_not(x):
    t = np.ones(3)
    with rung.record() as graph:
        (x * t + t) * 2 * 2
    assert [value.kind for value in graph.values].count("data") == 1
    assert [value.kind for value in graph.values].count("number") == 2


def test_outside_of_the_block_nothing_is_recorded(x):
    with rung.record() as graph:
        y = x * x
    y + y
    assert names(graph) == ["mul"]
    with pytest.raises(GraphError, match="over"):
        graph.step()


def test_several_outputs(x):
    with rung.record() as graph:
        parts = F.split(x, 3)
        parts[2].backward()
    assert len(graph.calls[0].outputs) == 3
    assert [graph.values[place].output for place in graph.calls[0].outputs] == [0, 1, 2]
    assert graph.passes[0].root == graph.calls[0].outputs[2]


def test_multiply_adds_are_counted():
    with rung.record() as graph:
        F.matmul(np.ones((2, 3)), np.ones((3, 4)))
    assert graph.calls[0].multiply_adds == 24


# Backward -----------------------------------------------------------------------------------------------------------


def _branching(x):
    a = F.square(x)
    y = F.square(a) + F.exp(a) * a + x
    return y.sum()


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_visits_are_the_engines_own(x, create_graph, monkeypatch):
    visited = []
    pull = backward.heappop

    def noting(queue):
        entry = pull(queue)
        visited.append(entry[1].op.name)
        return entry

    monkeypatch.setattr(backward, "heappop", noting)
    with rung.record() as graph:
        _branching(x).backward(create_graph=create_graph)
    visits = [event for event in graph.events if event.what == "visit"]
    assert [graph.ops[graph.calls[event.call].op].name for event in visits] == visited
    places = [event.call for event in visits]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_last_gradient_is_the_one_that_the_program_gets(x, create_graph):
    for _ in range(2):  # the second pass adds to the first
        with rung.record() as graph:
            _branching(x).backward(create_graph=create_graph)
        event, array = value(graph, "x").gradients[-1]
        assert array.values == pytest.approx(x.grad.data.tolist(), rel=1e-6)
        assert graph.events[event].what == "visit"


def test_arrivals_add_up_to_the_gradient(x):
    with rung.record() as graph:
        _branching(x).backward()
    place = graph.values.index(value(graph, "x"))
    arrivals = [a for event in graph.events for a in event.arrivals or () if a.value == place]
    assert [a.sum for a in arrivals] == [False, True]
    total = np.sum([a.array.values for a in arrivals], axis=0)
    assert total == pytest.approx(x.grad.data, rel=1e-6)


def test_x_plus_x_is_one_visit_with_two_arrivals(x):
    with rung.record() as graph:
        (x + x).backward()
    (visit,) = [event for event in graph.events if event.what == "visit"]
    assert [(a.value, a.array.values, a.sum) for a in visit.arrivals] == [(0, [1.0] * 3, False), (0, [1.0] * 3, True)]
    assert [array.values for _, array in graph.values[0].gradients] == [[2.0, 2.0, 2.0]]


def test_a_gradient_of_an_earlier_pass_is_added_to(x):
    with rung.record() as graph:
        (x * 2).backward()
        (x * 3).backward()
        x.cleargrad()
        (x * 4).backward()
    visits = [event.arrivals[0].sum for event in graph.events if event.what == "visit"]
    assert visits == [False, True, False]
    assert [array.values[0] for _, array in graph.values[0].gradients] == [2.0, 5.0, 4.0]


def test_calls_wait_in_the_queue_from_push_to_visit(x):
    with rung.record() as graph:
        _branching(x).backward()
    waiting = set()
    for event in graph.events:
        if event.what == "visit":
            assert event.call == max(waiting)
            waiting.remove(event.call)
        waiting |= set(event.pushed or ())
        assert len(event.pushed or ()) == len(set(event.pushed or ()))
    assert not waiting


def test_a_seed_of_the_callers(x):
    with rung.record() as graph:
        (x * x).backward(grad=np.array([1.0, 0.0, 2.0]))
    (begin,) = [event for event in graph.events if event.what == "backward"]
    assert begin.arrivals[0].array.values == [1.0, 0.0, 2.0]
    assert graph.outputs == [graph.passes[0].root]


def test_gradients_that_are_in_the_graph_know_what_they_belong_to(x):
    with rung.record() as graph:
        y = (x**3).sum()
        y.backward(create_graph=True)
        gx = x.grad
        gx.name = "gx"
        x.cleargrad()
        gx.sum().backward()
    assert graph.passes[0].create_graph
    assert not graph.passes[1].create_graph
    gx = value(graph, "gx")
    assert graph.values[gx.gradient_of].name == "x"
    inside = [call for call in graph.calls if call.pass_ == 0]
    assert inside
    assert all(call.derives is None or call.derives < place for place, call in enumerate(graph.calls))
    assert {names(graph)[call.derives] for call in inside} == {"pow", "sum"}
    assert value(graph, "x").gradients[-1][1].values == [6.0, 12.0, 18.0]


def test_a_partial_gradient_is_not_taken_for_the_whole(x):
    with rung.record() as graph:
        (x * x + 3 * x).sum().backward(create_graph=True)
    of_x = [value for value in graph.values if value.gradient_of == 0]
    assert [value.arrays[0][1].values for value in of_x] == [[5.0, 7.0, 9.0]]


def test_grad_writes_nothing_and_goes_where_it_must(x):
    other = rung.Variable(1.0, name="other")
    with rung.record() as graph:
        h = x * x
        y = (h * 2 + other).sum()
        gh, gx = rung.grad(y, [h, x])
    assert value(graph, "other").gradients == []
    assert value(graph, "x").gradients[-1][1].values == gx.data.tolist()
    assert graph.values[graph.calls[0].outputs[0]].gradients[-1][1].values == gh.data.tolist()


def test_retained_graphs_are_walked_again(x):
    with rung.record() as graph:
        y = (x * x).sum()
        y.backward(retain_graph=True)
        y.backward()
        with pytest.raises(FreedGraphError):
            y.backward()
        (x * 2).sum()
    assert len(graph.passes) == 3
    assert graph.error is None
    assert graph.calls[-1].pass_ is None


def test_what_was_made_before_the_recording_stands_first(x):
    y = F.exp(x) * x
    with rung.record() as graph:
        (F.sin(x) + y).sum().backward()
    assert names(graph) == ["exp", "mul", "sin", "add", "sum"]
    assert [event.call for event in graph.events if event.what == "call"] == [2, 3, 4]
    assert [event.call for event in graph.events if event.what == "visit"] == [4, 3, 2, 1, 0]
    assert Graph.from_json(graph.to_json()) == graph


# Layers -------------------------------------------------------------------------------------------------------------


class Net(Model):
    def __init__(self):
        self.first = L.Linear(3)
        self.blocks = [L.Linear(3), L.Linear(3)]
        self.named = {"head": L.Linear(2)}

    def forward(self, x):
        x = F.relu(self.first(x))
        for block in self.blocks:
            x = block(block(x))
        return self.named["head"](x)


def test_layers_are_called_what_the_layer_around_calls_them():
    net = Net()
    with rung.record() as graph:
        net(np.ones((1, 4), np.float32))
    assert [(scope.name, scope.kind, scope.parent, scope.count) for scope in graph.scopes] == [
        ("net", "Net", None, 0),
        ("first", "Linear", 0, 0),
        ("blocks.0", "Linear", 0, 0),
        ("blocks.0", "Linear", 0, 1),
        ("blocks.1", "Linear", 0, 0),
        ("blocks.1", "Linear", 0, 1),
        ("named.head", "Linear", 0, 0),
    ]
    assert [graph.calls[i].scope for i in range(len(graph.calls))] == [1, 0, 2, 3, 4, 5, 6]
    assert {v.kind for v in graph.values if v.name in ("W", "b")} == {"parameter"}


def test_paths_are_those_of_the_outermost_layer():
    class Outer(L.Layer):
        def __init__(self):
            self.net = Net()

        def forward(self, x):
            return self.net(x)

    with rung.record() as graph:
        Outer()(np.ones((1, 4), np.float32))
    assert [scope.path for scope in graph.scopes[:4]] == ["outer", "net", "net.first", "net.blocks.0"]
    assert [scope.name for scope in graph.scopes[:4]] == ["outer", "net", "first", "blocks.0"]


model_of_this_module = L.Linear(2)


def test_the_outermost_layer_has_the_name_that_the_program_gave_it():
    with rung.record() as graph:
        model_of_this_module(np.ones((1, 2), np.float32))
    assert graph.scopes[0].name == "model_of_this_module"


def test_hooks_run_while_recording():
    layer = L.Linear(2)
    seen = []
    layer.add_forward_hook(lambda layer, inputs, outputs: seen.append(outputs))
    with rung.record():
        y = layer(np.ones((1, 2), np.float32))
    assert seen == [y]


# Training -----------------------------------------------------------------------------------------------------------


def _train(steps, by_hand=False, optimizer=None):
    rung.seed(0)
    model = MLP((4, 1))
    optimizer = (optimizer or SGD(0.5)).setup(model)
    weights = []
    with rung.record() as graph:
        for _ in range(steps):
            if by_hand:
                graph.step()
            loss = (model(np.ones((3, 2), np.float32)) ** 2).mean()
            model.cleargrads()
            loss.backward()
            weights.append(model.layers[0].b.data.copy())
            optimizer.update()
    return graph, model, [*weights, model.layers[0].b.data.copy()]


def test_an_iteration_begins_after_an_update():
    graph, _, _ = _train(3)
    steps = [place for place, event in enumerate(graph.events) if event.what == "step"]
    assert [graph.events[place].number for place in steps] == [2, 3]
    assert all(graph.events[place - 1].what == "update" and graph.events[place + 1].what == "call" for place in steps)


def test_an_iteration_begins_where_the_program_says():
    graph, _, _ = _train(2, by_hand=True)
    assert [event.number for event in graph.events if event.what == "step"] == [1, 2]
    assert graph.events[0].what == "step"


@pytest.mark.parametrize("optimizer", [SGD(0.5), Adam(0.5)], ids=["SGD", "Adam"])
def test_parameters_are_known_before_and_after_each_update(optimizer):
    graph, _, weights = _train(2, optimizer=optimizer)
    bias = next(value for value in graph.values if value.name == "b")
    assert [array.values for _, array in bias.arrays] == [pytest.approx(w.tolist(), rel=1e-6) for w in weights]
    assert [graph.events[event].what for event, _ in bias.arrays] == ["call", "update", "update"]


def test_updates_by_hand_are_noticed():
    w = rung.Variable(3.0, name="w")
    with rung.record() as graph:
        for _ in range(2):
            loss = (w - 1) ** 2
            w.cleargrad()
            loss.backward()
            w.data -= 0.25 * w.grad.data
    assert [array.values for _, array in graph.values[0].arrays] == [3.0, 2.0, 1.5]
    assert whats(graph).count("step") == 1
    assert whats(graph)[-1] == "update"


def test_the_statistics_of_a_batch_norm_make_no_iteration():
    layer = L.BatchNorm()
    with rung.record() as graph, rung.no_grad():
        for _ in range(2):
            layer(np.ones((3, 2), np.float32) * np.arange(3, dtype=np.float32)[:, None])
        with rung.test_mode():
            layer(np.ones((3, 2), np.float32))
    assert "step" not in whats(graph)


# Modes --------------------------------------------------------------------------------------------------------------


def test_without_recording_the_graph_calls_are_seen_and_marked(x):
    with rung.record() as graph, rung.no_grad():
        y = F.exp(x)
    assert y.creator is None
    assert [call.recorded for call in graph.calls] == [False]
    assert graph.calls[0].saved == []


def test_forward_mode(x):
    with rung.record() as graph:
        _, moved = jvp(lambda x: F.sin(x) * x, [x], [np.ones(3)])
    assert np.allclose(moved.data, np.cos(x.data) * x.data + np.sin(x.data))
    assert {"sin", "cos", "mul", "add"} <= set(names(graph))


def test_hvp(x):
    with rung.record() as graph:
        found = hvp(lambda x: (x**3).sum(), x, np.ones(3))
    assert np.allclose(found.data, 6 * x.data)
    assert len(graph.passes) == 1


def test_vmap_is_seen_on_whole_batches(x):
    with rung.record() as graph:
        found = vmap(lambda x: rung.grad(x**3, x))(x)
    assert np.allclose(found.data, 3 * x.data**2)
    assert names(graph)[0] == "pow"
    assert graph.values[graph.calls[0].outputs[0]].shape == [3]
    assert graph.passes == []
    with rung.record() as graph:
        vmap(lambda x: rung.grad(x**3, x, create_graph=True))(x).sum().backward()
    assert len(graph.passes) == 1


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_checkpoint_runs_again_inside_its_visit(x, create_graph):
    with rung.record() as graph:
        checkpoint(lambda x: F.sin(x * x), x).sum().backward(create_graph=create_graph)
    assert names(graph)[:6] == (
        ["mul", "sin", "checkpoint", "sum", "broadcast_to", "mul"] if create_graph
        else ["mul", "sin", "checkpoint", "sum", "mul", "sin"]
    )  # fmt: skip
    place = names(graph).index("checkpoint")
    again = [call for call in graph.calls if call.derives == place]
    assert len(again) >= 2
    assert value(graph, "x").gradients[-1][1].values == pytest.approx(x.grad.data.tolist(), rel=1e-6)


def test_debug_names_the_op_and_the_recording_shows_it(x):
    with pytest.raises(NanError), np.errstate(all="ignore"), rung.record() as graph, rung.debug():
        F.log(x - 1.0)
    assert graph.error.type == "NanError"
    assert names(graph)[graph.error.call] == "log"


def test_functions_in_the_books_style(x):
    with rung.record() as graph:
        y = Square()(x).sum()
        y.backward()
    assert names(graph) == ["square", "sum"]
    assert value(graph, "x").gradients[-1][1].values == [2.0, 4.0, 6.0]
    x.cleargrad()
    with rung.record() as graph:
        Square()(x).sum().backward(create_graph=True)
    assert "mul" in names(graph)
    assert all(call.derives is not None for call in graph.calls if names(graph)[graph.calls.index(call)] == "mul")


def test_programs_of_the_book():
    x = rung.dezero.Variable(np.array(2.0), name="x")
    with rung.record() as graph:
        y = x**2 + 3 * x
        y.backward()
    assert names(graph) == ["pow", "mul", "add"]
    assert value(graph, "x").gradients[-1][1].values == 7.0


def test_other_threads_are_not_seen(x):
    with rung.record() as graph:
        thread = threading.Thread(target=lambda: F.exp(x))
        thread.start()
        thread.join()
        F.sin(x)
    assert names(graph) == ["sin"]


def test_an_inner_recording_sees_its_own_block(x):
    with rung.record() as outer:
        F.sin(x)
        with rung.record() as inner:
            F.cos(x)
        F.exp(x)
    assert names(outer) == ["sin", "exp"]
    assert names(inner) == ["cos"]


def test_recording_changes_no_result(x):
    def run():
        rung.seed(0)
        model = MLP((5, 2))
        y = F.dropout(model(x.data.reshape(3, 1)))
        (y**2).sum().backward()
        return [y.data, *(p.grad.data for p in model.params())]

    with rung.record():
        watched = run()
    assert all(np.array_equal(a, b) for a, b in zip(watched, run(), strict=True))


def test_times_are_noted_when_asked_for(x):
    with rung.record() as graph:
        x * x
    assert graph.events[0].seconds is None
    with rung.record(seconds=True) as graph:
        (x * x).sum()
    assert 0 <= graph.events[0].seconds <= graph.events[1].seconds


# Errors -------------------------------------------------------------------------------------------------------------


def test_the_failing_call_is_in_the_graph(x):
    with pytest.raises(ShapeError), rung.record() as graph:
        F.exp(x) + np.ones(5)
    failing = graph.calls[graph.error.call]
    assert (failing.failed, failing.outputs, names(graph)[-1]) == (True, [], "add")
    assert [graph.values[place].shape for place in failing.inputs] == [[3], [5]]
    assert graph.error.type == "ShapeError"
    assert "axes must be equal" in graph.error.message
    assert whats(graph) == ["call", "call", "error"]
    assert Graph.from_json(graph.to_json()) == graph


def test_an_error_in_a_layer_says_in_which(x):
    net = Net()
    net.named["head"] = L.Linear(2, in_size=7)
    with pytest.raises(ShapeError), rung.record() as graph:
        net(np.ones((1, 4), np.float32))
    assert graph.scopes[graph.error.scope].name == "named.head"
    assert graph.files[graph.error.source[0]].endswith("test_recorder.py")


def test_an_error_that_is_caught_inside_is_none(x):
    with rung.record() as graph:
        with suppress(ShapeError):
            F.exp(x) + np.ones(5)
        F.sin(x)
    assert graph.error is None
    assert [call.failed for call in graph.calls] == [False, True, False]


def test_an_error_of_something_else_is_not_blamed_on_a_call_that_failed_before(x):
    with pytest.raises(KeyError), rung.record() as graph:
        with suppress(ShapeError):
            F.exp(x) + np.ones(5)
        F.sin(x)
        raise KeyError("x")
    assert graph.error.call is None


class Broken(rung.Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        raise ValueError("no derivative today")


@pytest.mark.parametrize("create_graph", [False, True])
def test_an_error_in_backward_says_whose_derivative_it_was(x, create_graph):
    with pytest.raises(ValueError, match="today"), rung.record() as graph:
        (Broken()(x * 2) * 3).sum().backward(create_graph=create_graph)
    assert names(graph)[graph.error.call] == "broken"
    assert graph.error.message == "no derivative today"
    assert value(graph, "x").gradients == []
    assert Graph.from_json(graph.to_json()) == graph


@pytest.mark.parametrize(
    "wrong", [[1, 2], "text", None, np.array(["a"]), object()], ids=lambda wrong: type(wrong).__name__
)
def test_what_no_function_takes_does_not_stop_the_recording(wrong):
    with pytest.raises(rung.errors.DTypeError), rung.record() as graph:
        F.exp(wrong)
    assert graph.calls[0].failed
    assert Graph.from_json(graph.to_json()) == graph


def test_keyboard_interrupts_pass():
    with pytest.raises(KeyboardInterrupt), rung.record() as graph:
        raise KeyboardInterrupt
    assert graph.error.type == "KeyboardInterrupt"


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def test_an_exception_that_cannot_say_what_it_is_passes_as_it_is():
    with pytest.raises(Speechless), rung.record() as graph:
        raise Speechless
    assert (graph.error.type, graph.error.message) == ("Speechless", "")


def test_nan_is_counted(x):
    with np.errstate(all="ignore"), rung.record() as graph:
        F.log(x - 2.0)
    assert [(v.arrays[0][1].nan, v.arrays[0][1].inf) for v in graph.values if v.kind == "result"] == [(0, 0), (1, 1)]


def test_a_walk_and_a_recording_find_the_same_graph(x):
    with rung.record() as recorded:
        y = _branching(x)
    walked = graph_of(y)
    assert names(walked) == names(recorded)
    assert [(c.inputs, c.outputs, c.generation) for c in walked.calls] == [
        (c.inputs, c.outputs, c.generation) for c in recorded.calls
    ]


def test_what_the_engine_notes_on_a_function_is_no_option(x):
    with rung.record() as graph:
        Broken()(x)
    assert graph.calls[0].options == {}


def test_an_evaluation_after_the_training_is_no_iteration():
    model, optimizer = MLP((2, 1)), None
    x, t = np.ones((4, 3), np.float32), np.ones((4, 1), np.float32)
    with rung.record() as graph:
        for _ in range(2):
            loss = F.mean_squared_error(model(x), t)
            optimizer = optimizer or rung.optimizers.SGD(0.1).setup(model)
            model.cleargrads()
            loss.backward()
            optimizer.update()
        with rung.no_grad():
            model(x)
    assert [event.number for event in graph.events if event.what == "step"] == [2]
    assert [group.label for group in graph.groups if group.kind == "step"] == ["step 1", "step 2"]


def test_names_that_are_no_text_are_written_as_text():
    with rung.record(3) as graph:
        F.exp(rung.Variable(1.0, name=5))
    assert (graph.title, graph.values[0].name) == ("3", "5")
    assert Graph.from_json(graph.to_json()) == graph


def test_what_is_the_users_own_and_broken_does_not_stop_the_recording():
    class Odd(str):
        def __repr__(self):
            raise RuntimeError("no text")

    class Op(rung.Function):
        def __init__(self):
            self.option = Odd("x")

        def forward(self, x):
            return x

        def multiply_adds(self, *shapes):
            raise RuntimeError("no count")

    with rung.record() as graph:
        assert Op()(rung.Variable(1.0)).data == 1.0
    assert graph.calls[0].options == {"option": "Odd"}
