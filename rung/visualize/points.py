"""Where in the plane a model sees which class, with the data on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rung.errors import ShapeError, ValueRangeError, message
from rung.fonts import drawable
from rung.kernels import switched
from rung.visualize.sheet import (
    GREY,
    INK,
    Floats,
    Integers,
    Sheet,
    StrPath,
    class_numbers,
    cut,
    rgb,
    share_right,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Predict = Callable[[Any], ArrayLike]  # points (M, 2) to probabilities (M, C)
Region = tuple[float, float, float, float]  # left, right, bottom, top

PIXELS = 300  # points asked of a model along each side of the picture
SIDE = 5.6  # inches of the longer side of the plot

# Colours of classes that stay apart for colour-blind eyes (after Okabe and Ito, 2008).
CLASS_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#7A5195", "#8C8C3A")


def draw_points(
    x: ArrayLike, truth: ArrayLike, predict: Predict, classes: Sequence[object], path: StrPath, title: str = ""
) -> None:
    """Draw where in the plane a model sees which class, and the data on top; what it gets wrong has a black rim.

    `x` is (N, 2), `truth` are class numbers (N,), and `predict` takes points (M, 2) of the dtype of `x` to
    probabilities (M, C), one per class. The surer the model, the fuller the colour. Raises `ShapeError`,
    `DTypeError` or `ValueRangeError` for what does not fit.

    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/points.png"
    >>> right_is_more_likely = lambda points: np.stack([1 - points[:, 0], points[:, 0]], axis=1)
    >>> draw_points(np.eye(2), [1, 0], right_is_more_likely, ["left", "right"], path)
    """
    (true,) = class_numbers("draw_points", len(classes), truth=truth)
    points = _checked(np.asarray(x), len(true))
    wrong = _probabilities(predict, points, len(classes)).argmax(1) != true
    region = _region(points)
    width, height = _plot_size(region)
    sheet = Sheet(max(width + 2.75, 6.0), height + 1.65)
    right, rims = int((~wrong).sum()), "; the wrong ones have a black rim" if wrong.any() else ""
    sheet.head(drawable(title), share_right(right, len(true)), f"{right:,} of {len(true):,} right{rims}")
    axes = _plot(sheet, region, width, height)
    axes.imshow(_decisions(predict, region, points.dtype, len(classes)), extent=region, origin="lower",
                aspect="auto", interpolation="bilinear")  # fmt: skip
    _draw_dots(axes, points, true, wrong)
    _draw_legend(sheet, [drawable(name) for name in classes], width + 1.1, height)
    sheet.save(path)


def class_color(index: int) -> tuple[float, ...]:
    """The colour of a class; after the last of `CLASS_COLORS` they come again, darker, then lighter.

    >>> class_color(2) == rgb(CLASS_COLORS[2]), class_color(10) < class_color(2) < class_color(18)
    (True, True)
    """
    color = np.array(rgb(CLASS_COLORS[index % len(CLASS_COLORS)]))
    turns = color, 0.6 * color, 0.5 + 0.5 * color
    return tuple(turns[index // len(CLASS_COLORS) % 3].tolist())


# What the model sees


def _checked(points: NDArray[Any], count: int) -> NDArray[Any]:
    """The points as floats; raises for what is not `count` finite points of the plane."""
    points = points if points.dtype.kind == "f" else points.astype(np.float64)
    if points.shape != (count, 2):
        raise ShapeError(message("draw_points", f"x must be of shape ({count}, 2)", x=points))
    if not np.isfinite(points).all():
        raise ValueRangeError(message("draw_points", "x must be finite", x=points))
    return points


def _probabilities(predict: Predict, points: NDArray[Any], count: int) -> Floats:
    if not len(points):
        return np.zeros((0, count))
    result = np.asarray(predict(points))
    if result.shape != (len(points), count):
        expected = f"predict must give probabilities of shape ({len(points)}, {count})"
        raise ShapeError(message("draw_points", expected, result=result))
    finite: Floats = np.nan_to_num(result)
    return finite


def _decisions(predict: Predict, region: Region, dtype: Any, count: int) -> Floats:
    """The picture (H, W, 3) of which class is seen where: full colour where the model is sure, white where not."""
    middles = (np.arange(PIXELS) + 0.5) / PIXELS
    across = region[0] + middles * (region[1] - region[0])
    up = region[2] + middles * (region[3] - region[2])
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(dtype)
    with switched(False):  # it is asked once, which is not worth a kernel
        chances = _probabilities(predict, points, count)
    colors = np.array([class_color(i) for i in range(count)])[chances.argmax(1)]
    sure = np.clip((count * chances.max(1) - 1) / (count - 1), 0, 1) if count > 1 else np.ones(len(points))
    image: Floats = 1 - (0.08 + 0.34 * sure[:, None]) * (1 - colors)
    return image.reshape(PIXELS, PIXELS, 3)


# The plot


def _region(points: NDArray[Any]) -> Region:
    """The region of all points, with some air around them."""
    if not len(points):
        return -1.0, 1.0, -1.0, 1.0
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    air = 0.08 * np.where(high > low, high - low, 10.0)
    (left, bottom), (right, top) = (low - air).tolist(), (high + air).tolist()
    return left, right, bottom, top


def _plot_size(region: Region) -> tuple[float, float]:
    """Inches of the plot: both axes in one scale, unless one is more than three times as long."""
    ratio = (region[3] - region[2]) / (region[1] - region[0])
    if not 1 / 3 < ratio < 3:
        return SIDE, SIDE
    return SIDE / max(ratio, 1.0), SIDE * min(ratio, 1.0)


def _plot(sheet: Sheet, region: Region, width: float, height: float) -> Axes:
    from matplotlib.ticker import MaxNLocator

    axes = sheet.plot(0.85, 1.1, width, height)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=5, steps=(1, 2, 5, 10)))
    axes.set(xlim=region[:2], ylim=region[2:])
    sheet.write_ticks(axes)
    return axes


def _draw_dots(axes: Axes, points: NDArray[Any], true: Integers, wrong: NDArray[np.bool_]) -> None:
    size = min(max(9000 / max(len(points), 1), 8), 34)
    colors = np.array([class_color(int(i)) for i in true]).reshape(-1, 3)
    for chosen, scale, rim, width in ((~wrong, 1.0, "white", 0.12), (wrong, 1.8, INK, 0.26)):
        x, y = points[chosen].T
        axes.scatter(x, y, scale * size, colors[chosen], marker="o", edgecolors=rim, linewidths=width * size**0.5)


def _draw_legend(sheet: Sheet, names: list[str], left: float, height: float) -> None:
    """Name the classes at the right, as many as there is room for."""
    room = max(int(height / 0.24), 2)
    shown = len(names) if len(names) <= room else room - 1
    for i, name in enumerate(names[:shown]):
        sheet.write(left, 1.25 + 0.24 * i, "●", 10, class_color(i), va="center_baseline")
        sheet.write(left + 0.2, 1.25 + 0.24 * i, cut(name, 1.3, 9), 9, va="center_baseline")
    if shown < len(names):
        sheet.write(left + 0.2, 1.25 + 0.24 * shown, f"and {len(names) - shown} more", 9, GREY)
