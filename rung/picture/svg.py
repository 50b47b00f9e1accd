"""A drawing as SVG: one element for each box, its colours in one style sheet, light and dark.

Every name is text there, whatever it holds, and nothing in the file is fetched or run.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from rung.picture.drawing import Drawing, Figure, Rectangle, Text, Wire
from rung.picture.lines import Curve
from rung.picture.text import shipped


def svg_of(drawing: Drawing, font: str | None = None) -> str:
    """The text of an SVG file; the same drawing gives the same text.

    Args:
        drawing: what to draw.
        font: the names of fonts as in CSS; those of the theme if None.
    """
    width, height = drawing.width, drawing.height
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rung" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">'
    )
    title = f"<title>{escape(drawing.title)}</title>" if drawing.title else ""
    paper = f'<rect class="paper" width="{width}" height="{height}"/>'
    frames = map(_figure, drawing.frames)
    wires = map(_wire, drawing.wires)
    boxes = map(_figure, drawing.boxes)
    return "\n".join([head, *filter(None, [title]), _style(font), paper, *frames, *wires, *boxes, "</svg>\n"])


# Colours


def _style(font: str | None) -> str:
    theme = shipped("theme.json")
    dark = "\n".join(_rules(theme["dark"]))
    fixed = [
        f".rung text{{font-family:{font or theme['font']};text-anchor:middle}}",
        ".rung .start{text-anchor:start}",
        f".rung rect{{stroke-width:{theme['sizes']['line']}}}",
        f".rung .line{{fill:none;stroke-width:{theme['sizes']['line']}}}",
        ".rung .wrong rect{stroke-width:2}",
        ".rung .frame text{stroke-width:4;stroke-linejoin:round;paint-order:stroke}",
    ]
    rules = "\n".join([*fixed, *_rules(theme["light"])])
    return f"<style>\n{rules}\n@media screen and (prefers-color-scheme:dark){{\n{dark}\n}}\n</style>"


def _rules(colors: Any) -> Iterator[str]:
    """The rules of a style sheet for one set of colours."""
    yield f".rung .paper{{fill:{colors['paper']}}}"
    yield f".rung .heading{{fill:{colors['ink']}}}"
    for tone, color in (("edge", colors["edge"]), ("backward", colors["tones"]["backward"]["line"])):
        yield f".rung .line.{tone}{{stroke:{color}}}"
        yield f".rung .head.{tone}{{fill:{color}}}"
    for tone, parts in {"frame": colors["frame"], "chip": colors["chip"], **colors["tones"]}.items():
        yield f".rung .{tone} rect{{fill:{parts['fill']};stroke:{parts['line']}}}"
        yield f".rung .{tone} text{{fill:{parts['text']}}}"
        if tone == "frame":  # its title covers the lines that run through it
            yield f".rung .frame text{{stroke:{parts['fill']}}}"
        if "muted" in parts:
            yield f".rung .{tone} .faint{{fill:{parts['muted']}}}"


# Shapes


def _figure(figure: Figure) -> str:
    note = f"<title>{escape(figure.note)}</title>" if figure.note else ""
    shapes = "".join([*map(_rectangle, figure.rectangles), *map(_text, figure.texts)])
    return f'<g class="{figure.tone}">{note}{shapes}</g>'


def _rectangle(shape: Rectangle) -> str:
    return f'<rect x="{shape.x}" y="{shape.y}" width="{shape.w}" height="{shape.h}" rx="{shape.radius}"/>'


def _text(text: Text) -> str:
    classes = " ".join((["faint"] if text.faint else []) + ([] if text.centred else ["start"]))
    kind = f' class="{classes}"' if classes else ""
    return f'<text{kind} x="{text.x}" y="{text.y}" font-size="{text.size}">{escape(text.text)}</text>'


def _wire(wire: Wire) -> str:
    lines = " ".join(map(_path, wire.curves))
    heads = " ".join(_path([("M", head[:1]), *(("L", [corner]) for corner in head[1:])]) + "Z" for head in wire.heads)
    return f'<path class="line {wire.tone}" d="{lines}"/><path class="head {wire.tone}" d="{heads}"/>'


def _path(curve: Curve) -> str:
    return "".join(step + " ".join(f"{_number(x)},{_number(y)}" for x, y in points) for step, points in curve)


def _number(x: float) -> str:
    """With one decimal at most.

    >>> _number(2.0), _number(2.46), _number(-0.01)
    ('2', '2.5', '0')
    """
    rounded = round(10 * x)
    return str(rounded // 10) if rounded % 10 == 0 else f"{rounded / 10:.1f}"
