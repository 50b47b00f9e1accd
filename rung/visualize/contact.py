"""A contact sheet: what is in a dataset, at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.errors import DTypeError, ShapeError, ValueRangeError, describe
from rung.fonts import drawable
from rung.visualize.points import CLASS_COLORS
from rung.visualize.sheet import GREY, GRID, INK, MARGIN, Floats, Sheet, StrPath, cut, text_width

COLUMNS = 10  # of images, where the classes are not few enough to have one each
SCANNED = 2000  # samples that are looked at to find some of every class
LETTERS = 110  # in a line of text
LEGEND = 12  # classes that are named beside points


def draw_contact(dataset: Any, path: StrPath, n: int = 40) -> None:
    """Draw samples of a dataset on one sheet, in the manner of what they are.

    Images (C, H, W) or (H, W), 0 to 1, become tiles with their class below, a class to a column where there are few;
    points (2,) a scatter in the colours of their classes; single numbers (1,) a curve; letters, in a dataset that has
    `decode`, lines of text. Of images and texts `n` are drawn, and of points and curves all.

    Raises `ShapeError` for samples of other shapes, `DTypeError` for those that are no numbers, `ValueRangeError` for
    an empty dataset, or for points and curves with NaN or infinity.

    >>> import tempfile
    >>> from rung.datasets import Moons
    >>> draw_contact(Moons(), tempfile.mkdtemp() + "/moons.png")
    """
    if not len(dataset) or n < 1:
        raise ValueRangeError(f"draw_contact: expected samples to draw, but got {len(dataset)} and n = {n}")
    first = np.asarray(_x(dataset, 0))
    if first.dtype.kind not in "biuf":
        raise DTypeError(f"draw_contact: expected samples of numbers, but got {describe(first)}")
    if hasattr(dataset, "decode"):
        return _draw_text(dataset, n).save(path)
    if first.ndim == 2 or (first.ndim == 3 and first.shape[0] in (1, 3)):
        return _draw_images(dataset, n).save(path)
    if first.shape == (2,):
        return _draw_points(dataset).save(path)
    if first.size == 1:
        return _draw_curve(dataset).save(path)
    shapes = "images (C, H, W) or (H, W), points (2,) or numbers (1,)"
    raise ShapeError(f"draw_contact: expected samples that are {shapes}, but got {describe(first)}")


# Samples


def _x(dataset: Any, i: int) -> Any:
    sample = dataset[i]
    return sample[0] if isinstance(sample, tuple) else sample


def _labels(dataset: Any, indices: Sequence[int]) -> list[int | None]:
    """The class numbers of samples; None where there are none."""
    own = getattr(dataset, "label", None)
    if own is None:
        samples = [dataset[i] for i in indices]
        pairs = [sample if isinstance(sample, tuple) and len(sample) > 1 else (sample, None) for sample in samples]
        own = {i: pair[1] for i, pair in zip(indices, pairs, strict=True)}
    values = [None if own[i] is None else np.asarray(own[i]) for i in indices]
    return [int(v) if v is not None and v.ndim == 0 and v.dtype.kind in "biu" else None for v in values]


def _chosen(dataset: Any, n: int) -> list[int]:
    """Samples spread over the dataset, class after class in turn, as long as there are some of each."""
    size = len(dataset)
    indices = np.unique(np.linspace(0, size - 1, min(size, SCANNED)).astype(int)).tolist()
    by_class: dict[int, list[int]] = {}
    for i, label in zip(indices, _labels(dataset, indices), strict=True):
        by_class.setdefault(-1 if label is None else label, []).append(i)
    turns = [(turn, label, i) for label, members in by_class.items() for turn, i in enumerate(members)]
    return [i for _, _, i in sorted(turns)[:n]]


def _class_name(dataset: Any, label: int | None) -> str:
    classes = getattr(dataset, "classes", [])
    if label is None:
        return ""
    return drawable(classes[label]) if 0 <= label < len(classes) else str(label)


def _title(dataset: Any) -> str:
    name = drawable(type(dataset).__name__)
    return f"{name}, {'training' if dataset.train else 'test'} set" if hasattr(dataset, "train") else name


def _count(number: int, what: str, many: str = "") -> str:
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def _head(sheet: Sheet, dataset: Any, fact: str, note: str) -> None:
    sheet.head(_title(dataset), fact, note)


# Images


def _draw_images(dataset: Any, n: int) -> Sheet:
    chosen = _chosen(dataset, n)
    images = [_image(np.asarray(_x(dataset, i), np.float32)) for i in chosen]
    names = [_class_name(dataset, label) for label in _labels(dataset, chosen)]
    classes = len(getattr(dataset, "classes", []))
    columns = min(classes if 5 <= classes <= 12 else COLUMNS, len(images))
    tile, gap, caption = 0.92, 0.14, 0.26 if any(names) else 0.04
    rows = math.ceil(len(images) / columns)
    sheet = Sheet(max(2 * MARGIN + columns * (tile + gap) - gap, 6.0), 1.15 + rows * (tile + caption + gap))
    height, width = images[0].shape[:2]
    parts = [_count(classes, "class", "classes")] if classes else []
    sizes = {image.shape for image in images}
    kind = "colour" if np.ptp(images[0], axis=2).any() else "grey"
    parts.append(f"{height} × {width} pixels, {kind}" if len(sizes) == 1 else "of several sizes")
    _head(sheet, dataset, _count(len(dataset), "image"), ", ".join(parts) + f"; {len(images)} of them here")
    for k, (image, name) in enumerate(zip(images, names, strict=True)):
        left, top = MARGIN + k % columns * (tile + gap), 1.0 + k // columns * (tile + caption + gap)
        axes = sheet.panel(left, top, tile, tile)
        axes.imshow(image, interpolation="antialiased", origin="upper", aspect="equal")
        sheet.write(left + tile / 2, top + tile + 0.15, cut(name, tile + gap - 0.04, 7.5), 7.5, ha="center")
    return sheet


def _image(x: Floats) -> Floats:
    """An image (H, W, 3), clipped to 0..1; NaN becomes black."""
    planes = x[np.newaxis] if x.ndim == 2 else x
    clipped = np.clip(np.nan_to_num(planes), 0, 1).transpose(1, 2, 0)
    return np.broadcast_to(clipped, (*clipped.shape[:2], 3))


# Points and curves


def _draw_points(dataset: Any) -> Sheet:
    indices = list(range(len(dataset)))
    points = _finite(np.stack([np.asarray(_x(dataset, i), np.float64) for i in indices]))
    labels = np.array([-1 if label is None else label for label in _labels(dataset, indices)])
    present = np.unique(labels)
    across, high = np.maximum(np.ptp(points, axis=0), 1e-6)
    height = min(max(4.8 * high / across, 2.0), 5.4)
    sheet = Sheet(7.2, height + 1.6)
    note = _count(len(present), "class", "classes") if present[-1] >= 0 else ""
    _head(sheet, dataset, _count(len(points), "point"), note)
    axes = sheet.plot(MARGIN + 0.4, 1.05, 4.8, height)
    axes.set_aspect("equal", adjustable="datalim")
    for k, label in enumerate(present):
        color = CLASS_COLORS[label % len(CLASS_COLORS)]
        x, y = points[labels == label].T
        axes.scatter(x, y, s=16, color=color, edgecolors="white", linewidths=0.4, zorder=2)
        if label >= 0 and k < LEGEND:
            top = 1.2 + 0.26 * k
            sheet.write(5.85, top, "●", 10, color, va="center_baseline")
            sheet.write(6.05, top, cut(_class_name(dataset, int(label)), 0.9, 9), 9, va="center_baseline")
    _frame(sheet, axes)
    return sheet


def _draw_curve(dataset: Any) -> Sheet:
    values = _finite(np.array([float(np.asarray(_x(dataset, i)).item()) for i in range(len(dataset))]))
    sheet = Sheet(8.4, 4.2)
    _head(sheet, dataset, _count(len(values), "step"), "one value at each; the task is the next one")
    axes = sheet.plot(MARGIN + 0.4, 1.05, 7.2, 2.55)
    axes.plot(values, ".", markersize=2.5, color=CLASS_COLORS[0], markeredgewidth=0, zorder=2)
    axes.set_xlim(0, max(len(values) - 1, 1))
    _frame(sheet, axes)
    return sheet


def _finite(values: Floats) -> Floats:
    """The values; an error if there are some that have no place in a picture."""
    wrong = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
    if wrong.size:
        raise ValueRangeError(f"draw_contact: expected finite numbers, but sample {wrong[0]} is {values[wrong[0]]}")
    return values


def _frame(sheet: Sheet, axes: Any) -> None:
    """Settle the limits of axes, then draw their grid and numbers."""
    axes.apply_aspect()
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    axes.grid(True, color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    sheet.write_ticks(axes)


# Text


def _draw_text(dataset: Any, n: int) -> Sheet:
    indices = np.unique(np.linspace(0, len(dataset) - 1, min(n, len(dataset))).astype(int)).tolist()
    lines = [dataset.decode(_x(dataset, i)) for i in indices]
    sheet = Sheet(9.6, 1.35 + 0.22 * len(lines))
    size = np.asarray(_x(dataset, 0)).size
    note = f"{_count(size, 'letter')} in each, of {len(dataset.classes)} kinds; {len(lines)} of them here"
    _head(sheet, dataset, _count(len(dataset), "sample"), f"{note}; ¶ ends a line")
    for k, line in enumerate(lines):
        y, text = 1.13 + 0.22 * k, drawable(line.replace("\n", "¶").replace(" ", "\u00a0"))
        number = f"{indices[k]:,}"
        sheet.write(MARGIN + text_width(f"{len(dataset):,}", 7.5), y, number, 7.5, GREY, ha="right")
        shown = text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"
        sheet.write(MARGIN + 0.65, y, shown, 8.5, INK, family="DejaVu Sans Mono")
    return sheet
