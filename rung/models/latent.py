"""What models that make images from latent vectors share: checked sizes, halved images, and noise to start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rung.functions as F
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.errors import ShapeError, ValueRangeError, message
from rung.layers import Layer
from rung.shapes import Shape

__all__ = ["check_images", "checked_image_shape", "checked_sizes", "halved", "standard_normal"]


def checked_sizes(op: str, name: str, sizes: Sequence[int]) -> tuple[int, ...]:
    """Numbers of features, at least one of them.

    >>> checked_sizes("VAE", "widths", [32, 64])
    (32, 64)
    """
    values = tuple(sizes) if isinstance(sizes, Sequence) else ()
    if not values or not all(isinstance(size, int) and size > 0 for size in values):
        raise ValueRangeError(f"{op}: expected {name} to be positive integers, at least one, but got {sizes!r}")
    return values


def checked_image_shape(op: str, shape: Sequence[int], halvings: int) -> Shape:
    """Channels, height and width of images that can be halved so many times.

    >>> checked_image_shape("VAE", (1, 28, 28), 2)
    (1, 28, 28)
    """
    channels_height_width = checked_sizes(op, "image_shape", shape)
    if len(channels_height_width) != 3:
        raise ShapeError(f"{op}: expected image_shape to be (channels, height, width), but got {shape!r}")
    least = 2**halvings
    if min(channels_height_width[1:]) < least:
        height, width = channels_height_width[1:]
        raise ShapeError(
            f"{op}: {halvings} halvings need images of at least {least} x {least}, but they are {height} x {width}; "
            "give fewer widths"
        )
    return channels_height_width


def check_images(op: str, x: Any, image_shape: Shape) -> None:
    """Refuse what is not a batch of images of this shape."""
    if tuple(x.shape[1:]) != image_shape or len(x.shape) != 4:
        raise ShapeError(message(op, f"expected images of shape {('N', *image_shape)}".replace("'", ""), x=x))


def halved(image_shape: Shape, times: int) -> list[tuple[int, int]]:
    """Height and width before and after each halving, which rounds down as a 4x4 kernel with stride 2 does.

    >>> halved((1, 28, 28), 3)
    [(28, 28), (14, 14), (7, 7), (3, 3)]
    """
    _, height, width = image_shape
    return [(height >> i, width >> i) for i in range(times + 1)]


def standard_normal(model: Layer, shape: Shape) -> Variable:
    """Standard normal numbers on the device of a model and in its dtype, from the generator that Rung owns."""
    sized = next((parameter for parameter in model.params() if parameter.is_sized), None)
    if sized is None:  # nothing was computed yet: the first batch is on the CPU
        return F.normal(shape=shape)
    return F.normal(get_array_module(sized).zeros(shape, sized.dtype), 1.0)
