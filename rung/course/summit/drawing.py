"""Figures as SVG: what a step's `figure.py` prints, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

WIDTH, HEIGHT = 460.0, 220.0
Figure = Mapping[str, Any]


def draw(figure: Figure) -> str:
    """A figure of one of the kinds that there are: curves, map, tiles, text."""
    kinds: dict[str, Callable[[Figure], str]] = {"curves": curves, "map": plane, "tiles": tiles, "text": text}
    return kinds[figure["kind"]](figure)


def svg(width: float, height: float, parts: Sequence[str], title: str = "") -> str:
    """An SVG of these parts, as wide as there is room."""
    name = f"<title>{escape(title)}</title>" if title else ""
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img">{name}{"".join(parts)}</svg>'


def curves(figure: Figure) -> str:
    """Curves over one axis, with their names below."""
    values = [y for ys in figure["curves"].values() for y in ys if y is not None]
    low, high = min(values), max(values)
    left, right = min(figure["x"]), max(figure["x"])
    width = WIDTH * 2 if figure.get("wide") else WIDTH

    def place(x: float, y: float) -> str:
        across = 4 + (x - left) / (right - left or 1) * (width - 8)
        return f"{across:.1f},{6 + (high - y) / (high - low or 1) * (HEIGHT - 12):.1f}"

    parts = []
    if low < 0 < high:
        begin, end = place(left, 0), place(right, 0)
        parts.append(f'<path class="axis" d="M{begin}L{end}"/>')
    for number, ys in enumerate(figure["curves"].values()):
        points = [place(x, y) for x, y in zip(figure["x"], ys, strict=False) if y is not None]
        parts.append(f'<path class="curve c{number}" d="M{"L".join(points)}"/>')
    names = "".join(f'<li class="c{n}">{escape(name)}</li>' for n, name in enumerate(figure["curves"]))
    return f'{svg(width, HEIGHT, parts, figure["title"])}<ul class="names">{names}</ul>'


def plane(figure: Figure) -> str:
    """A plane cut into classes, with the points that they were learned from."""
    size, parts = len(figure["rows"]), []
    for y, row in enumerate(figure["rows"]):
        x = 0
        for kind, run in groupby(row):
            count = len(list(run))
            parts.append(f'<rect class="a{kind}" x="{x}" y="{y}" width="{count}.1" height="1.1"/>')
            x += count
    for across, down, kind in figure["points"]:
        parts.append(f'<circle class="p{kind}" cx="{across * size:.1f}" cy="{down * size:.1f}" r=".7"/>')
    return f'<div class="square">{svg(size, size, parts, figure["title"])}</div>'


def tiles(figure: Figure) -> str:
    """Little pictures side by side, each scaled from its darkest to its lightest point."""
    words = figure["words"] or [""] * len(figure["tiles"])
    found = [_tile(rows, word) for rows, word in zip(figure["tiles"], words, strict=True)]
    return f'<div class="sheet">{"".join(found)}</div>'


def _tile(rows: Sequence[Sequence[float]], word: str) -> str:
    values = [value for row in rows for value in row]
    low, high = min(values), max(values)
    parts = [
        f'<rect x="{x}" y="{y}" width="1.05" height="1.05" opacity="{(value - low) / (high - low or 1):.2f}"/>'
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
        if value > low + (high - low) / 50
    ]
    caption = f"<figcaption>{escape(word)}</figcaption>" if word else ""
    wrong = ' class="wrong"' if "not" in word else ""
    return f"<figure{wrong}>{svg(len(rows[0]), len(rows), parts)}{caption}</figure>"


def text(figure: Figure) -> str:
    """Lines, each with a word on when it was said."""
    rows = "".join(f"<dt>{escape(when)}</dt><dd>{escape(said)}</dd>" for when, said in figure["lines"])
    return f"<dl>{rows}</dl>"


def growth(heights: Sequence[tuple[int, int]], stages: Mapping[int, int]) -> str:
    """A bar for each step: how many lines the framework had when it was passed.

    Args:
        heights: the number of a step, and the lines
        stages: of each step, its stage
    """
    top, last = max(lines for _, lines in heights), max(number for number, _ in heights)
    width, parts = 920.0 / last, []
    for number, lines in heights:
        tall = 150 * lines / top
        parts.append(
            f'<rect class="s{stages[number]}" x="{(number - 1) * width:.1f}" y="{150 - tall:.1f}" '
            f'width="{width - 2:.1f}" height="{tall:.1f}"><title>step {number}: {lines:,} lines</title></rect>'
        )
    return svg(920, 151, parts, "how the framework grew")
