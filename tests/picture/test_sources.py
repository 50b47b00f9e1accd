"""The line of the user's program, wherever a function is called from, and whatever it is called by."""

import contextlib
from pathlib import Path

import numpy as np

import rung
import rung.functions as F
from rung.models import MLP
from rung.picture.sources import is_library, shown_name


def _line(marker):
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {marker}"))


def _lines(graph):
    assert {graph.files[call.source[0]].rpartition("/")[2] for call in graph.calls} == {"test_sources.py"}
    return [call.source[1] for call in graph.calls]


def test_operators_functions_and_numpys_own_functions():
    x = rung.Variable(np.ones(2))
    with rung.record() as graph:
        x + x  # operator
        F.softmax(x)  # function
        np.sin(x)  # ufunc
        x.sum()  # method
    assert _lines(graph) == [_line("operator"), _line("function"), _line("ufunc"), _line("method")]


def test_calls_inside_rungs_layers_are_where_the_model_was_called():
    model = MLP((3, 1))
    with rung.record() as graph:
        model(np.ones((1, 2), np.float32))  # model
    assert set(_lines(graph)) == {_line("model")}


def test_calls_inside_the_users_layers_are_there():
    class Net(rung.Layer):
        def forward(self, x):
            return F.exp(x)  # forward

    with rung.record() as graph:
        Net()(np.ones(2))
    assert _lines(graph) == [_line("forward")]


def test_derivatives_are_where_the_pass_was_begun():
    x = rung.Variable(1.0)
    y = F.tanh(x)
    with rung.record() as graph:
        y.backward(create_graph=True)  # pass
    assert set(_lines(graph)[1:] if graph.calls[0].source else _lines_of_pass(graph)) == {_line("pass")}


def _lines_of_pass(graph):
    return [call.source[1] for call in graph.calls if call.pass_ is not None]


def test_calls_from_before_have_no_line():
    y = F.exp(rung.Variable(1.0))
    with rung.record() as graph:
        y.backward()
    assert graph.calls[0].source is None


def test_paths_are_relative_or_names_alone():
    folder = Path("/home/ann/project")
    assert shown_name("/home/ann/project/lib/nets.py", folder) == "lib/nets.py"
    assert shown_name("/elsewhere/nets.py", folder) == "nets.py"
    assert shown_name("nets.py", folder) == "nets.py"
    assert shown_name("/tmp/ipykernel_17/123.py", folder) == "notebook"
    assert shown_name("<stdin>", folder) == "<stdin>"


def test_a_neighbour_whose_name_begins_alike_is_no_library():
    package = Path(rung.__file__).parent
    assert is_library(str(package / "layers" / "linear.py"))
    assert is_library(contextlib.__file__)
    assert not is_library(f"{package}_and_more/train.py")
