"""Loss and accuracy of a training run, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rung.errors import ValueRangeError, message
from rung.fonts import drawable
from rung.visualize.sheet import GREY, GRID, MARGIN, WRONG, Floats, Sheet, StrPath, percent, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TRAIN, TEST, ALARM = "#A3ADB8", "#0067B1", "#FBEFE8"


def draw_curves(history: Sequence[Mapping[str, Any]], path: StrPath, title: str = "") -> None:
    """Draw loss and accuracy, epoch by epoch, of training and of the test.

    `history` has one mapping per epoch: `epoch`, `loss`, `accuracy`, `test_loss`, `test_accuracy`, accuracies in
    0..1. What is missing, None or not finite is left out of the lines; accuracy measured nowhere gets no panel.
    Raises `ValueRangeError` for an empty history.

    >>> import tempfile
    >>> draw_curves([{"epoch": 1, "loss": 0.9, "accuracy": 0.8}], tempfile.mkdtemp() + "/curves.png", "digits")
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
    """How many epochs there were, and the best of them where it is not the last."""
    note = f"{len(epochs)} epoch{'s' if len(epochs) > 1 else ''}"
    finite = np.flatnonzero(np.isfinite(test))
    if not finite.size or test[finite].max() <= test[finite[-1]]:
        return note
    best = finite[test[finite].argmax()]
    return f"{note}; best test accuracy {percent(test[best] / 100, 2)}, after epoch {epochs[best]:g}"


def _draw_loss(sheet: Sheet, epochs: Floats, loss: list[Floats]) -> None:
    finite = _finite(loss)
    wide = bool(finite.size and finite.min() > 0 and finite.max() > 30 * finite.min())
    axes = _curve_panel(sheet, 0.85, "Loss, log scale" if wide else "Loss", epochs)
    if not finite.size:
        axes.set_yticks([])
    if wide:
        _log_axis(axes)
    axes.set_ylim(*_limits(finite, wide))
    sheet.write_ticks(axes)
    _draw_lines(sheet, axes, epochs, loss, lambda value: plain_number(float(f"{value:.3g}")))
    _mark_divergence(sheet, axes, epochs, loss)


def _draw_accuracy(sheet: Sheet, epochs: Floats, accuracy: list[Floats]) -> None:
    axes = _curve_panel(sheet, 5.85, "Accuracy, %", epochs)
    low, high = _limits(_finite(accuracy))
    axes.set_ylim(max(low, -2.0), min(high, 100 + 0.02 * (100 - low)))
    sheet.write_ticks(axes)
    _draw_lines(sheet, axes, epochs, accuracy, lambda value: percent(value / 100, 2))


def _call_out(sheet: Sheet, epochs: Floats, train: Floats, test: Floats) -> None:
    """Write the final accuracy large at the top right: of the test, or else of training."""
    series, name, color = (test, "test", TEST) if np.isfinite(test).any() else (train, "train", GREY)
    last = np.flatnonzero(np.isfinite(series))[-1]
    right = sheet.width - MARGIN
    sheet.write(right, 0.52, percent(series[last] / 100, 2), 21, color, weight="bold", ha="right")
    sheet.write(right, 0.74, f"{name} accuracy after epoch {epochs[last]:g}", 9, GREY, ha="right")


# Axes


def _curve_panel(sheet: Sheet, left: float, name: str, epochs: Floats) -> Axes:
    """Axes over the epochs with a light grid, and room for the lines' labels at the right."""
    from matplotlib.ticker import MaxNLocator

    axes = sheet.plot(left, 1.28, 3.25, 2.5)
    sheet.write(left, 1.16, name, 10, weight="bold")
    sheet.write(left + 3.25 / 2, 4.18, "epoch", 9, GREY, ha="center")
    axes.grid(True, axis="y", color=GRID, linewidth=0.8, linestyle="-", alpha=1)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=(1, 2, 5, 10), integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 2.5, 5, 10)))
    margin = 0.03 * float(np.ptp(epochs)) or 0.5
    axes.set_xlim(epochs.min() - margin, epochs.max() + margin)
    return axes


def _log_axis(axes: Axes) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())


def _finite(pair: list[Floats]) -> Floats:
    values: Floats = np.concatenate(pair)
    return values[np.isfinite(values)]


def _limits(values: Floats, log: bool = False) -> tuple[float, float]:
    """Where an axis begins and ends so that all values have some air around them."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if log:
        air = (high / low) ** 0.06
        return low / air, high * air
    air = 0.06 * (high - low) or max(0.1 * abs(high), 0.1)
    return low - air, high + air


# Lines


def _draw_lines(sheet: Sheet, axes: Axes, epochs: Floats, pair: list[Floats], form: Callable[[float], str]) -> None:
    """Draw the lines of training and test, each named at its end with its last value."""
    ends = []
    styles = ("train", TRAIN, GREY, 3.5), ("test", TEST, TEST, 2)
    for values, (name, color, ink, width) in zip(pair, styles, strict=True):
        finite = np.isfinite(values)
        if finite.any():
            axes.plot(epochs, np.where(finite, values, math.nan), "o-", color=color, linewidth=width,
                      markersize=width + 3, markerfacecolor=color, markeredgewidth=0, markevery=_dots(finite),
                      clip_on=False)  # fmt: skip
            last = np.flatnonzero(finite)[-1]
            ends.append((*sheet.place(axes, epochs[last], values[last]), f"{name} {form(values[last])}", ink))
    for (x, _, text, ink), y in zip(ends, _apart([end[1] for end in ends]), strict=True):
        sheet.write(x + 0.12, y, text, 9, ink, weight="bold", va="center")


def _dots(finite: NDArray[np.bool_]) -> list[int]:
    """Which values get a dot: all of a short line; of a long one those without neighbours, and the last."""
    padded = np.pad(finite, 1)
    dotted = finite if len(finite) <= 20 else finite & ~padded[:-2] & ~padded[2:]
    return sorted({*np.flatnonzero(dotted).tolist(), int(np.flatnonzero(finite)[-1])})


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
    left, right = axes.get_xlim()
    axes.axvspan(epochs[first - 1] if first else left, right, color=ALARM, linewidth=0)
    x, _ = sheet.place(axes, right, axes.get_ylim()[0])
    sheet.write(x, 1.16, f"not finite from epoch {epochs[first]:g} on", 9, WRONG, weight="bold", ha="right")
