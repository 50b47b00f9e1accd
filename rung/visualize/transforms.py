"""What transforms make of an image: a strip of tiles for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rung import random
from rung.errors import ValueRangeError, message
from rung.fonts import drawable
from rung.transforms import ToPIL
from rung.visualize.sheet import MARGIN, Floats, Sheet, StrPath, cut

TILES = 8  # in a row
TILE, GAP = 0.96, 0.1  # inches of a tile, and between two
TOP, HEIGHT = 0.98, 1.38  # inches above the first row, and of a row with its names

Strip = tuple[str, list[Floats]]


def draw_transforms(
    image: Any,
    transforms: Mapping[str, Callable[[Any], Any]],
    path: StrPath,
    draws: int = 4,
    seed: int = 0,
    title: str = "",
    note: str = "",
) -> None:
    """Draw an image, and what each transform makes of it: so many draws from chance, or one where all are the same.

    Images are Pillow's, or arrays (H, W) or (C, H, W), floats from 0 to 1 or bytes.

    Raises `ValueRangeError` if there are no transforms, or not 1 to 8 draws.

    >>> import tempfile
    >>> from rung.transforms import RandomHorizontalFlip
    >>> image = np.linspace(0, 1, 64).reshape(8, 8)
    >>> draw_transforms(image, {"flip": RandomHorizontalFlip()}, tempfile.mkdtemp() + "/transforms.png")
    """
    if not transforms or not 1 <= draws <= TILES:
        expected = f"expected at least one transform, and 1 to {TILES} draws"
        raise ValueRangeError(message("draw_transforms", expected, transforms=len(transforms), draws=draws))
    with random.forked(seed):
        strips = [("the image", [_tile(image)])]
        strips += [(name, _draws(image, transform, draws)) for name, transform in transforms.items()]
    rows = _rows(strips)
    across = max(sum(len(tiles) for _, tiles in row) for row in rows)
    sheet = Sheet(max(2 * MARGIN + _width(across), 6.0), TOP + len(rows) * HEIGHT + 0.1)
    sheet.head(drawable(title) or "Transforms", "", drawable(note) or f"{draws} draws where chance has a part")
    for i, row in enumerate(rows):
        left = MARGIN
        for name, tiles in row:
            _draw_strip(sheet, left, TOP + i * HEIGHT, name, tiles)
            left += _width(len(tiles)) + GAP
    sheet.save(path)


def _draws(image: Any, transform: Callable[[Any], Any], count: int) -> list[Floats]:
    tiles = [_tile(transform(image)) for _ in range(count)]
    return tiles if any(not np.array_equal(tile, tiles[0]) for tile in tiles) else tiles[:1]


def _tile(image: Any) -> Floats:
    """An image as (H, W, 3), 0 to 1."""
    return np.asarray(ToPIL()(image).convert("RGB"), np.float32) / 255


def _rows(strips: list[Strip]) -> list[list[Strip]]:
    """The strips in their order, as many in a row as there is room for."""
    rows: list[list[Strip]] = [[]]
    for strip in strips:
        if sum(len(tiles) for _, tiles in [*rows[-1], strip]) > TILES:
            rows.append([])
        rows[-1].append(strip)
    return rows


def _width(tiles: int) -> float:
    return tiles * (TILE + GAP) - GAP


def _draw_strip(sheet: Sheet, left: float, top: float, name: str, tiles: list[Floats]) -> None:
    sheet.write(left, top + 0.17, cut(drawable(name), _width(len(tiles)), 7.5, "bold"), 7.5, weight="bold")
    for k, tile in enumerate(tiles):
        axes = sheet.panel(left + k * (TILE + GAP), top + 0.26, TILE, TILE)
        axes.imshow(tile, interpolation="antialiased", origin="upper", aspect="equal")
        axes.set_anchor("NW")
