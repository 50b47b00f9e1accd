"""The table as a picture: for every row a line, for every peer a dot on it, further left the faster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.peers import PEERS
from benchmarks.report import Result, keys_of, milliseconds
from rung.visualize.sheet import GREY, GRID, INK, MARGIN, Sheet, text_width

COLORS = {"rung": "#0067B1", "rung-compiled": "#003A66", "torch": "#D1480C", "torch-compiled": "#8A2B00",
          "jax": "#2E8B57", "dezero": "#8B8F94"}  # fmt: skip
MARKS = {"rung": "o", "rung-compiled": "D", "torch": "o", "torch-compiled": "D", "jax": "s", "dezero": "^"}
ROW, TOP, NAMES, GAP, WIDTH = 0.36, 1.45, 1.55, 0.75, 11.0  # inches: a row, above the first, names, between panels
TIME_SHARE = 0.6  # of the width for both panels


def draw(result: Result, path: str | Path) -> None:
    """Draw step times in relation to Rung's, and the memory that the rows add, into a PNG."""
    rows, keys = list(result["figures"]), keys_of(result)
    sheet = Sheet(WIDTH, TOP + ROW * len(rows) + 0.75)
    machine = result["machine"]
    how = report.how(result["plan"])
    sheet.head("What a step costs", "", f"{machine['cpu']}; {how}; {machine['when']}, load {machine['load']}")
    _legend(sheet, keys)
    room = WIDTH - 2 * MARGIN - NAMES - GAP
    left, width = MARGIN + NAMES, room * TIME_SHARE
    for i, name in enumerate(rows):
        y = TOP + ROW * (i + 0.5) + 0.05
        sheet.write(MARGIN, y, name, 10, weight="bold")
        own = result["figures"][name].get("rung", {})
        text = f"{milliseconds(own)} ms" if "step" in own else ""
        sheet.write(left - 0.2, y, text, 9, COLORS["rung"], ha="right")
    _panel(sheet, result, left, width, _relative_time, "time of a step, Rung's being 1: further left is faster", 1)
    left, width = left + width + GAP, room * (1 - TIME_SHARE)
    _panel(sheet, result, left, width, _added, "MiB added above the import")
    sheet.save(path)


def _relative_time(figures: dict[str, Any], key: str) -> float | None:
    """A peer's time of a step over that of Rung."""
    own, theirs = (figures.get(k, {}).get("step") for k in ("rung", key))
    return theirs / own if own and theirs else None


def _added(figures: dict[str, Any], key: str) -> float | None:
    """The MiB that a row added; less than one is drawn as one."""
    added = figures.get(key, {}).get("added")
    return None if added is None else max(added, 1.0)


def _legend(sheet: Sheet, keys: list[str]) -> None:
    """The peers' marks and names, in a line."""
    x = MARGIN + NAMES
    for key in keys:
        panel = sheet.panel(x, 0.93, 0.2, 0.2)
        panel.plot([0], [0], MARKS[key], color=COLORS[key], markersize=7, markeredgecolor="white")
        sheet.write(x + 0.23, 1.08, PEERS[key].title, 9, INK)
        x += 0.55 + text_width(PEERS[key].title, 9)


def _panel(sheet: Sheet, result: Result, left: float, width: float, value: Any, title: str, line: Any = None) -> None:
    """One panel of dots on a logarithmic scale."""
    rows, keys = list(result["figures"]), keys_of(result)
    axes = sheet.plot(left, TOP, width, ROW * len(rows))
    axes.set_xscale("log")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.hlines(range(len(rows)), 0, 1, transform=axes.get_yaxis_transform(), color=GRID, linewidth=0.8, zorder=0)
    values = []
    for i, name in enumerate(rows):
        for key in reversed(keys):  # so that Rung's lie on top
            x = value(result["figures"][name], key)
            if x is not None:
                values.append(x)
                axes.plot(
                    [x], [i], MARKS[key], color=COLORS[key], markersize=8, markeredgecolor="white", clip_on=False
                )
    low, high = min(values, default=0.5), max(values, default=2)
    axes.set_xlim(low / 1.25, high * 1.25)
    if line is not None:
        axes.axvline(line, color=COLORS["rung"], linewidth=1.2, zorder=1)
    _write_scale(sheet, axes, title)


def _write_scale(sheet: Sheet, axes: Any, title: str) -> None:
    """Light lines at round numbers, the numbers, and what they are."""
    from matplotlib.ticker import NullFormatter, NullLocator

    low, high = axes.get_xlim()
    steps = (1, 2, 5) if high / low < 300 else (1,)
    ticks = [s * 10.0**e for e in range(-6, 7) for s in steps if low <= s * 10.0**e <= high]
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(NullLocator())
    bottom = axes.get_ylim()[0]
    for tick in ticks:
        axes.axvline(tick, color=GRID, linewidth=0.8, zorder=0)
        x, y = sheet.place(axes, tick, bottom)
        sheet.write(x, y + 0.2, f"{tick:g}", 8.5, GREY, ha="center")
    x0, y = sheet.place(axes, low, bottom)
    x1, _ = sheet.place(axes, high, bottom)
    sheet.write((x0 + x1) / 2, y + 0.45, title, 9, GREY, ha="center")
