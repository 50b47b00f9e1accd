"""Pictures of a training run, from plain arrays: its curves, its confusions, its mistakes, its decision regions.

Every picture is drawn on a `Sheet`, white paper measured in inches from its top-left corner. Only matplotlib's
objects are used: no pyplot, no window, and no global setting is changed. Text is drawn letter for letter, whatever
signs it holds.
"""

from __future__ import annotations

import functools
import io
import math
import os
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rung.errors import DTypeError, MissingExtraError, ShapeError, ValueRangeError, message
from rung.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

StrPath = str | os.PathLike[str]
Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]
Region = tuple[float, float, float, float]  # left, right, bottom, top

DPI = 150
MARGIN = 0.35  # inches of white around a picture
REGION_PIXELS = 300  # points asked of a model along each side of a decision picture

INK, GREY, GRID, CALM = "#1F2933", "#626E7B", "#E6E9ED", "#E3ECF4"
TRAIN, TEST, WRONG, ALARM = "#A3ADB8", "#0067B1", "#B8410A", "#FBEFE8"

# Colours of classes that stay apart for colour-blind eyes (after Okabe and Ito, 2008).
CLASS_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#7A5195", "#8C8C3A")

# The colours of errors, by their share of a class.
ERROR_COLORS = {0.0: "#FEF0E4", 0.03: "#FBCFAC", 0.1: "#F2965A", 0.3: "#CC5006", 1.0: "#6E1F00"}

# DejaVu Sans comes with matplotlib; the others, where installed, hold the scripts that it lacks.
FONTS = (
    "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Hiragino Sans", "Yu Gothic",
    "PingFang SC", "Microsoft YaHei", "Malgun Gothic", "Arial Unicode MS",
)  # fmt: skip


# The sheet


class Sheet:
    """White paper to draw on, measured in inches from its top-left corner.

    Raises `MissingExtraError` without matplotlib.
    """

    def __init__(self, width: float, height: float):
        _require_matplotlib()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white", edgecolor="none")
        self.figure.set_layout_engine("none")
        self.canvas: Any = FigureCanvasAgg(self.figure)  # type: ignore[no-untyped-call,unused-ignore]

    def write(self, x: float, y: float, text: str, size: float = 9, color: Any = INK, **style: Any) -> None:
        """Write one line of text; `y` is its baseline unless `va` says otherwise."""
        style = {"va": "baseline", "ha": "left", "color": color} | _font(size) | style
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

    def save(self, path: StrPath) -> None:
        """Write the sheet as a PNG file, whole or not at all."""
        image = io.BytesIO()
        self.canvas.print_png(image)
        with write_atomically(path) as file:
            file.write(image.getvalue())


def _require_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtraError("matplotlib", "plot", "drawing pictures") from None


# Text


@functools.cache
def _families() -> tuple[str, ...]:
    """The fonts of `FONTS` that are installed."""
    _require_matplotlib()
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return tuple(name for name in FONTS if name in installed)


@functools.cache
def _letters() -> frozenset[int]:
    """The code points that the installed fonts can draw."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset().union(*(get_font(findfont(name)).get_charmap() for name in _families()))


def _font(size: float) -> dict[str, Any]:
    """The properties that draw text letter for letter, whatever matplotlib's settings say."""
    shape = {"size": size, "family": list(_families()), "weight": "normal", "style": "normal"}
    return shape | {"parse_math": False, "usetex": False}


def drawable(text: object) -> str:
    """The text in one line, with □ for what no installed font can draw.

    >>> drawable("two\\nlines"), drawable("$a_1$")
    ('two lines', '$a_1$')
    """
    line = " ".join(str(text).split())
    return "".join(letter if ord(letter) in _letters() else "□" for letter in line)


