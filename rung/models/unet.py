"""The U-Net: an image in, an image of the same size out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import rung.functions as F
from rung.core.variable import Variable
from rung.errors import ShapeError, ValueRangeError, message
from rung.initializers import he_normal
from rung.layers import Conv2d, GroupNorm, Layer, Linear
from rung.models.latent import checked_sizes
from rung.models.mlp import Model

GROUPS = 8  # of channels that are normalised together, where they can be divided so


class UNet(Model):
    """An encoder that halves the image, a decoder that doubles it again, and ways across at each resolution.

    It says something about each pixel: of which class it is, or how much of it is noise. Blocks are residual, with
    group normalisation, so that the result for one image does not depend on the others. Sizes that are odd are halved
    upwards, and doubled to what they were: any size will do.

    With a `time_size` the network is also told a time step, one number for each image, as waves of many lengths that
    shift the features in every block, as a model of diffusion needs it.

    Shape: (N, C, H, W), and t (N,) -> (N, out_channels, H, W)
    Source: Ronneberger, Fischer and Brox, MICCAI 2015; with residual blocks, group normalisation and time steps:
    Ho, Jain and Abbeel, NeurIPS 2020.

    Args:
        out_channels: of the result.
        widths: the channels at each resolution, from the full one down.
        time_size: the number of features, even, of a time step; there are no time steps if None.

    Raises:
        ShapeError: the images are no images, or not as many as the time steps.
        ValueRangeError: there is a time step and no `time_size`, or the other way round.

    >>> import numpy as np
    >>> UNet(3, widths=(8, 16))(np.zeros((2, 1, 9, 7), "float32")).shape
    (2, 3, 9, 7)
    >>> UNet(1, widths=(8, 16), time_size=16)(np.zeros((2, 1, 8, 8), "float32"), np.array([0, 99])).shape
    (2, 1, 8, 8)
    """

    def __init__(self, out_channels: int, widths: Sequence[int] = (32, 64, 128), time_size: int | None = None):
        widths = checked_sizes("UNet", "widths", widths)
        if time_size is not None and (not isinstance(time_size, int) or time_size < 2 or time_size % 2):
            raise ValueRangeError(f"UNet: expected an even time_size of at least 2, or None, but got {time_size!r}")
        self.time_size = time_size
        self.time = None if time_size is None else [Linear(2 * time_size), Linear(2 * time_size)]
        self.stem = _conv(widths[0])
        has_time = time_size is not None
        self.encoder = [Block(i, o, has_time) for i, o in zip((widths[0], *widths), widths, strict=False)]
        self.downs = [_conv(width, stride=2) for width in widths[:-1]]
        self.middle = Block(widths[-1], widths[-1], has_time)
        self.ups = [_conv(width) for width in widths[-2::-1]]
        self.decoder = [Block(2 * width, width, has_time) for width in widths[-2::-1]]
        self.norm, self.last = _norm(widths[0]), Conv2d(out_channels, 3, pad=1)

    def forward(self, x: Any, t: Any = None) -> Variable:
        waves = self._waves(x, t)
        x = self.stem(x)
        across = []
        for i, block in enumerate(self.encoder):
            x = block(self.downs[i - 1](x) if i else x, waves)
            across.append(x)
        x = self.middle(across.pop(), waves)
        for up, block in zip(self.ups, self.decoder, strict=True):
            skip = across.pop()
            x = up(F.upsample(x, size=skip.shape[2:]))
            x = block(F.concat([x, skip], axis=1), waves)
        return self.last(F.silu(self.norm(x)))

    def _waves(self, x: Any, t: Any) -> Variable | None:
        """What every block is told of the time steps, (N, 2 time_size)."""
        if len(x.shape) != 4 or not all(x.shape[1:]):
            raise ShapeError(message("UNet", "expected images of shape (N, C, H, W)", x=x))
        if self.time is None or t is None:
            if (self.time is None) != (t is None):
                cure = "give UNet a time_size" if self.time is None else "call it with images and time steps"
                raise ValueRangeError(f"UNet: expected time steps t if and only if it has a time_size; {cure}")
            return None
        if tuple(getattr(t, "shape", ())) != (x.shape[0],):
            raise ShapeError(message("UNet", "expected one time step for each image", x=x, t=t))
        assert self.time_size is not None
        waves = F.positional_encoding(t, self.time_size, dtype=x.dtype)
        for layer in self.time:
            waves = F.silu(layer(waves))
        return waves


class Block(Layer):
    """Two 3x3 convolutions that add to their input; the time step shifts the features between them.

    Shape: (N, in_channels, H, W), and waves (N, E) -> (N, width, H, W)
    """

    def __init__(self, in_channels: int, width: int, has_time: bool):
        self.norm1, self.conv1 = _norm(in_channels), _conv(width)
        self.norm2, self.conv2 = _norm(width), _conv(width)
        self.time = Linear(width) if has_time else None
        self.across = None if in_channels == width else Conv2d(width, 1)

    def forward(self, x: Any, waves: Any) -> Variable:
        y = self.conv1(F.silu(self.norm1(x)))
        if self.time is not None:
            y = y + F.expand_dims(self.time(waves), (2, 3))
        y = self.conv2(F.silu(self.norm2(y)))
        return y + (x if self.across is None else self.across(x))


def _conv(width: int, stride: int = 1) -> Conv2d:
    return Conv2d(width, 3, stride, pad=1, initializer=he_normal)


def _norm(width: int) -> GroupNorm:
    return GroupNorm(math.gcd(GROUPS, width))
