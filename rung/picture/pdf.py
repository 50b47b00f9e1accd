"""A drawing as PDF, by matplotlib: lines and text that stay sharp at any size, on a page as large as the picture."""

from __future__ import annotations

import io
from typing import Any

from rung.fonts import drawable, families, require_matplotlib
from rung.picture.drawing import Drawing, Figure, Rectangle, Text, Wire
from rung.picture.lines import Curve
from rung.picture.text import shipped

POINTS = 0.75  # of a page for a pixel of the drawing: 96 of these, or 72 of those, are an inch
LONGEST = 14_000  # points along a side; PDF knows no more than 14,400
ROUND = 0.5523  # where the handles of a curve are that is nearly a quarter of a circle
STEPS = {"M": [1], "L": [2], "Q": [3, 3], "C": [4, 4, 4]}  # a pen's way in the codes of matplotlib's paths


def pdf_of(drawing: Drawing) -> bytes:
    """The bytes of a PDF file; the same drawing gives the same bytes.

    Raises `MissingExtraError` without matplotlib.
    """
    require_matplotlib()
    import matplotlib
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    page = _Page(drawing)
    file = io.BytesIO()
    with matplotlib.rc_context({"pdf.fonttype": 42, "pdf.compression": 6, "text.usetex": False}):
        facts = {"Title": drawing.title or None, "Creator": "Rung", "Producer": None, "CreationDate": None}
        canvas: Any = FigureCanvasPdf(page.figure)
        canvas.print_pdf(file, metadata=facts)
    return file.getvalue()


class _Page:
    """A figure of matplotlib as large as the drawing, and measured in its pixels from the top left."""

    def __init__(self, drawing: Drawing):
        from matplotlib.figure import Figure as Paper
        from matplotlib.transforms import Affine2D

        self.colors = shipped("theme.json")["light"]
        self.line = shipped("theme.json")["sizes"]["line"]
        self.height = drawing.height
        self.points = min(POINTS, LONGEST / max(drawing.width, drawing.height))
        size = drawing.width * self.points / 72, drawing.height * self.points / 72
        self.figure = Paper(figsize=size, dpi=72, facecolor=self.colors["paper"], edgecolor="none")
        self.place = Affine2D().scale(1, -1).translate(0, drawing.height).scale(self.points)
        for figure in drawing.frames:
            self.draw_figure(figure)
        for wire in drawing.wires:
            self.draw_wire(wire)
        for figure in drawing.boxes:
            self.draw_figure(figure)

    def draw_figure(self, figure: Figure) -> None:
        from matplotlib.patheffects import withStroke

        colors = self.colors.get(figure.tone) or self.colors["tones"][figure.tone]
        for rectangle in figure.rectangles:
            self.draw(_outline(rectangle), colors["fill"], colors["line"], closed=True)
        for text in figure.texts:
            words = self.write(text, colors["muted"] if text.faint else colors["text"])
            if figure.tone == "frame":  # its title covers the lines that run through it
                words.set_path_effects([withStroke(linewidth=4 * self.points, foreground=colors["fill"])])

    def draw_wire(self, wire: Wire) -> None:
        color = self.colors["edge"] if wire.tone == "edge" else self.colors["tones"][wire.tone]["line"]
        self.draw([step for curve in wire.curves for step in curve], "none", color)
        for head in wire.heads:
            self.draw([("M", head[:1]), *(("L", [corner]) for corner in head[1:])], color, "none", closed=True)

    def draw(self, curve: Curve, fill: str, line: str, closed: bool = False) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        points = [point for _, step in curve for point in step] + [(0, 0)] * closed
        codes = [code for kind, _ in curve for code in STEPS[kind]] + [79] * closed
        look = {"facecolor": fill, "edgecolor": line, "linewidth": self.line * self.points, "joinstyle": "round"}
        patch = PathPatch(Path(points, codes), **look, capstyle="butt")
        patch.set_transform(self.place)
        self.figure.add_artist(patch)

    def write(self, text: Text, color: str) -> Any:
        from matplotlib.text import Text as Words
        from matplotlib.transforms import IdentityTransform

        x, y = self.place.transform((text.x, text.y))
        words = Words(
            x, y, drawable(text.text), color=color, family=list(families()), fontsize=text.size * self.points,
            ha="center" if text.centred else "left", va="baseline", parse_math=False,
        )  # fmt: skip
        words.set_transform(IdentityTransform())
        return self.figure.add_artist(words)


def _outline(shape: Rectangle) -> Curve:
    """The way round a rectangle."""
    left, top, right, bottom = shape.x, shape.y, shape.x + shape.w, shape.y + shape.h
    r = min(shape.radius, shape.w / 2, shape.h / 2)
    c = r * (1 - ROUND)
    return [
        ("M", [(left + r, top)]),
        ("L", [(right - r, top)]), ("C", [(right - c, top), (right, top + c), (right, top + r)]),
        ("L", [(right, bottom - r)]), ("C", [(right, bottom - c), (right - c, bottom), (right - r, bottom)]),
        ("L", [(left + r, bottom)]), ("C", [(left + c, bottom), (left, bottom - c), (left, bottom - r)]),
        ("L", [(left, top + r)]), ("C", [(left, top + c), (left + c, top), (left + r, top)]),
    ]  # fmt: skip
