"""Which class was read as which, and how much of each class was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rung.fonts import drawable
from rung.visualize.sheet import (
    GREY,
    GRID,
    INK,
    MARGIN,
    Floats,
    Integers,
    Sheet,
    StrPath,
    class_numbers,
    cut,
    percent,
    rgb,
    share_right,
    text_width,
)

CALM, TRACK, BAR = "#E3ECF4", "#F1F3F5", "#8FB3D1"

# The colours of errors, by their share of a class.
ERROR_COLORS = {0.0: "#FEF0E4", 0.03: "#FBCFAC", 0.1: "#F2965A", 0.3: "#CC5006", 1.0: "#6E1F00"}


def draw_confusion(
    truth: ArrayLike, predicted: ArrayLike, classes: Sequence[object], path: StrPath, title: str = ""
) -> None:
    """Draw which class (a row) was read as which (a column), with the recall of each class at the right.

    `truth` and `predicted` are class numbers (N,), `classes` the names. Only errors are coloured, by their share of
    their row, on a scale that is the same in every picture. Numbers are dropped where cells are too small for them.
    Raises `ShapeError`, `DTypeError` or `ValueRangeError` for labels that do not fit.

    >>> import tempfile
    >>> draw_confusion([0, 1, 1], [0, 1, 0], ["cat", "dog"], tempfile.mkdtemp() + "/confusion.png")
    """
    names = [drawable(name) for name in classes]
    true, read = class_numbers("draw_confusion", len(names), truth=truth, predicted=predicted)
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (true, read), 1)
    table = _Table(names)
    note = _note(counts, names, table.sheet.width - 2 * MARGIN)
    table.sheet.head(drawable(title), share_right(int(np.trace(counts)), len(true)), note)
    table.draw_cells(counts)
    table.draw_names()
    table.draw_recall(counts)
    table.draw_key()
    table.sheet.save(path)


def _note(counts: Integers, names: list[str], inches: float) -> str:
    """How many were right, and as many of the three most frequent confusions as fit."""
    note, joint = f"{np.trace(counts):,} of {counts.sum():,} right", "; most often "
    errors = counts * ~np.eye(len(counts), dtype=bool)
    for i in np.argsort(-errors, axis=None, kind="stable")[:3]:
        row, column = divmod(int(i), len(counts))
        pair = f"{cut(names[row], 1.5, 9)} read as {cut(names[column], 1.5, 9)} ({errors[row, column]:,}×)"
        if not errors[row, column] or text_width(note + joint + pair, 9) > inches:
            break
        note, joint = note + joint + pair, ", "
    return note


def error_colors(share: Floats) -> Floats:
    """The colours (…, 3) of errors by their share of a row; white where there is none.

    >>> error_colors(np.array([[0.0, 0.5]])).shape
    (1, 2, 3)
    """
    colors = np.array([rgb(color) for color in ERROR_COLORS.values()])
    known = np.sqrt(list(ERROR_COLORS))
    mixed = np.stack([np.interp(np.sqrt(share), known, colors[:, i]) for i in range(3)], axis=-1)
    return np.where(share[..., None] > 0, mixed, 1.0)


class _Table:
    """The sheet of a confusion: a square of cells, names at the left and below, recalls at the right."""

    TOP = 1.3

    def __init__(self, names: list[str]):
        self.count = len(names)
        self.cell = min(max(5.5 / self.count, 0.1), 0.9) if self.count <= 100 else 10 / self.count
        self.size = min(9.0, 72 * self.cell * 0.74)
        self.legible = self.size > 4
        self.names = [cut(name, 1.7, self.size) for name in names] if self.legible else []
        longest = max((text_width(name, self.size) for name in self.names), default=0.0)
        self.slant = 0 if longest < 0.92 * self.cell else 45 if self.cell > 0.3 else 90
        self.left = MARGIN + max(longest, 0.4) + 0.12
        self.side = self.cell * self.count
        below = {0: 0.25, 45: 0.22 + 0.72 * longest, 90: 0.22 + longest}
        self.bottom = self.TOP + self.side + below[self.slant]
        self.sheet = Sheet(max(self.left + self.side + 1.75 + MARGIN, 6.4), self.bottom + 0.85)

    def draw_cells(self, counts: Integers) -> None:
        """Colour the errors, and write the counts where there is room."""
        share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        image = error_colors(share)
        image[np.diag_indices(self.count)] = rgb(CALM)
        axes = self.sheet.panel(self.left, self.TOP, self.side, self.side)
        axes.imshow(image, interpolation="nearest", origin="upper", aspect="auto")
        lines, width = np.arange(self.count + 1) - 0.5, 0.8 if self.cell > 0.2 else 0.4
        for draw_lines in (axes.hlines, axes.vlines) if self.cell > 0.05 else ():
            draw_lines(lines, -0.5, self.count - 0.5, colors=GRID, linewidth=width, clip_on=False)
        self._write_counts(counts, share)

    def _write_counts(self, counts: Integers, share: Floats) -> None:
        digits = max(len(str(counts.max())), 2)
        size = min(10.0, 72 * self.cell * min(0.45, 1.25 / digits))
        for row, column in np.argwhere(counts) if size >= 5.5 else ():
            color = "white" if row != column and share[row, column] > 0.2 else INK
            x, y = self.left + (column + 0.5) * self.cell, self.TOP + (row + 0.5) * self.cell
            self.sheet.write(x, y, str(counts[row, column]), size, color, ha="center", va="center_baseline")

    def draw_names(self) -> None:
        """Write the classes at the left and below, slanted or upright where they are wider than a cell."""
        self.sheet.write(self.left - 0.12, self.TOP - 0.1, "is", 9, GREY, ha="right")
        self.sheet.write(self.left + self.side / 2, self.bottom + 0.15, "read as", 9, GREY, ha="center")
        style: dict[str, Any] = {"ha": "right", "rotation_mode": "anchor"} if self.slant == 45 else {"ha": "center"}
        style |= {"va": "top", "rotation": self.slant}
        for i, name in enumerate(self.names):
            middle = (i + 0.5) * self.cell
            self.sheet.write(self.left - 0.12, self.TOP + middle, name, self.size, ha="right", va="center_baseline")
            self.sheet.write(self.left + middle, self.TOP + self.side + 0.08, name, self.size, **style)

    def draw_recall(self, counts: Integers) -> None:
        """Draw a bar and a number per class: how much of it was found."""
        left = self.left + self.side + 0.25
        self.sheet.write(left, self.TOP - 0.1, "recall", 9, GREY)
        axes = self.sheet.panel(left, self.TOP, 0.8, self.side)
        rows, totals = np.arange(self.count), counts.sum(1)
        recall = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), math.nan)
        thick = min(0.16 / self.cell, 0.62)
        axes.barh(rows, np.ones(self.count), thick, color=TRACK, linewidth=0)
        axes.barh(rows, np.nan_to_num(recall), thick, color=BAR, linewidth=0)
        axes.set(xlim=(0, 1), ylim=(self.count - 0.5, -0.5))
        for row, value in enumerate(recall if self.legible else ()):
            y = self.TOP + (row + 0.5) * self.cell
            self.sheet.write(left + 0.9, y, percent(value, 1), self.size, va="center_baseline")

    def draw_key(self) -> None:
        """Say what the colours mean."""
        y = self.bottom + 0.52
        self.sheet.write(MARGIN, y, "share of its class:", 8.5, GREY)
        for i, share in enumerate((0.01, 0.1, 0.3, 1.0)):
            x = MARGIN + 1.25 + 0.65 * i
            self.sheet.panel(x, y - 0.11, 0.13, 0.13).imshow(error_colors(np.array([[share]])))
            self.sheet.write(x + 0.18, y, percent(share), 8.5, GREY)
