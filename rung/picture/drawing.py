"""A graph as shapes on paper: what every picture that does not move is drawn from, SVG and PDF alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from rung.picture import notes
from rung.picture.graph import Graph
from rung.picture.layout import lay_out
from rung.picture.lines import Curve, Point, arrow, branches, rounded
from rung.picture.scene import Scene, scene_of
from rung.picture.text import cut, drawable, shipped

HEADING = 15  # the font size of the title


@dataclass(slots=True)
class Rectangle:
    """A rectangle with round corners, from its top left."""

    x: int
    y: int
    w: int
    h: int
    radius: int


@dataclass(slots=True)
class Text:
    """A line of text; x is its middle, or its left side, and y its baseline."""

    x: int
    y: int
    text: str
    size: int
    faint: bool = False
    centred: bool = True


@dataclass(slots=True)
class Figure:
    """Shapes of one tone that belong together, with a note that is shown to who points at them."""

    tone: str
    rectangles: list[Rectangle] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class Wire:
    """A net: its lines, and the heads of its arrows."""

    tone: str
    curves: list[Curve] = field(default_factory=list)
    heads: list[list[Point]] = field(default_factory=list)


@dataclass(slots=True)
class Drawing:
    """A picture: from back to front its frames, wires and boxes."""

    width: int
    height: int
    title: str
    frames: list[Figure]
    wires: list[Wire]
    boxes: list[Figure]


def drawing_of(
    graph: Graph, *, fold: bool = True, variables: str = "all", verbose: bool = True, direction: str = "down"
) -> Drawing:
    """Draw a graph.

    Args:
        graph: a `Graph`.
        fold: fold the groups that the graph says; otherwise there are no groups, as in the book.
        variables: "all", or "named" to leave out results that have no name and lie between two functions.
        verbose: write shapes, dtypes, options and counts.
        direction: which way it runs, "down" or "right".
    """
    scene = visible(graph, fold, variables, verbose)
    return _Pen(graph, scene, lay_out(cast(dict[str, Any], scene), direction=direction)).drawing()


def visible(graph: Graph, fold: bool, variables: str, verbose: bool) -> Scene:
    """The scene of a graph; one without groups if nothing is to be folded."""
    if fold:
        return scene_of(graph, None, variables, verbose)
    scene = scene_of(graph, range(len(graph.groups)), variables, verbose)
    scene["frames"] = []
    for box in scene["boxes"]:
        box["frame"] = -1
    return scene


class _Pen:
    """A scene and where its parts stand, on the way to paper."""

    def __init__(self, graph: Graph, scene: Scene, placement: Any):
        self.graph, self.scene, self.placement = graph, scene, placement
        self.sizes = shipped("theme.json")["sizes"]
        self.titles: list[Text] = []  # of frames, which stand above the lines

    def drawing(self) -> Drawing:
        width, height = self.placement["width"], self.placement["height"]
        drawing = Drawing(width, height, drawable(self.graph.title), [], [], [])
        drawing.frames += self._frames()
        for net, placed in zip(self.scene["nets"], self.placement["nets"], strict=True):
            drawing.wires.append(self._wire(net, placed))
            drawing.boxes += self._chips(net, placed)
        drawing.boxes += [*self._boxes(), Figure("frame", texts=self.titles)]
        return drawing

    def _frames(self) -> Iterator[Figure]:
        sizes = self.sizes
        for frame, (x, y, w, h) in zip(self.scene["frames"], self.placement["frames"], strict=True):
            base = y + (frame["header"] + sizes["header_text"]) // 2
            self.titles.append(Text(x + sizes["pad_x"], base, frame["label"], sizes["header_text"], centred=False))
            yield Figure("frame", [Rectangle(x, y, w, h, sizes["frame_corner"])])

    def _wire(self, net: Any, placed: Any) -> Wire:
        made_backward = self.graph.values[net["value"]].gradient_of is not None
        wire = Wire("backward" if made_backward else "edge")
        bend, head = self.sizes["bend"], self.sizes["arrow"]
        ends = [*placed["ends"], *(stub[-1] for stub in placed["stubs"])]
        for points in branches(placed["points"], ends, bend):
            wire.curves.append(rounded(points, bend, head - 1))
            wire.heads.append(arrow(points[-2], points[-1], head))
        return wire

    def _chips(self, net: Any, placed: Any) -> Iterator[Figure]:
        """For each part of a net that is not drawn, the name of what it comes from, beside its target."""
        sizes = self.sizes
        for _, x, y, w, h, _ in placed["stubs"]:
            label = cut(net["label"], w - sizes["chip"], sizes["chip"])
            text = Text(x, y + sizes["chip"] * 3 // 8, label, sizes["chip"])
            yield Figure("chip", [Rectangle(x - w // 2, y - h // 2, w, h, h // 2)], [text])

    def _boxes(self) -> Iterator[Figure]:
        sizes = self.sizes
        for box, (x, y) in zip(self.scene["boxes"], self.placement["boxes"], strict=True):
            figure = Figure(box["tone"], note=notes.note_of(self.graph, box["kind"], box["id"]))
            h = box["h"] - (2 * sizes["card"] if box["kind"] == "group" else 0)
            if box["kind"] == "group":
                for step in (2, 1):
                    inset, below = step * sizes["card_inset"], step * sizes["card"]
                    figure.rectangles.append(
                        Rectangle(x + inset, y + below, box["w"] - 2 * inset, h, sizes["corner"])
                    )
            figure.rectangles.append(
                Rectangle(x, y, box["w"], h, h // 2 if box["kind"] == "value" else sizes["corner"])
            )
            figure.texts += self._lines(box["lines"], x + box["w"] // 2, y + sizes["pad_y"])
            yield figure

    def _lines(self, lines: list[str], x: int, y: int) -> Iterator[Text]:
        """The title, if there is one, and the small lines below it."""
        title, *details = lines
        if title:
            yield Text(x, y + self.sizes["title_base"], title, self.sizes["title"])
            y += self.sizes["title_line"]
        for line in details:
            yield Text(x, y + self.sizes["detail_base"], line, self.sizes["detail"], faint=True)
            y += self.sizes["detail_line"]
