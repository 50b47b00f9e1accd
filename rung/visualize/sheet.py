"""The paper that every picture is drawn on, and what the pictures share: text that fits, numbers, class numbers.

A `Sheet` is measured in inches from its top-left corner. Only matplotlib's objects are used: no pyplot, no window,
and no global setting is changed. Text is drawn letter for letter, whatever signs it holds.
"""

from __future__ import annotations

import functools
import io
import math
import os
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.files import write_atomically
from rung.fonts import families, require_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

StrPath = str | os.PathLike[str]
Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]

DPI = 150
MARGIN = 0.35  # inches of white around a picture
INK, GREY, GRID, WRONG = "#1F2933", "#626E7B", "#E6E9ED", "#B8410A"


class Sheet:
    """White paper to draw on, measured in inches from its top-left corner.

    Raises `MissingExtraError` without matplotlib.
    """

    def __init__(self, width: float, height: float):
        require_matplotlib()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white", edgecolor="none")
        self.figure.set_layout_engine("none")
        self.canvas: Any = FigureCanvasAgg(self.figure)  # type: ignore[no-untyped-call,unused-ignore]

    def write(self, x: float, y: float, text: str, size: float = 9, color: Any = INK, **style: Any) -> None:
        """Write one line of text; `y` is its baseline unless `va` says otherwise."""
        font = {"size": size, "color": color, "family": list(families()), "weight": "normal", "style": "normal"}
        style = font | {"va": "baseline", "ha": "left", "parse_math": False, "usetex": False} | style
        self.figure.text(x / self.width, 1 - y / self.height, text, **style)

    def head(self, title: str, fact: str, note: str, room: float = 0.0) -> None:
        """Write the title with the main fact, and a quiet note below; `room` inches at the right stay free."""
        inches = self.width - 2 * MARGIN - room
        title = cut(title, inches - text_width(f" — {fact}", 13.5, "bold"), 13.5, "bold")
        self.write(MARGIN, 0.47, " — ".join(part for part in (title, fact) if part), 13.5, weight="bold")
        self.write(MARGIN, 0.74, cut(note, inches, 9), 9, GREY)

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes on a part of the sheet, without any frame or ticks."""
        box = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box, facecolor="white")
        axes.grid(False, which="both")
        axes.set_axis_off()
        return axes

    def plot(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes for `write_ticks`: without frame and tick marks."""
        axes = self.panel(left, top, width, height)
        axes.set_axis_on()
        axes.spines[:].set_visible(False)
        axes.tick_params(which="both", length=0)
        return axes

    def write_ticks(self, axes: Axes) -> None:
        """Write the numbers of axes whose limits are set."""
        from matplotlib.ticker import NullFormatter

        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(NullFormatter())
        (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
        left, bottom = self.place(axes, x0, y0)
        for x, text in _ticks(axes.get_xticks(), x0, x1):
            self.write(self.place(axes, x, y0)[0], bottom + 0.18, text, 8.5, GREY, ha="center")
        for y, text in _ticks(axes.get_yticks(), y0, y1, uniform=axes.get_yscale() == "linear"):
            self.write(left - 0.08, self.place(axes, x0, y)[1], text, 8.5, GREY, ha="right", va="center_baseline")

    def place(self, axes: Axes, x: float, y: float) -> tuple[float, float]:
        """Where a point of the axes lies on the sheet, in inches."""
        right, up = axes.transData.transform((x, y)) / DPI
        return float(right), float(self.height - up)

    def save(self, path: StrPath) -> None:
        """Write the sheet as a PNG file, whole or not at all."""
        image = io.BytesIO()
        self.canvas.print_png(image)
        with write_atomically(path) as file:
            file.write(image.getvalue())


# Text


@functools.lru_cache(maxsize=10_000)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """How many inches a line of text takes."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=list(families()), size=size, weight=weight, style="normal")
    measure: Any = RendererAgg
    return float(measure(1, 1, DPI).get_text_width_height_descent(text, font, False)[0]) / DPI


def cut(text: str, inches: float, size: float, weight: str = "normal") -> str:
    """The text, with … for its middle where it is wider than so many inches.

    >>> cut("short", 1.0, 9)
    'short'
    >>> len(cut("a very long name of a class", 1.0, 9)) < 20
    True
    """
    if text_width(text, size, weight) <= inches:
        return text
    shorter = [text[: (kept + 1) // 2] + "…" + text[len(text) - kept // 2 :] for kept in range(len(text))]
    return shorter[max(bisect_right(shorter, inches, key=lambda part: text_width(part, size, weight)) - 1, 0)]


# Numbers


def plain_number(value: float) -> str:
    """A number with six digits at most, and a true minus.

    >>> plain_number(-0.25)
    '−0.25'
    """
    return f"{value:g}".replace("-", "−")


def _ticks(ticks: ArrayLike, low: float, high: float, uniform: bool = True) -> list[tuple[float, str]]:
    """The ticks from low to high, each with its text; `uniform` gives all of them as many decimals.

    >>> _ticks([-0.5, 0.0, 0.5, 1.0], -0.5, 0.9)
    [(-0.5, '−0.5'), (0.0, '0.0'), (0.5, '0.5')]
    """
    inside = [float(tick) for tick in np.asarray(ticks) if low <= tick <= high]
    texts = [plain_number(tick) for tick in inside]
    if uniform and not any("e" in text for text in texts):
        decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
        texts = [f"{tick:.{decimals}f}".replace("-", "−") for tick in inside]
    return list(zip(inside, texts, strict=True))


def percent(share: float, digits: int = 0) -> str:
    """A share in percent, which reads 100 only when it is all.

    >>> percent(0.934), percent(0.99996, 1), percent(1.0, 1), percent(float("nan"))
    ('93 %', '99.9 %', '100.0 %', '–')
    """
    if not math.isfinite(share):
        return "–"
    most = 100.0 if share >= 1 else 100 - 10.0**-digits
    return f"{min(100 * share, most):.{digits}f} %"


def share_right(right: int, total: int) -> str:
    """How much of so many examples was right, with two decimals from a thousand examples on.

    >>> share_right(10, 13), share_right(0, 0)
    ('76.9 % right', 'no examples')
    """
    return f"{percent(right / total, 1 if total < 1000 else 2)} right" if total else "no examples"


# Arguments and colours


def class_numbers(op: str, count: int, **arrays: ArrayLike) -> list[Integers]:
    """The arrays of class numbers, checked: flat, of one length, all within `count` classes.

    Raises `ShapeError`, `DTypeError` or `ValueRangeError` in the name of `op`.

    >>> class_numbers("draw_points", 2, truth=[0, 1, 1])
    [array([0, 1, 1])]
    """
    if not count:
        raise ValueRangeError(message(op, "classes must hold at least one name"))
    checked = {name: np.asarray(array) for name, array in arrays.items()}
    shapes = {array.shape for array in checked.values()}
    if len(shapes) > 1 or len(shapes.pop()) != 1:
        raise ShapeError(message(op, "the labels must be of one shape (N,)", "", **checked))
    for name, array in checked.items():
        if array.size and array.dtype.kind not in "biu":
            raise DTypeError(message(op, f"{name} must be class numbers", "", **{name: array}))
        if array.size and (array.min() < 0 or array.max() >= count):
            expected = f"{name} must be in 0..{count - 1}"
            raise ValueRangeError(message(op, expected, least=int(array.min()), most=int(array.max())))
    return [array.astype(np.int64) for array in checked.values()]


def rgb(color: str) -> tuple[float, ...]:
    """Red, green and blue in 0..1 of a colour such as #FF8000.

    >>> rgb("#FF0033")
    (1.0, 0.0, 0.2)
    """
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
