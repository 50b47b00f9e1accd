"""The book's utilities by their old names."""

import sys

import numpy as np
import pytest

import rung
import rung.functions as F
from rung import files, utils
from rung.dezero import utils as book_utils
from rung.errors import DownloadError, RungError


class Wrong(rung.Function):
    def forward(self, x):
        return x**2

    def backward(self, gy):
        (x,) = self.inputs
        return 3 * x * gy


def test_a_wrong_gradient_is_found_and_printed(capsys):
    assert utils.gradient_check(lambda x: x**2, np.array([1.0, 2.0]))
    assert not utils.gradient_check(Wrong(), np.array([1.0, 2.0]))
    printed = capsys.readouterr().out
    assert "[2." in printed.replace("values ", "values [")
    assert "disagree" in printed


@pytest.mark.parametrize("module", [utils, book_utils])
def test_a_check_leaves_its_argument_as_it_was(module):
    kind = rung.Variable if module is utils else rung.dezero.Variable
    x = kind(np.ones(2, np.float32))
    assert module.gradient_check(lambda x, y, times=1: x * y * times, x, 3.0, times=2)
    assert (x.dtype, x.grad) == (np.float32, None)


def test_differences_are_of_the_sum_of_the_results():
    assert np.allclose(utils.numerical_grad(lambda x: F.sin(x) * 2, np.array([[0.0, 1.0]])), 2 * np.cos([[0.0, 1.0]]))
    assert np.allclose(utils.numerical_grad(np.square, rung.Variable(3.0)), 6.0)


def test_arrays_and_variables_are_compared():
    a, b = rung.Variable(np.array([1.0, 2.0])), np.array([1.0, 2.00001])
    assert not utils.array_equal(a, b)
    assert not utils.array_equal(np.ones(2), np.ones((2, 1)))
    assert utils.array_equal(a, a.data)
    assert utils.array_allclose(a, b)
    assert not utils.array_allclose(a, b, rtol=1e-7, atol=0.0)


@pytest.mark.parametrize(("axis", "keepdims"), [(None, False), (0, False), (-1, False), ((0, 2), False), (1, True)])
def test_a_gradient_of_a_sum_gets_its_axes_back(axis, keepdims):
    x = np.zeros((2, 3, 4))
    gy = np.ones(x.sum(axis, keepdims=keepdims).shape)
    assert np.broadcast_to(utils.reshape_sum_backward(gy, x.shape, axis, keepdims), x.shape).shape == x.shape


@pytest.mark.parametrize("axis", [None, 0, -1, (0, -1)])
def test_the_shape_of_a_maximum_with_its_axes_kept(axis):
    x = np.zeros((2, 3, 4))
    assert tuple(utils.max_backward_shape(x, axis)) == x.max(axis, keepdims=True).shape


@pytest.mark.parametrize("shape", [(3, 4), (1, 4), (4,), (1,), (), (3, 1), (2, 3, 4)])
def test_broadcasting_is_undone_by_sums(shape):
    x = np.arange(24.0).reshape(2, 3, 4)
    assert np.array_equal(utils.sum_to(x, shape), F.sum_to(x, shape).data)


def test_logarithms_of_sums_do_not_overflow():
    x = np.array([[1e3, 1e3 + 1], [-1e3, 0.0]])
    assert np.allclose(utils.logsumexp(x), F.logsumexp(x, 1, keepdims=True).data)


def test_sizes_of_convolutions():
    assert [utils.get_conv_outsize(7, 3, stride, 1) for stride in (1, 2, 3)] == [7, 4, 3]
    assert utils.get_deconv_outsize(utils.get_conv_outsize(8, 4, 2, 1), 4, 2, 1) == 8


def test_pairs():
    assert utils.pair(2) == utils.pair((2, 2)) == (2, 2)
    for wrong in (2.5, "ab", (1, 2, 3)):
        with pytest.raises(RungError, match="pair"):
            utils.pair(wrong)


def test_files_are_found_before_they_are_downloaded(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path))
    (tmp_path / "zebra.jpg").write_bytes(b"stripes")
    assert utils.get_file("https://example.org/images/zebra.jpg") == str(tmp_path / "zebra.jpg")
    asked = []
    monkeypatch.setattr(files, "download", lambda *question: asked.append(question) or tmp_path)
    utils.get_file("https://example.org/horse.jpg", "pony.jpg")
    assert asked == [("https://example.org/horse.jpg", "pony.jpg", None)]
    with pytest.raises(DownloadError):
        utils.get_file("https://example.org/horse.jpg", "../horse.jpg")


def test_progress_is_a_bar_that_ends(capsys):
    utils.show_progress(1, 50, 200)
    utils.show_progress(9, 50, 200)
    utils.show_progress(1, 50, -1)
    assert [line[32:] for line in capsys.readouterr().out.split("\r")[1:]] == [" 25.00%", " 100.00%", " 100.00%"]


def test_a_program_of_the_book_draws_without_graphviz(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    picture = book_utils.plot_dot_graph(rung.dezero.Variable(np.ones(1)) * 2)
    assert picture.path.read_bytes().startswith(b"\x89PNG")
    assert picture._repr_mimebundle_().keys() == {"text/plain", "image/png"}


def test_a_program_of_the_book_goes_on_where_no_picture_can_be_drawn_and_is_told(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert book_utils.plot_dot_graph(rung.dezero.Variable(np.ones(1)) * 2) is None
    assert "needs resvg_py" in capsys.readouterr().err


def test_a_graph_is_drawn_with_names_and_the_gradients_graph_too(tmp_path):
    x = rung.dezero.Variable(np.array(1.0), name="x")
    y = rung.dezero.functions.tanh(x)
    y.backward(create_graph=True)
    x.grad.name = "gx"
    text = book_utils.get_dot_graph(x.grad, verbose=False)
    assert 'label="x"' in text
    assert 'label="gx"' in text
    book_utils.plot_dot_graph(x.grad, to_file=str(tmp_path / "graph.dot"))
    assert (tmp_path / "graph.dot").read_text().startswith("digraph g {")
