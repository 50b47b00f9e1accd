"""Pictures of models: run once, in test mode, named, and folded until they fit on a screen."""

import numpy as np
import pytest

import rung
import rung.dezero
import rung.layers as L
from rung.picture.drawing import drawing_of
from rung.picture.graph import Graph
from rung.picture.model import SCREEN, fold_to_fit, structure_of


class Spy(rung.Model):
    def __init__(self):
        self.calls, self.trained = 0, None
        self.l1 = L.Linear(3)

    def forward(self, image, labels=None):
        self.calls += 1
        self.trained = rung.Config.train
        return self.l1(image)


def test_the_model_is_called_once_and_in_test_mode(tmp_path):
    model = Spy()
    model.plot(np.ones((2, 4), np.float32), to_file=tmp_path / "model.svg")
    assert (model.calls, model.trained) == (1, False)
    assert rung.Config.train


def test_inputs_are_called_what_forward_calls_them(tmp_path):
    picture = Spy().plot(np.ones((2, 4), np.float32), to_file=tmp_path / "model.svg")
    text = picture.path.read_text(encoding="utf-8")
    assert ">image<" in text
    assert ">Spy<" in text
    assert ">linear<" in text


def test_numbers_of_tokens_stay_numbers(tmp_path):
    graph = structure_of(L.Embedding(5, 3), (np.array([1, 2]),))
    assert [graph.ops[call.op].name for call in graph.calls]
    assert "leaf" not in [value.kind for value in graph.values]


@pytest.mark.parametrize("ending", ["svg", "dot", "html", "json"])
def test_every_ending_will_do(ending, tmp_path):
    picture = rung.models.MLP((4, 2)).plot(np.ones((1, 3)), to_file=tmp_path / f"model.{ending}")
    assert picture.path.stat().st_size > 100


def test_without_folding_every_function_is_drawn(tmp_path):
    model, x = rung.models.ResNet18(), np.zeros((1, 3, 32, 32), np.float32)
    folded = model.plot(x, to_file=tmp_path / "a.svg").path.read_text(encoding="utf-8")
    whole = model.plot(x, to_file=tmp_path / "b.svg", fold=False).path.read_text(encoding="utf-8")
    assert whole.count(">conv2d<") == 20
    assert folded.count(">conv2d<") < 5


def test_the_book_model_plots_too(tmp_path):
    model = rung.dezero.models.MLP((4, 3))
    text = model.plot(np.ones((2, 5)), to_file=str(tmp_path / "model.svg")).path.read_text(encoding="utf-8")
    assert ">sigmoid<" in text
    assert ">x<" in text


@pytest.mark.parametrize("name", ["VGG16", "ResNet152", "SqueezeNet", "ViT"])
def test_large_models_fit_on_a_screen(name):
    kind = getattr(rung.models, name)
    model = kind(10, image_size=64, patch_size=16) if name == "ViT" else kind()
    graph = structure_of(model, (np.zeros((1, 3, 64, 64), np.float32),))
    fold_to_fit(graph)
    drawing = drawing_of(graph, variables="named")
    assert drawing.width <= SCREEN[0]
    assert drawing.height <= SCREEN[1]
    assert sum(bool(figure.texts) for figure in drawing.boxes) > 5, "more is folded than need be"


def test_a_graph_without_groups_stays_as_it_is():
    graph = Graph()
    fold_to_fit(graph)
    assert graph == Graph()


def test_the_ending_is_looked_at_before_the_model_runs(tmp_path):
    class Unlucky(rung.Model):
        def forward(self, x):
            raise AssertionError("it ran")

    with pytest.raises(rung.errors.ValueRangeError, match="ends in"):
        Unlucky().plot(np.ones(1), to_file=tmp_path / "model.bmp")
