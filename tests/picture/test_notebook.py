"""Notebooks: what a cell shows of a graph, a variable, a model and a picture, without any notebook here."""

import base64
import html
from xml.etree import ElementTree

import numpy as np
import pytest
from picture.programs import training_step

import rung
import rung.dezero
import rung.functions as F
from rung.picture import notebook
from rung.picture.saving import plot_dot_graph


def test_a_graph_is_a_page_and_a_picture_for_where_no_scripts_run():
    bundle = training_step()._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html", "image/svg+xml"}
    frame = ElementTree.fromstring(bundle["text/html"])
    assert frame.tag == "iframe"
    assert frame.get("srcdoc").startswith("<!DOCTYPE html>")
    assert "allow-same-origin" not in frame.get("sandbox")
    assert ElementTree.fromstring(bundle["image/svg+xml"]).tag.endswith("svg")


def test_a_variable_is_its_text_and_its_graph_if_that_is_small():
    x = rung.Variable(np.array([1.0, 2.0]), name="x")
    shown = (x * 2.0)._repr_mimebundle_()
    assert shown["text/plain"] == "variable([2. 4.])"
    assert shown["text/html"].startswith("<pre>variable([2. 4.])</pre><div")
    assert "<svg " in shown["text/html"]
    assert ">mul<" in shown["text/html"]
    assert x._repr_mimebundle_().keys() == {"text/plain"}


def test_a_variable_of_many_functions_is_its_text_alone():
    y = x = rung.Variable(1.0)
    for _ in range(notebook.FEW + 1):
        y = y + x
    assert y._repr_mimebundle_() == {"text/plain": repr(y)}


def test_the_variables_of_the_book_are_shown_too():
    x = rung.dezero.Variable(np.array(1.0), name="x")
    assert ">x<" in rung.dezero.functions.tanh(x)._repr_mimebundle_()["text/html"]


def test_names_are_text():
    y = rung.Variable(1.0, name="<script>alert(1)</script>") * 2.0
    y.name = "</pre><b>"
    shown = y._repr_mimebundle_()["text/html"]
    assert "<script>" not in shown
    assert "</pre><b>" not in shown


def test_a_model_is_its_layers_to_be_unfolded():
    model = rung.models.MLP((10, 3))
    model(np.ones((1, 4), np.float32))
    shown = model._repr_mimebundle_()
    tree = ElementTree.fromstring(shown["text/html"])
    text = "".join(tree.itertext())
    assert tree.tag == "details"
    assert "MLP 83 parameters" in text
    assert "layers.0 Linear" in text
    assert "W (4, 10)" in text


def test_a_model_that_was_never_called_is_shown_without_sizes():
    shown = rung.models.ResNet18()._repr_mimebundle_()
    assert "W ?" in html.unescape(shown["text/html"])


def test_a_layer_with_layers_deep_inside_names_each_by_what_is_around_it():
    class Block(rung.Layer):
        def __init__(self):
            self.inner = {"a": rung.layers.Linear(2), "b": [rung.layers.Linear(3)]}

    class Net(rung.Layer):
        def __init__(self):
            self.block = Block()

    tree = ElementTree.fromstring(Net()._repr_mimebundle_()["text/html"])
    names = [name.text for name in tree.iter("b")]
    assert names == ["block", "inner.a", "inner.b.0"]


def test_showing_never_fails(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    y = F.exp(rung.Variable(1.0))
    graph = training_step()
    monkeypatch.setattr(notebook, "drawing_of", fail)
    assert y._repr_mimebundle_() == {"text/plain": repr(y)}
    assert graph._repr_mimebundle_().keys() == {"text/plain", "text/html"}


@pytest.mark.parametrize(
    ("ending", "kind"), [("svg", "image/svg+xml"), ("png", "image/png"), ("html", "text/html"), ("dot", None)]
)
def test_a_picture_in_a_file_is_shown(ending, kind, tmp_path):
    picture = plot_dot_graph(rung.Variable(1.0) * 2, to_file=tmp_path / f"graph.{ending}")
    bundle = picture._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", *([kind] if kind else [])}
    if ending == "png":
        assert base64.b64decode(bundle[kind]) == picture.path.read_bytes()
    picture.path.unlink()
    assert picture._repr_mimebundle_().keys() == {"text/plain"}