@functools.lru_cache(maxsize=10_000)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """How many inches a line of text takes."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=list(_families()), size=size, weight=weight, style="normal")
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


def percent(share: float, digits: int = 0) -> str:
    """A share in percent, which reads 100 only when it is all.

    >>> percent(0.934), percent(0.99996, 1), percent(1.0, 1), percent(float("nan"))
    ('93 %', '99.9 %', '100.0 %', '–')
    """
    if not math.isfinite(share):
        return "–"
    most = 100.0 if share >= 1 else 100 - 10.0**-digits
    return f"{min(100 * share, most):.{digits}f} %"


# Curves


def draw_curves(history: Sequence[Mapping[str, Any]], path: StrPath, title: str = "") -> None:
    """Draw loss and accuracy, epoch by epoch, of training and of the test.

    `history` has one mapping per epoch: `epoch`, `loss`, `accuracy`, `test_loss`, `test_accuracy`, accuracies in
    0..1. What is missing, None or not finite is left out of the lines; accuracy measured nowhere gets no panel.
    Raises `ValueRangeError` for an empty history.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "curves.png")
    >>> draw_curves([{"epoch": 1, "loss": 0.9, "accuracy": 0.8}], path, "digits")
    >>> os.path.exists(path)
    True
    """
    if not history:
        raise ValueRangeError(message("draw_curves", "history must hold at least one epoch", history=history))
    epochs = np.array([float(row.get("epoch", i)) for i, row in enumerate(history, 1)])
    loss = [_series(history, "loss"), _series(history, "test_loss")]
    accuracy = [100 * _series(history, "accuracy"), 100 * _series(history, "test_accuracy")]
    measured = bool(np.isfinite(accuracy).any())
    sheet = Sheet(10.6 if measured else 5.6, 4.4)
    sheet.head(drawable(title) or "Training", "", _epochs_note(epochs, accuracy[1]), room=2.4 if measured else 0.0)
    _draw_loss(sheet, epochs, loss)
    if measured:
        _draw_accuracy(sheet, epochs, accuracy)
        _call_out(sheet, epochs, *accuracy)
    sheet.save(path)


def _series(history: Sequence[Mapping[str, Any]], key: str) -> Floats:
    """One number per epoch; NaN where there is none."""
    values = [row.get(key) for row in history]
    return np.array([math.nan if value is None else float(value) for value in values])


def _epochs_note(epochs: Floats, test: Floats) -> str:
    note = f"{len(epochs)} epoch{'s' if len(epochs) > 1 else ''}"
    finite = np.flatnonzero(np.isfinite(test))
    if not finite.size or test[finite].max() <= test[finite[-1]]:
        return note
    best = int(np.nanargmax(np.where(np.isfinite(test), test, math.nan)))
    return f"{note}; best test accuracy {percent(test[best] / 100, 2)}, after epoch {epochs[best]:g}"


def _draw_loss(sheet: Sheet, epochs: Floats, loss: list[Floats]) -> None:
    finite = np.concatenate(loss)[np.isfinite(np.concatenate(loss))]
    wide = bool(finite.size and finite.min() > 0 and finite.max() > 30 * finite.min())
    axes = _curve_panel(sheet, 0.85, "Loss, log scale" if wide else "Loss", epochs)
    if not finite.size:
        axes.set_yticks([])
    if wide:
        _log_axis(axes)
    axes.set_ylim(*_limits(finite, wide))
    _write_numbers(sheet, axes)
    _draw_lines(sheet, axes, epochs, loss, lambda value: _plain_number(float(f"{value:.3g}")))
    _mark_divergence(sheet, axes, epochs, loss)


def _draw_accuracy(sheet: Sheet, epochs: Floats, accuracy: list[Floats]) -> None:
    axes = _curve_panel(sheet, 5.85, "Accuracy, %", epochs)
    finite = np.concatenate(accuracy)[np.isfinite(np.concatenate(accuracy))]
    low, high = _limits(finite, False)
    axes.set_ylim(max(low, -2.0), min(high, 100 + 0.02 * (100 - low)))
    _write_numbers(sheet, axes)
    _draw_lines(sheet, axes, epochs, accuracy, lambda value: percent(value / 100, 2))


def _call_out(sheet: Sheet, epochs: Floats, train: Floats, test: Floats) -> None:
    """Write the final accuracy large at the top right: of the test, or else of training."""
    series, name, color = (test, "test", TEST) if np.isfinite(test).any() else (train, "train", GREY)
    last = int(np.flatnonzero(np.isfinite(series))[-1])
    right = sheet.width - MARGIN
    sheet.write(right, 0.52, percent(series[last] / 100, 2), 21, color, weight="bold", ha="right")
    sheet.write(right, 0.74, f"{name} accuracy after epoch {epochs[last]:g}", 9, GREY, ha="right")


def _curve_panel(sheet: Sheet, left: float, name: str, epochs: Floats) -> Axes:
    """Axes over the epochs with a light grid, and room for the lines' labels at the right."""
    from matplotlib.ticker import MaxNLocator

    axes = sheet.panel(left, 1.28, 3.25, 2.5)
    sheet.write(left, 1.16, name, 10, weight="bold")
    sheet.write(left + 3.25 / 2, 4.18, "epoch", 9, GREY, ha="center")
    _quiet(axes)
    axes.grid(True, axis="y", color=GRID, linewidth=0.8, linestyle="-", alpha=1)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=(1, 2, 5, 10), integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 2.5, 5, 10)))
    margin = max(0.03 * float(np.ptp(epochs)), 0.5 if len(epochs) == 1 else 0)
    axes.set_xlim(epochs.min() - margin, epochs.max() + margin)
    return axes


