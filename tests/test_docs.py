"""The examples on the pages of the documentation run, one after the other."""

import doctest
import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", ["training.md", "networks.md", "pictures.md", "viewing.md", "profiling.md"])
def test_a_page_runs(name):
    outcome = doctest.testfile(str(DOCS / name), module_relative=False,
                               optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)  # fmt: skip
    assert outcome.attempted > 7
    assert not outcome.failed


@pytest.mark.parametrize("name", ["tanh", "goldstein_price", "nan"])
def test_the_pictures_of_graphs_are_as_their_command_draws_them(name, tmp_path, monkeypatch):
    draw_graphs = runpy.run_path(str(DOCS / "draw_graphs.py"))
    draw = {"tanh": "draw_derivative", "goldstein_price": "draw_goldstein_price", "nan": "draw_nan"}[name]
    monkeypatch.setitem(draw_graphs[draw].__globals__, "IMAGES", tmp_path)
    draw_graphs[draw]()
    file = f"graph_{name}.svg"
    assert (tmp_path / file).read_bytes() == (DOCS / "images" / file).read_bytes(), "run python docs/draw_graphs.py"
