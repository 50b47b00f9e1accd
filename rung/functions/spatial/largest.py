"""The largest elements of windows, and what is shared among them, on arrays: one sweep for each axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.functions.spatial.geometry import Windows
from rung.functions.spatial.sweeps import Sweep, collect, spread, sweeps
from rung.kernels import accelerated, pooling


@accelerated(pooling.largest)
def largest(xp: Any, x: Any, windows: Windows) -> Any:
    """The largest element of each window of the last axes."""
    for sweep in _sweeps(x, windows):
        x = of_sweep(xp, x, sweep)
    return x


@accelerated(pooling.shared)
def share_among_largest(xp: Any, v: Any, x: Any, windows: Windows) -> Any:
    """What comes for each window, shared evenly among its largest elements."""
    levels = masks(xp, x, windows)
    v = v / ties(xp, x, levels).astype(v.dtype)
    for sweep, found in reversed(levels):
        v = spread(xp, v, sweep, found)
    return v


def mean_of_largest(xp: Any, v: Any, x: Any, windows: Windows) -> Any:
    """The mean of v where x is the largest of its window."""
    levels = masks(xp, x, windows)
    for sweep, found in levels:
        v = collect(xp, v, sweep, found)
    return v / ties(xp, x, levels).astype(v.dtype)


def of_sweep(xp: Any, x: Any, sweep: Sweep) -> Any:
    """The largest element of each window along one axis."""
    if sweep.everywhere:
        y, places = x[sweep.places[0].elements].copy(), sweep.places[1:]
    else:
        y, places = xp.full(sweep.shape(x.shape, sweep.n_windows), lowest(x.dtype), x.dtype), sweep.places
    for place in places:
        part = y[place.windows]
        xp.maximum(part, x[place.elements], out=part)
    return y


def masks(xp: Any, x: Any, windows: Windows) -> list[tuple[Sweep, list[Any]]]:
    """For each sweep, which elements of the windows are the largest, place by place."""
    levels = []
    for sweep in _sweeps(x, windows):
        y = of_sweep(xp, x, sweep)
        levels.append((sweep, [x[place.elements] == y[place.windows] for place in sweep.places]))
        x = y
    return levels


def ties(xp: Any, x: Any, levels: list[tuple[Sweep, list[Any]]]) -> Any:
    """How many of each window are the largest."""
    sweep, found = levels[0]
    most = math.prod(len(sweep.places) for sweep, _ in levels)
    counts = xp.zeros(sweep.shape(x.shape, sweep.n_windows), "uint8" if most < 256 else "int64")
    for place, mask in zip(sweep.places, found, strict=True):
        counts[place.windows] += mask
    for sweep, found in levels[1:]:
        counts = collect(xp, counts, sweep, found)
    return counts


def lowest(dtype: Any) -> Any:
    """What any other value is at least as large as."""
    if dtype.kind == "f":
        return -math.inf
    return False if dtype.kind == "b" else int(np.iinfo(dtype).min)


def _sweeps(x: Any, windows: Windows) -> tuple[Sweep, ...]:
    return sweeps(windows, x.shape[x.ndim - len(windows.kernel) :])
