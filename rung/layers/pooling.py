"""Poolings and changes of resolution as layers, to stand among others in a `Sequential`; none has parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import rung.functions as F
from rung.core.variable import Variable
from rung.layers.layer import Layer

__all__ = [
    "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "AvgPool1d", "AvgPool2d", "AvgPool3d", "Flatten",
    "GlobalAveragePooling", "MaxPool1d", "MaxPool2d", "MaxPool3d", "PixelShuffle", "Upsample",
]  # fmt: skip

Sizes = int | tuple[int, ...]


class Pooling(Layer):
    """A function of `rung.functions` with its options kept."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, **options: Any):
        self.options = options

    def forward(self, x: Any) -> Any:
        return type(self).function(x, **self.options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.options.items())})"


class MaxPool1d(Pooling):
    """The largest element of each window of the last axis: see `rung.functions.max_pooling`.

    Shape: (N, C, n) -> (N, C, floor((n + 2 pad - dilation (kernel - 1) - 1) / stride) + 1)

    >>> import numpy as np
    >>> MaxPool1d(2)(np.ones((8, 3, 6))).shape
    (8, 3, 3)
    """

    function = F.max_pool1d

    def __init__(
        self, kernel_size: Sizes, stride: Sizes | None = None, pad: Any = 0, dilation: Sizes = 1,
        ceil_mode: bool = False,
    ):  # fmt: skip
        super().__init__(kernel_size=kernel_size, stride=stride, pad=pad, dilation=dilation, ceil_mode=ceil_mode)


class MaxPool2d(MaxPool1d):
    """The largest element of each window of the last two axes: see `rung.functions.max_pooling`.

    Shape: (N, C, H, W) -> (N, C, floor((H + 2 pad - dilation (kernel - 1) - 1) / stride) + 1, …); likewise W.

    >>> import numpy as np
    >>> MaxPool2d(3, stride=2, pad=1)(np.ones((8, 3, 28, 28))).shape
    (8, 3, 14, 14)
    """

    function = F.max_pool2d


class MaxPool3d(MaxPool1d):
    """The largest element of each window of the last three axes: see `rung.functions.max_pooling`.

    Shape: (N, C, D, H, W) -> (N, C, floor((D + 2 pad - dilation (kernel - 1) - 1) / stride) + 1, …)
    """

    function = F.max_pool3d


class AvgPool1d(Pooling):
    """The mean of each window of the last axis: see `rung.functions.average_pooling`.

    Shape: (N, C, n) -> (N, C, floor((n + 2 pad - kernel) / stride) + 1)

    >>> import numpy as np
    >>> AvgPool1d(2)(np.ones((8, 3, 6))).shape
    (8, 3, 3)
    """

    function = F.avg_pool1d

    def __init__(
        self, kernel_size: Sizes, stride: Sizes | None = None, pad: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):  # fmt: skip
        super().__init__(
            kernel_size=kernel_size, stride=stride, pad=pad, ceil_mode=ceil_mode, count_include_pad=count_include_pad
        )


class AvgPool2d(AvgPool1d):
    """The mean of each window of the last two axes: see `rung.functions.average_pooling`.

    Shape: (N, C, H, W) -> (N, C, floor((H + 2 pad - kernel) / stride) + 1, …); likewise W.
    """

    function = F.avg_pool2d


class AvgPool3d(AvgPool1d):
    """The mean of each window of the last three axes: see `rung.functions.average_pooling`.

    Shape: (N, C, D, H, W) -> (N, C, floor((D + 2 pad - kernel) / stride) + 1, …); likewise H and W.
    """

    function = F.avg_pool3d


class AdaptiveAvgPool2d(Pooling):
    """The means of equal parts of images: see `rung.functions.adaptive_avg_pool2d`.

    Shape: (N, C, H, W) -> (N, C, *output_size)

    >>> import numpy as np
    >>> AdaptiveAvgPool2d((2, None))(np.ones((8, 3, 5, 6))).shape
    (8, 3, 2, 6)
    """

    function = F.adaptive_avg_pool2d

    def __init__(self, output_size: int | Sequence[int | None]):
        super().__init__(output_size=output_size)


class AdaptiveMaxPool2d(AdaptiveAvgPool2d):
    """The maxima of equal parts of images: see `rung.functions.adaptive_max_pool2d`.

    Shape: (N, C, H, W) -> (N, C, *output_size)
    """

    function = F.adaptive_max_pool2d


class GlobalAveragePooling(Layer):
    """The mean of every channel over all its places: see `rung.functions.global_average_pooling`.

    Shape: (N, C, …) -> (N, C)

    >>> import numpy as np
    >>> GlobalAveragePooling()(np.ones((8, 3, 5, 5))).shape
    (8, 3)
    """

    def forward(self, x: Any) -> Variable:
        return F.global_average_pooling(x)


class Flatten(Layer):
    """All axes of an example made one: what stands between images and a `Linear`.

    Shape: (N, C, H, W) -> (N, C H W)

    Args:
        start_axis: the first axis that goes into the one.

    >>> import numpy as np
    >>> Flatten()(np.ones((8, 3, 5, 5))).shape
    (8, 75)
    """

    def __init__(self, start_axis: int = 1):
        self.start_axis = start_axis

    def forward(self, x: Any) -> Variable:
        return F.flatten(x, self.start_axis)


class Upsample(Pooling):
    """Another resolution, by a scale or to a size: see `rung.functions.upsample`.

    Shape: (N, C, n, …) -> (N, C, floor(scale n), …)

    >>> import numpy as np
    >>> Upsample(2, mode="bilinear")(np.ones((8, 3, 5, 5))).shape
    (8, 3, 10, 10)
    """

    function = F.upsample

    def __init__(self, scale: Any = None, size: Any = None, mode: str = "nearest", align_corners: bool = False):
        super().__init__(scale=scale, size=size, mode=mode, align_corners=align_corners)


class PixelShuffle(Pooling):
    """Channels laid out as pixels: see `rung.functions.pixel_shuffle`.

    Shape: (N, r r C, H, W) -> (N, C, r H, r W), r being the factor

    >>> import numpy as np
    >>> PixelShuffle(2)(np.ones((8, 12, 5, 5))).shape
    (8, 3, 10, 10)
    """

    function = F.pixel_shuffle

    def __init__(self, factor: int):
        super().__init__(factor=factor)
