"""The images that a model read wrong, the ones it was most sure of first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rung.errors import ShapeError, message
from rung.fonts import drawable
from rung.visualize.sheet import (
    MARGIN,
    WRONG,
    Floats,
    Integers,
    Sheet,
    StrPath,
    class_numbers,
    cut,
    percent,
    text_width,
)


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
    """Draw the images that were read wrong, the most confident mistake first, at most `most` of them.

    `images` is (N, H, W), (N, 1, H, W) or (N, 3, H, W) in 0..1, `truth` and `predicted` are class numbers (N,),
    `confidence` (N,) is the probability of the class that was predicted. Raises `ShapeError`, `DTypeError` or
    `ValueRangeError` for what does not fit.

    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/mistakes.png"
    >>> draw_mistakes(np.eye(8)[None], [0], [1], [0.9], ["cat", "dog"], path)
    """
    true, read = class_numbers("draw_mistakes", len(classes), truth=truth, predicted=predicted)
    sure = np.asarray(confidence, np.float64)
    if sure.shape != true.shape:
        raise ShapeError(message("draw_mistakes", f"confidence must be of shape {true.shape}", confidence=sure))
    wrong = most_confident_mistakes(true, read, sure)
    shown = wrong[:most]
    pictures = _pictures(np.asarray(images), len(true), shown)
    captions = [(classes[read[i]], percent(sure[i]), classes[true[i]]) for i in shown]
    _draw_tiles(pictures, captions, drawable(title), len(wrong), len(true)).save(path)


def most_confident_mistakes(truth: ArrayLike, predicted: ArrayLike, confidence: ArrayLike) -> Integers:
    """The numbers of the examples that are read wrong, the most confident first; NaN counts as the least.

    >>> most_confident_mistakes([0, 1, 2, 3], [0, 2, 1, 0], [0.9, 0.6, 0.8, 0.7]).tolist()
    [2, 3, 1]
    """
    wrong = np.flatnonzero(np.asarray(truth) != np.asarray(predicted))
    sure = np.asarray(confidence, np.float64)[wrong]
    return wrong[np.argsort(-sure, kind="stable")]  # NaN sorts last


def _pictures(images: NDArray[Any], count: int, chosen: Integers) -> Floats:
    """The chosen images as (n, H, W, 3), clipped to 0..1; NaN becomes black."""
    array = images[:, None] if images.ndim == 3 else images
    if array.ndim != 4 or array.shape[1] not in (1, 3) or len(array) != count:
        shapes = f"({count}, H, W), ({count}, 1, H, W) or ({count}, 3, H, W)"
        raise ShapeError(message("draw_mistakes", f"images must be of shape {shapes}", images=images))
    clipped = np.clip(np.nan_to_num(array[chosen].astype(np.float32)), 0, 1)
    return np.broadcast_to(clipped.transpose(0, 2, 3, 1), (len(chosen), *array.shape[2:], 3))


def _draw_tiles(
    pictures: Floats, captions: list[tuple[object, str, object]], title: str, wrong: int, total: int
) -> Sheet:
    """Lay out the pictures in rows, each with what it was read as and what it is."""
    columns = max(min(math.ceil(math.sqrt(1.6 * len(captions))), 8), 1)
    tile, gap = min(9.4 / columns, 1.6) - 0.16, 0.16
    rows = math.ceil(len(captions) / columns)
    sheet = Sheet(max(2 * MARGIN + columns * (tile + gap) - gap, 6.0), 1.15 + rows * (tile + 0.5))
    sheet.head(title, _fact(wrong, total), _note(len(captions), wrong, total))
    for i, (picture, (read, sure, true)) in enumerate(zip(pictures, captions, strict=True)):
        left, top = MARGIN + i % columns * (tile + gap), 1.05 + i // columns * (tile + 0.5)
        _draw_picture(sheet, picture, left, top, tile)
        name = cut(drawable(read), tile - text_width(f"read as  ({sure})", 7.5), 7.5)
        sheet.write(left, top + tile + 0.14, f"read as {name} ({sure})", 7.5, WRONG)
        sheet.write(left, top + tile + 0.28, f"is {cut(drawable(true), tile - 0.15, 7.5)}", 7.5)
    return sheet


def _fact(wrong: int, total: int) -> str:
    if not total:
        return "no examples"
    return f"{wrong:,} mistake{'' if wrong == 1 else 's'}" if wrong else "no mistakes"


def _note(shown: int, wrong: int, total: int) -> str:
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
