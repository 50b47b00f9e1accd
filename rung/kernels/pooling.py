"""Max pooling by windows of 2x2 side by side, and its derivative, each in one pass over the images."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.choice import kernel
from rung.kernels.memory import result


def _of_four(x: Any, windows: Any) -> bool:
    side_by_side = windows.kernel == windows.stride == (2, 2) and windows.dilation == (1, 1)
    return side_by_side and x.ndim > 1 and not windows.pads


@kernel(_of_four)
def largest(x: Any, windows: Any, out: Any = None) -> Any:
    """The largest element of each window."""
    from rung.kernels import pooling_loops as loops

    y = result(out, (*x.shape[:-2], *windows.count(x.shape[-2:])))
    loops.largest(_planes(x), _planes(y))
    return y


@kernel(lambda v, x, windows: _of_four(x, windows))
def shared(v: Any, x: Any, windows: Any, out: Any = None) -> Any:
    """What comes for each window, shared evenly among its largest elements."""
    from rung.kernels import pooling_loops as loops

    gx = result(out, x.shape)
    loops.shared(_planes(v), _planes(x), _planes(gx))
    return gx


def _planes(x: Any) -> Any:
    return np.ascontiguousarray(x).reshape((-1, *x.shape[-2:]))