def _quiet(axes: Axes) -> None:
    """Take the frame and the tick marks from axes; `_write_numbers` writes their numbers."""
    axes.set_axis_on()
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(which="both", length=0)


def _log_axis(axes: Axes) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())


def _write_numbers(sheet: Sheet, axes: Axes) -> None:
    """Write the numbers of axes whose limits are set."""
    from matplotlib.ticker import NullFormatter

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(NullFormatter())
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    left, bottom = _place(sheet, axes, x0, y0)
    for x, text in _numbers(axes.get_xticks(), x0, x1):
        sheet.write(_place(sheet, axes, x, y0)[0], bottom + 0.18, text, 8.5, GREY, ha="center")
    for y, text in _numbers(axes.get_yticks(), y0, y1, uniform=axes.get_yscale() == "linear"):
        sheet.write(left - 0.08, _place(sheet, axes, x0, y)[1], text, 8.5, GREY, ha="right", va="center_baseline")


def _numbers(ticks: ArrayLike, low: float, high: float, uniform: bool = True) -> list[tuple[float, str]]:
    """The ticks from low to high, each with its text; `uniform` gives all of them as many decimals.

    >>> _numbers([-0.5, 0.0, 0.5, 1.0], -0.5, 0.9)
    [(-0.5, '−0.5'), (0.0, '0.0'), (0.5, '0.5')]
    """
    inside = [float(tick) for tick in np.asarray(ticks) if low <= tick <= high]
    texts = [_plain_number(tick) for tick in inside]
    if uniform and not any("e" in text for text in texts):
        decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
        texts = [f"{tick:.{decimals}f}".replace("-", "−") for tick in inside]
    return list(zip(inside, texts, strict=True))


