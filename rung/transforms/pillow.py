"""Pillow's images beside arrays. Nothing else imports Pillow, and this does so only where an image has to be made."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from rung.errors import DTypeError, MissingExtraError, ShapeError, ValueRangeError, describe
from rung.transforms.transform import Array, image_array

CHANNELS = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # the mode of an image of so many channels of bytes


def is_pillow(value: Any) -> bool:
    """Whether this is an image of Pillow; there is none before somebody has imported it."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def pillow(purpose: str) -> Any:
    """The module `PIL.Image`.

    Raises: `MissingExtraError` without Pillow.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtraError("Pillow", "data", purpose) from error
    return Image


def check_image(op: str, image: Any) -> Any:
    """The image, if it is one: of Pillow, or an array (H, W) or (C, H, W)."""
    return image if is_pillow(image) else image_array(op, image)


def size_of(image: Any) -> tuple[int, int]:
    """Height and width."""
    return image.size[::-1] if is_pillow(image) else image.shape[-2:]


def planes(op: str, image: Any) -> Array:
    """The channels of a Pillow image as an array (C, H, W), in its own dtype.

    Raises: `DTypeError` for an image with a palette, whose numbers are no brightness.
    """
    if image.mode in ("P", "PA"):
        came = f"an image of mode {image.mode}, whose numbers are places in a palette"
        raise DTypeError(f"{op}: expected grey or colours, but got {came}; put Convert('RGB') before it")
    values = np.asarray(image.convert("L") if image.mode == "1" else image)
    return values[np.newaxis] if values.ndim == 2 else values.transpose(2, 0, 1)


def byte_planes(op: str, image: Any) -> Array:
    """The same for images of bytes that are grey or red, green and blue, with or without opacity."""
    if image.mode not in CHANNELS.values():
        came = f"an image of mode {image.mode}"
        raise DTypeError(f"{op}: expected mode L, LA, RGB or RGBA, but got {came}; put Convert('RGB') before it")
    return planes(op, image)


def from_planes(op: str, array: Array) -> Any:
    """A Pillow image of bytes (H, W) or (C, H, W) with 1 to 4 channels: grey or colours, perhaps opacity."""
    if array.ndim == 3 and len(array) not in CHANNELS:
        expected = "expected an image (H, W) or (C, H, W) of 1 to 4 channels"
        cure = "; the channels come first: array.transpose(2, 0, 1)" if array.shape[-1] in CHANNELS else ""
        raise ShapeError(f"{op}: {expected}, but got {describe(array)}{cure}")
    flat = array[0] if array.ndim == 3 and len(array) == 1 else array
    return pillow(op).fromarray(np.ascontiguousarray(flat if flat.ndim == 2 else flat.transpose(1, 2, 0)))


def as_bytes(op: str, array: Array, white: float) -> Array:
    """Brightness from 0 to `white` as bytes from 0 to 255, rounded.

    Raises: `ValueRangeError` for values that do not look like such a brightness.

    >>> as_bytes("ToPIL", np.array([[0.0, 0.2, 1.0]]), 1.0)
    array([[  0,  51, 255]], dtype=uint8)
    """
    check_brightness(op, array, white)
    return np.rint(np.clip(array, 0, white) * np.float32(255 / white)).astype(np.uint8)


def check_brightness(op: str, array: Array, white: float) -> None:
    """A little more or less than black and white is what resizing leaves; much more is another scale, or no image."""
    low, high = float(array.min()), float(array.max())
    if not (-white <= low and high <= 2 * white):
        came = "NaN" if np.isnan(low) else f"{low:g} to {high:g}"
        cure = "; say white=255, or put Normalize(0, 255) before it" if 2 * white < high <= 256 else ""
        raise ValueRangeError(f"{op}: expected brightness from 0 to {white:g}, but got {came}{cure}")
