"""Schedules side by side: a small panel for each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from rung.errors import DTypeError, ValueRangeError, describe, message
from rung.fonts import drawable
from rung.schedules import Schedule
from rung.visualize.sheet import GREY, GRID, MARGIN, Floats, Sheet, StrPath, cut

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, POINTS = 4, 1000  # panels in a row; the most updates that a line is made of
WIDTH, HEIGHT, TOP = 2.475, 1.85, 0.85  # inches of a panel with its texts, and above the first
LINE, AREA = "#0067B1", "#E5F0F8"


def draw_schedules(
    schedules: Mapping[str, Schedule], steps: int, path: StrPath, title: str = "", note: str = ""
) -> None:
    """Draw what schedules give from update 0 to update `steps`, each in a panel under its name.

    Raises `ValueRangeError` if there are none, or if a rate is not finite; `DTypeError` for what is no schedule.

    >>> import tempfile
    >>> from rung.schedules import cosine, linear
    >>> both = {"cosine": cosine(0.1, steps=50), "linear": linear(0.1, steps=50)}
    >>> draw_schedules(both, 60, tempfile.mkdtemp() + "/schedules.png")
    """
    if not schedules or steps < 1:
        expected = "expected at least one schedule and one update"
        raise ValueRangeError(message("draw_schedules", expected, schedules=len(schedules), steps=steps))
    updates = np.unique(np.linspace(0, steps, min(steps, POINTS) + 1).round())
    lines = {name: _rates(name, schedule, updates) for name, schedule in schedules.items()}
    columns, rows = min(len(lines), COLUMNS), math.ceil(len(lines) / COLUMNS)
    sheet = Sheet(2 * MARGIN + max(columns, 2) * WIDTH, TOP + rows * HEIGHT + 0.2)
    sheet.head(drawable(title) or "Schedules", "", drawable(note) or f"updates 0 to {steps}")
    for i, (name, rates) in enumerate(lines.items()):
        left, top = MARGIN + i % COLUMNS * WIDTH, TOP + i // COLUMNS * HEIGHT
        _draw_panel(sheet, left, top, name, updates, rates)
    sheet.save(path)


def _rates(name: str, schedule: Schedule, updates: Floats) -> Floats:
    """What a schedule gives at every update."""
    if not callable(schedule):
        raise DTypeError(f"draw_schedules: {name} must be a function of the update, but got {describe(schedule)}")
    rates = np.array([float(schedule(int(t))) for t in updates])
    if not np.isfinite(rates).all():
        first = int(updates[np.flatnonzero(~np.isfinite(rates))[0]])
        raise ValueRangeError(f"draw_schedules: {name} must give finite numbers, but does not at update {first}")
    return rates


def _draw_panel(sheet: Sheet, left: float, top: float, name: str, updates: Floats, rates: Floats) -> None:
    inset = 0.42  # for the numbers at the left
    width = WIDTH - inset - 0.2
    axes = sheet.plot(left + inset, top + 0.42, width, HEIGHT - 0.85)
    sheet.write(left + inset, top + 0.28, cut(drawable(name), width, 10, "bold"), 10, weight="bold")
    _set_limits(axes, updates, rates)
    axes.grid(True, axis="y", color=GRID, linewidth=0.8, linestyle="-", alpha=1)
    axes.set_axisbelow(True)
    sheet.write_ticks(axes)
    axes.fill_between(updates, rates, color=AREA, linewidth=0, step="post", zorder=0)
    axes.plot(
        updates, rates, "-", color=LINE, linewidth=2, drawstyle="steps-post", solid_joinstyle="round", clip_on=False
    )
    x, y = sheet.place(axes, float(updates[-1]), 0.0)
    if sheet.height - y < HEIGHT:
        sheet.write(x - width / 2, y + 0.36, "update", 8.5, GREY, ha="center")


def _set_limits(axes: Axes, updates: Floats, rates: Floats) -> None:
    """From zero to a little above the highest rate, with few numbers along the way."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(0, updates[-1])
    axes.set_ylim(min(0.0, 1.08 * rates.min()), 1.08 * rates.max() or 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=2, steps=(1, 2, 5, 10), integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=(1, 2, 2.5, 5, 10)))