def _plain_number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _limits(values: Floats, log: bool) -> tuple[float, float]:
    """Where an axis begins and ends so that all values have some air around them."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if log:
        air = (high / low) ** 0.06
        return low / air, high * air
    air = 0.06 * (high - low) or max(0.1 * abs(high), 0.1)
    return low - air, high + air


def _draw_lines(sheet: Sheet, axes: Axes, epochs: Floats, pair: list[Floats], form: Callable[[float], str]) -> None:
    """Draw the lines of training and test, each named at its end with its last value."""
    ends = []
    for values, name, color, width in zip(pair, ("train", "test"), (TRAIN, TEST), (3.5, 2), strict=True):
        finite = np.isfinite(values)
        if finite.any():
            last = int(np.flatnonzero(finite)[-1])
            style: dict[str, Any] = {
                "color": color,
                "linewidth": width,
                "marker": "o",
                "markerfacecolor": color,
                "markersize": width + 3,
            }
            axes.plot(epochs, np.where(finite, values, math.nan), "-", markevery=_dots(finite), markeredgewidth=0,
                      clip_on=False, **style)  # fmt: skip
            x, y = _place(sheet, axes, epochs[last], values[last])
            ends.append((x, y, f"{name} {form(values[last])}", color))
    for (x, _, text, color), y in zip(ends, _apart([end[1] for end in ends]), strict=True):
        sheet.write(x + 0.12, y, text, 9, GREY if color == TRAIN else color, weight="bold", va="center")


def _dots(finite: NDArray[np.bool_]) -> list[int]:
    """Which values get a dot: all of a short line; of a long one those without neighbours, and the last."""
    if len(finite) <= 20:
        return [int(i) for i in np.flatnonzero(finite)]
    padded = np.pad(finite, 1)
    alone = finite & ~padded[:-2] & ~padded[2:]
    return sorted({*map(int, np.flatnonzero(alone)), int(np.flatnonzero(finite)[-1])})


def _place(sheet: Sheet, axes: Axes, x: float, y: float) -> tuple[float, float]:
    """Where a point of the axes lies on the sheet, in inches."""
    right, up = axes.transData.transform((x, y)) / DPI
    return float(right), float(sheet.height - up)


def _apart(heights: Sequence[float], gap: float = 0.19) -> list[float]:
    """One or two heights, moved apart until labels that stand there do not touch.

    >>> _apart([0.5, 0.5], gap=0.5), _apart([0.25, 1.0]), _apart([0.5])
    ([0.25, 0.75], [0.25, 1.0], [0.5])
    """
    if len(heights) < 2 or abs(heights[0] - heights[1]) >= gap:
        return list(heights)
    middle, half = sum(heights) / 2, math.copysign(gap / 2, heights[1] - heights[0])
    return [middle - half, middle + half]


def _mark_divergence(sheet: Sheet, axes: Axes, epochs: Floats, loss: list[Floats]) -> None:
    """Shade the epochs at the end whose loss is NaN or infinite, and say so above."""
    finite = np.flatnonzero(np.isfinite(loss).any(axis=0))
    first = int(finite[-1]) + 1 if finite.size else 0
    if first == len(epochs):
        return
    axes.axvspan(epochs[first - 1] if first else axes.get_xlim()[0], axes.get_xlim()[1], color=ALARM, linewidth=0)
    left, _ = _place(sheet, axes, axes.get_xlim()[0], axes.get_ylim()[0])
    sheet.write(left + 3.25, 1.16, f"not finite from epoch {epochs[first]:g} on", 9, WRONG, weight="bold", ha="right")


# Confusion


def draw_confusion(
    truth: ArrayLike, predicted: ArrayLike, classes: Sequence[object], path: StrPath, title: str = ""
) -> None:
    """Draw which class (a row) was read as which (a column), with the recall of each class at the right.

    `truth` and `predicted` are class numbers (N,), `classes` the names. Only errors are coloured, by their share of
    their row, on a scale that is the same in every picture. Numbers are dropped where cells are too small for them.
    Raises `ShapeError`, `DTypeError` or `ValueRangeError` for labels that do not fit.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "confusion.png")
    >>> draw_confusion([0, 1, 1], [0, 1, 0], ["cat", "dog"], path)
    >>> os.path.exists(path)
    True
    """
    names = [drawable(name) for name in classes]
    true, read = _labels("draw_confusion", len(names), truth=truth, predicted=predicted)
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (true, read), 1)
    table = _Table(names)
    right, total = int(np.trace(counts)), int(counts.sum())
    note = _note(counts, names, table.sheet.width - 2 * MARGIN)
    table.sheet.head(drawable(title), _share_right(right, total), note)
    table.draw_cells(counts)
    table.draw_names()
    table.draw_recall(counts)
    table.draw_key()
    table.sheet.save(path)


def _labels(op: str, count: int, **arrays: ArrayLike) -> list[Integers]:
    """Check that class numbers are flat arrays of one length, all within `count` classes."""
    if not count:
        raise ValueRangeError(message(op, "classes must hold at least one name"))
    checked = [np.asarray(array) for array in arrays.values()]
    if any(array.ndim != 1 or array.shape != checked[0].shape for array in checked):
        came = dict(zip(arrays, checked, strict=True))
        raise ShapeError(message(op, "the labels must be of one shape (N,)", "", **came))
    for name, array in zip(arrays, checked, strict=True):
        if array.size and array.dtype.kind not in "biu":
            raise DTypeError(message(op, f"{name} must be class numbers", "", **{name: array}))
        if array.size and (array.min() < 0 or array.max() >= count):
            least, most = int(array.min()), int(array.max())
            raise ValueRangeError(message(op, f"{name} must be in 0..{count - 1}", least=least, most=most))
    return [array.astype(np.int64) for array in checked]


def _share_right(right: int, total: int) -> str:
    return f"{percent(right / total, 1 if total < 1000 else 2)} right" if total else "no examples"


def _note(counts: Integers, names: list[str], inches: float) -> str:
    """How many were right, and as many of the most frequent confusions as fit."""
    note = f"{np.trace(counts):,} of {counts.sum():,} right"
    errors = counts * ~np.eye(len(counts), dtype=bool)
    for i in np.argsort(-errors, axis=None, kind="stable")[:3]:
        row, column = divmod(int(i), len(counts))
        longer = f"{note}{', ' if 'most often' in note else '; most often '}" + (
            f"{cut(names[row], 1.5, 9)} read as {cut(names[column], 1.5, 9)} ({errors[row, column]:,}×)"
        )
        if not errors[row, column] or text_width(longer, 9) > inches:
            break
        note = longer
    return note


def error_colors(share: Floats) -> Floats:
    """The colours (…, 3) of errors by their share of a row; white where there is none."""
    colors = np.array([_rgb(color) for color in ERROR_COLORS.values()])
    known = np.sqrt(list(ERROR_COLORS))
    mixed = np.stack([np.interp(np.sqrt(share), known, colors[:, i]) for i in range(3)], axis=-1)
    return np.where(share[..., None] > 0, mixed, 1.0)


def _rgb(color: str) -> tuple[float, ...]:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))


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
        self.flat = longest < 0.92 * self.cell
        self.left = MARGIN + max(longest, 0.4) + 0.12
        self.side = self.cell * self.count
        below = 0.25 if self.flat else 0.12 + longest * (0.72 if self.cell > 0.3 else 1) + 0.1
        self.bottom = self.TOP + self.side + below
        self.sheet = Sheet(max(self.left + self.side + 1.75 + MARGIN, 6.4), self.bottom + 0.85)

    def draw_cells(self, counts: Integers) -> None:
        """Colour the errors, and write the counts where there is room."""
        share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        image = error_colors(share)
        image[np.diag_indices(self.count)] = _rgb(CALM)
        axes = self.sheet.panel(self.left, self.TOP, self.side, self.side)
        axes.imshow(image, interpolation="nearest", origin="upper", aspect="auto")
        if self.cell > 0.05:
            self._draw_grid(axes)
        digits = max(len(str(counts.max(initial=0))), 2)
        size = min(10.0, 72 * self.cell * min(0.45, 1.25 / digits))
        if size >= 5.5:
            for row, column in np.argwhere(counts):
                color = "white" if row != column and share[row, column] > 0.2 else INK
                self._write_in(row, column, str(counts[row, column]), size, color)

    def _draw_grid(self, axes: Axes) -> None:
        lines = np.arange(self.count + 1) - 0.5
        width = 0.8 if self.cell > 0.2 else 0.4
        axes.hlines(lines, -0.5, self.count - 0.5, colors=GRID, linewidth=width, clip_on=False)
        axes.vlines(lines, -0.5, self.count - 0.5, colors=GRID, linewidth=width, clip_on=False)

    def _write_in(self, row: int, column: int, text: str, size: float, color: str) -> None:
        x, y = self.left + (column + 0.5) * self.cell, self.TOP + (row + 0.5) * self.cell
        self.sheet.write(x, y, text, size, color, ha="center", va="center_baseline")

    def draw_names(self) -> None:
        """Write the classes at the left and below, slanted or upright where they are wider than a cell."""
        self.sheet.write(self.left - 0.12, self.TOP - 0.1, "is", 9, GREY, ha="right")
        self.sheet.write(self.left + self.side / 2, self.bottom + 0.15, "read as", 9, GREY, ha="center")
        slant: dict[str, Any] = {"ha": "center"}
        if not self.flat:
            slant = {"rotation": 90} | slant if self.cell <= 0.3 else {"rotation": 45, "ha": "right"}
        slant |= {"va": "top", "rotation_mode": "anchor" if slant["ha"] == "right" else "default"}
        for i, name in enumerate(self.names):
            middle = (i + 0.5) * self.cell
            self.sheet.write(self.left - 0.12, self.TOP + middle, name, self.size, ha="right", va="center_baseline")
            self.sheet.write(self.left + middle, self.TOP + self.side + 0.08, name, self.size, **slant)

    def draw_recall(self, counts: Integers) -> None:
        """Draw a bar and a number per class: how much of it was found."""
        left = self.left + self.side + 0.25
        self.sheet.write(left, self.TOP - 0.1, "recall", 9, GREY)
        axes = self.sheet.panel(left, self.TOP, 0.8, self.side)
        rows, totals = np.arange(self.count), counts.sum(1)
        recall = np.where(totals > 0, np.diag(counts) / np.maximum(totals, 1), math.nan)
        thick = min(0.16 / self.cell, 0.62)
        axes.barh(rows, np.ones(self.count), thick, color="#F1F3F5", linewidth=0)
        axes.barh(rows, np.nan_to_num(recall), thick, color="#8FB3D1", linewidth=0)
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
            axes = self.sheet.panel(x, y - 0.11, 0.13, 0.13)
            axes.imshow(error_colors(np.array([[share]])))
            self.sheet.write(x + 0.18, y, percent(share), 8.5, GREY)


# Mistakes


def most_confident_mistakes(truth: ArrayLike, predicted: ArrayLike, confidence: ArrayLike) -> Integers:
    """The numbers of the examples that are read wrong, the most confident first; NaN counts as the least.

    >>> most_confident_mistakes([0, 1, 2, 3], [0, 2, 1, 0], [0.9, 0.6, 0.8, 0.7]).tolist()
    [2, 3, 1]
    """
    wrong = np.flatnonzero(np.asarray(truth) != np.asarray(predicted))
    sure = np.nan_to_num(np.asarray(confidence, np.float64)[wrong], nan=-1.0)
    return wrong[np.argsort(-sure, kind="stable")]


def draw_mistakes(
    images: ArrayLike,
    truth: ArrayLike,
    predicted: ArrayLike,
    confidence: ArrayLike,
    classes: Sequence[object],
    path: StrPath,
    title: str = "",
    most: int = 40,
) -> None:
    """Draw the images that were read wrong, the most confident mistake first.

    `images` is (N, H, W), (N, 1, H, W) or (N, 3, H, W) in 0..1, `truth` and `predicted` are class numbers (N,),
    `confidence` (N,) is the probability of the class that was predicted. Raises `ShapeError` or `ValueRangeError`
    for what does not fit.

    >>> import numpy as np
    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "mistakes.png")
    >>> draw_mistakes(np.eye(8)[None], [0], [1], [0.9], ["cat", "dog"], path)
    >>> os.path.exists(path)
    True
    """
    true, read = _labels("draw_mistakes", len(classes), truth=truth, predicted=predicted)
    sure = np.asarray(confidence, np.float64)
    if sure.shape != true.shape:
        raise ShapeError(message("draw_mistakes", f"confidence must be of shape {true.shape}", confidence=sure))
    wrong = most_confident_mistakes(true, read, sure)
    shown = wrong[:most]
    pictures = _pictures(np.asarray(images), len(true), shown)
    captions = [(classes[read[i]], percent(sure[i]), classes[true[i]]) for i in shown]
    _draw_tiles(pictures, captions, drawable(title), len(wrong), len(true)).save(path)


def _pictures(images: NDArray[Any], count: int, chosen: Integers) -> Floats:
    """The chosen images as (n, H, W, 3), clipped to 0..1; NaN becomes black."""
    array = images[:, None] if images.ndim == 3 else images
    if array.ndim != 4 or array.shape[1] not in (1, 3) or len(array) != count:
        shapes = f"({count}, H, W), ({count}, 1, H, W) or ({count}, 3, H, W)"
        raise ShapeError(message("draw_mistakes", f"images must be of shape {shapes}", images=images))
    clipped = np.clip(np.nan_to_num(array[chosen].astype(np.float32), nan=0.0), 0, 1)
    return np.broadcast_to(clipped.transpose(0, 2, 3, 1), (len(chosen), *array.shape[2:], 3))


def _draw_tiles(
    pictures: Floats, captions: list[tuple[object, str, object]], title: str, wrong: int, total: int
) -> Sheet:
    """Lay out the pictures in rows, each with what it was read as and what it is."""
    columns = max(min(math.ceil(math.sqrt(1.6 * len(captions))), 8), 1)
    tile, gap = min(9.4 / columns, 1.6) - 0.16, 0.16
    rows = math.ceil(len(captions) / columns)
    sheet = Sheet(max(2 * MARGIN + columns * (tile + gap) - gap, 6.0), 1.15 + rows * (tile + 0.5))
    sheet.head(title, _mistakes_fact(wrong, total), _mistakes_note(len(captions), wrong, total))
    for i, (picture, (read, sure, true)) in enumerate(zip(pictures, captions, strict=True)):
        left, top = MARGIN + i % columns * (tile + gap), 1.05 + i // columns * (tile + 0.5)
        _draw_picture(sheet, picture, left, top, tile)
        name = cut(drawable(read), tile - text_width(f"read as  ({sure})", 7.5), 7.5)
        sheet.write(left, top + tile + 0.14, f"read as {name} ({sure})", 7.5, WRONG)
        sheet.write(left, top + tile + 0.28, f"is {cut(drawable(true), tile - 0.15, 7.5)}", 7.5)
    return sheet


def _mistakes_fact(wrong: int, total: int) -> str:
    if not total:
        return "no examples"
    return f"{wrong:,} mistake{'' if wrong == 1 else 's'}" if wrong else "no mistakes"


def _mistakes_note(shown: int, wrong: int, total: int) -> str:
    if not wrong:
        return f"all {total:,} were read right" if total else ""
    note = f"{wrong:,} of {total:,} read wrong"
    if shown < wrong:
        return f"{note}; these are the {shown:,} it was most sure of, the surest first"
    return note if wrong == 1 else f"{note}, the surest first"


def _draw_picture(sheet: Sheet, picture: Floats, left: float, top: float, side: float) -> None:
    """Draw one image (H, W, 3) into a square, its pixels square too."""
    axes = sheet.panel(left, top, side, side)
    axes.set_anchor("SW")
    axes.imshow(picture, interpolation="antialiased", origin="upper", aspect="equal")


# Points


def draw_points(
    x: ArrayLike,
    truth: ArrayLike,
    predict: Callable[[Any], ArrayLike],
    classes: Sequence[object],
    path: StrPath,
    title: str = "",
) -> None:
    """Draw where in the plane a model sees which class, and the data on top; what it gets wrong has a black rim.

    `x` is (N, 2), `truth` are class numbers (N,), and `predict` takes points (M, 2) of the dtype of `x` to
    probabilities (M, C), one per class. The surer the model, the fuller the colour. Raises `ShapeError` or
    `ValueRangeError` for what does not fit.

    >>> import numpy as np
    >>> right_is_more_likely = lambda points: np.stack([1 - points[:, 0], points[:, 0]], axis=1)
    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "points.png")
    >>> draw_points(np.eye(2), [1, 0], right_is_more_likely, ["left", "right"], path)
    >>> os.path.exists(path)
    True
    """
    points = np.asarray(x)
    points = points if points.dtype.kind == "f" else points.astype(np.float64)
    (true,) = _labels("draw_points", len(classes), truth=truth)
    if points.shape != (len(true), 2):
        raise ShapeError(message("draw_points", f"x must be of shape ({len(true)}, 2)", x=points))
    if not np.isfinite(points).all():
        raise ValueRangeError(message("draw_points", "x must be finite", x=points))
    wrong = _probabilities(predict, points, len(classes)).argmax(1) != true
    region = _region(points)
    width, height = _plot_size(region)
    sheet = Sheet(max(width + 2.75, 6.0), height + 1.65)
    right, rims = int((~wrong).sum()), "; the wrong ones have a black rim" if wrong.any() else ""
    sheet.head(drawable(title), _share_right(right, len(true)), f"{right:,} of {len(true):,} right{rims}")
    axes = _plot(sheet, region, width, height)
    axes.imshow(_regions(predict, region, points.dtype, len(classes)), extent=region, origin="lower", aspect="auto",
                interpolation="bilinear")  # fmt: skip
    _draw_dots(axes, points, true, wrong)
    _draw_legend(sheet, [drawable(name) for name in classes], width + 1.1, height)
    sheet.save(path)


def class_color(index: int) -> tuple[float, ...]:
    """The colour of a class; after the last of `CLASS_COLORS` they come again, darker, then lighter."""
    color = np.array(_rgb(CLASS_COLORS[index % len(CLASS_COLORS)]))
    turn = index // len(CLASS_COLORS) % 3
    return tuple(color * 0.6 if turn == 1 else 0.5 + color * 0.5 if turn == 2 else color)


def _probabilities(predict: Callable[[Any], ArrayLike], points: NDArray[Any], count: int) -> Floats:
    if not len(points):
        return np.zeros((0, count))
    result = np.asarray(predict(points))
    if result.shape != (len(points), count):
        expected = f"predict must give probabilities of shape ({len(points)}, {count})"
        raise ShapeError(message("draw_points", expected, result=result))
    finite: Floats = np.nan_to_num(result)
    return finite


def _region(points: NDArray[Any]) -> Region:
    """The region of all points, with some air around them."""
    if not len(points):
        return -1.0, 1.0, -1.0, 1.0
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    air = 0.08 * np.where(high > low, high - low, 10.0)
    return float(low[0] - air[0]), float(high[0] + air[0]), float(low[1] - air[1]), float(high[1] + air[1])


def _plot_size(region: Region, side: float = 5.6) -> tuple[float, float]:
    """Inches of the plot: both axes in one scale, unless one is more than three times as long."""
    ratio = (region[3] - region[2]) / (region[1] - region[0])
    if not 1 / 3 < ratio < 3:
        return side, side
    return side / max(ratio, 1.0), side * min(ratio, 1.0)


def _plot(sheet: Sheet, region: Region, width: float, height: float) -> Axes:
    from matplotlib.ticker import MaxNLocator

    axes = sheet.panel(0.85, 1.1, width, height)
    _quiet(axes)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 5, 10)))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 5, 10)))
    axes.set(xlim=region[:2], ylim=region[2:])
    _write_numbers(sheet, axes)
    return axes


def _regions(predict: Callable[[Any], ArrayLike], region: Region, dtype: Any, count: int) -> Floats:
    """The picture (H, W, 3) of which class is seen where: full colour where the model is sure, white where not."""
    middles = (np.arange(REGION_PIXELS) + 0.5) / REGION_PIXELS
    across = region[0] + middles * (region[1] - region[0])
    up = region[2] + middles * (region[3] - region[2])
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(dtype)
    chances = _probabilities(predict, points, count)
    colors = np.array([class_color(i) for i in range(count)])[chances.argmax(1)]
    sure = np.clip((count * chances.max(1) - 1) / max(count - 1, 1), 0, 1) if count > 1 else np.ones(len(points))
    image: Floats = 1 - (0.08 + 0.34 * sure[:, None]) * (1 - colors)
    return image.reshape(REGION_PIXELS, REGION_PIXELS, 3)


def _draw_dots(axes: Axes, points: NDArray[Any], true: Integers, wrong: NDArray[np.bool_]) -> None:
    size = min(max(9000 / max(len(points), 1), 8), 34)
    colors = np.array([class_color(int(i)) for i in true]).reshape(-1, 3)
    for chosen, scale, rim, width in ((~wrong, 1.0, "white", 0.12), (wrong, 1.8, INK, 0.26)):
        x, y = points[chosen].T
        style: dict[str, Any] = {"marker": "o", "edgecolors": rim, "linewidths": width * math.sqrt(size)}
        axes.scatter(x, y, scale * size, colors[chosen], **style)


def _draw_legend(sheet: Sheet, names: list[str], left: float, height: float) -> None:
    """Name the classes at the right, as many as there is room for."""
    room = max(int(height / 0.24), 2)
    for i, name in enumerate(names[: room if len(names) <= room else room - 1]):
        sheet.write(left, 1.25 + 0.24 * i, "●", 10, class_color(i), va="center_baseline")
        sheet.write(left + 0.2, 1.25 + 0.24 * i, cut(name, 1.3, 9), 9, va="center_baseline")
    if len(names) > room:
        sheet.write(left + 0.2, 1.25 + 0.24 * (room - 1), f"and {len(names) - room + 1} more", 9, GREY)
