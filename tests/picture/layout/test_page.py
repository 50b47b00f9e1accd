"""The page's layout and Python's give the same integers."""

import json
import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from picture.layout import scenes

from rung.picture.layout import lay_out

PROGRAM = """
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map(([scene, direction]) => layOut(scene, direction))));
"""


def _node():
    """Node from the path, or the one that playwright brings."""
    if found := shutil.which("node"):
        return found
    try:
        import playwright
    except ModuleNotFoundError:
        pytest.skip("there is no node on the path, and no playwright, which brings one")
    bundled = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
    return str(bundled) if bundled.exists() else pytest.skip("there is no node on the path, and none in playwright")


def _in_the_page(cases):
    layout = files("rung.picture").joinpath("page/layout.js").read_text(encoding="utf-8")
    run = subprocess.run(
        [_node(), "--input-type=commonjs", "--eval", layout + PROGRAM],
        input=json.dumps(cases), capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


def test_the_page_gives_the_same_integers():
    corpus = scenes.corpus()
    names = [(name, direction) for name in corpus for direction in ("down", "right")]
    for (name, direction), made in zip(names, _in_the_page([(corpus[n], d) for n, d in names]), strict=True):
        assert made == lay_out(corpus[name], direction), f"{name} {direction}"


@pytest.mark.parametrize(
    "scene", [scenes.residual(2000), scenes.one_variable_all_along(2000), scenes.tanh_derivative(6)]
)
def test_the_page_gives_the_same_integers_in_large_graphs(scene):
    assert _in_the_page([(scene, "down")]) == [lay_out(scene)]
