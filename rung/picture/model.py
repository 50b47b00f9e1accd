"""A picture of a model: what a call of it runs, folded by layer until it fits on a screen."""

from __future__ import annotations

import inspect
from typing import Any

from rung.config import mode
from rung.core.variable import Variable
from rung.cuda import is_array
from rung.picture.drawing import drawing_of, visible
from rung.picture.graph import Graph
from rung.picture.recorder import Recorder
from rung.picture.saving import STILL, ending_of, write
from rung.picture.shown import Picture

SCREEN = 1400, 1000  # pixels
MOST_BOXES = 200  # on a screen: what has more need not be laid out to see that it does not fit


def plot_model(model: Any, inputs: tuple[Any, ...], to_file: Any, fold: bool, options: dict[str, Any]) -> Picture:
    """Draw what a model runs when it is called on these inputs, in test mode; see `Model.plot`."""
    ending = ending_of("Model.plot", to_file)  # before the model runs, which may take long
    graph = structure_of(model, inputs)
    if ending in STILL:
        options = {"variables": "named", "fold": fold} | options
    if fold:
        fold_to_fit(graph)
    return Picture(write("Model.plot", graph, to_file, options))


def structure_of(model: Any, inputs: tuple[Any, ...]) -> Graph:
    """The graph of a call of a model in test mode, without anything about the elements of arrays."""
    recorder = _StructureRecorder(type(model).__name__, seconds=False)
    with mode(watcher=recorder, train=False):
        model(*_named(model, inputs))
    recorder.finish()
    return recorder.graph


class _StructureRecorder(Recorder):
    """Looks at no elements: of a large model, that would take longer than running it."""

    def _see(self, x: Any, value: int) -> None:
        pass


def _named(model: Any, inputs: tuple[Any, ...]) -> list[Any]:
    """The inputs, of which arrays of floats become Variables that are called what `forward` calls them."""
    parameters = inspect.signature(model.forward).parameters.values()
    names = [p.name if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) else None for p in parameters]
    names += [None] * len(inputs)
    return [
        Variable(x, name=name) if is_array(x) and x.dtype.kind == "f" else x
        for x, name in zip(inputs, names, strict=False)
    ]


def fold_to_fit(graph: Graph) -> None:
    """Unfold the groups as deep as the picture still fits on a screen; the outermost ones in any case."""
    depths = _depths(graph)
    for deepest in range(max(depths, default=0), -1, -1):
        for group, depth in zip(graph.groups, depths, strict=True):
            group.open = depth <= deepest
        if _fits(graph):
            return


def _depths(graph: Graph) -> list[int]:
    """How many groups are around each group, which come before it."""
    depths: list[int] = []
    for group in graph.groups:
        depths.append(0 if group.parent is None else depths[group.parent] + 1)
    return depths


def _fits(graph: Graph) -> bool:
    if len(visible(graph, fold=True, variables="named", verbose=True)["boxes"]) > MOST_BOXES:
        return False
    drawing = drawing_of(graph, variables="named")
    return drawing.width <= SCREEN[0] and drawing.height <= SCREEN[1]
