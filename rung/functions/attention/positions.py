"""What tells attention where things are: waves to add, and rotations."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.config import get_default_dtype
from rung.core.batch import aligned
from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import case, labels, normal
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.documented import composed
from rung.functions.elementwise import cast, cos, sin
from rung.functions.joining import stack
from rung.functions.view import expand_dims, reshape
from rung.shapes import Shape, broadcast, expect

__all__ = ["positional_encoding", "rotary_embedding"]


class RotaryEmbedding(Function):
    """Turn pairs of features by angles that grow with the position.

        y[t, 2i] + j y[t, 2i+1] = (x[t, 2i] + j x[t, 2i+1]) exp(j angle),    angle = p[t] base ** (-2i / size)

    The product of two vectors so turned depends on how far apart they are, and not on where. dx is dy, turned back.

    Shape: x (..., T, size) with an even size, positions (..., T) that broadcast -> that of x

    Args:
        base: the angles of the last pairs grow about this many times more slowly than those of the first.
        halves: feature i is paired with feature i + size / 2, not each with its neighbour.
        back: turn the other way.
    """

    data_inputs = (1,)
    multilinear = True
    of_reals = True
    checks_shape = True

    def __init__(self, base: float = 10000.0, halves: bool = False, back: bool = False):
        self.base = base
        self.halves = halves
        self.back = back

    def shape(self, x: Shape, positions: Shape) -> Shape:
        expect(len(x) >= 2, "x must have an axis of positions and one of features")
        expect(x[-1] % 2 == 0, "x must have an even number of features")
        expect(broadcast(positions, x[:-1]) == x[:-1], f"the positions must broadcast to {x[:-1]}")
        return x

    def forward(self, xp: Any, x: Any, positions: Any) -> Any:
        half = x.shape[-1] // 2
        speeds = self.base ** (xp.arange(half) * (-1.0 / max(half, 1)))
        angles = xp.asarray(positions)[..., None] * (-speeds if self.back else speeds)
        c, s = xp.cos(angles).astype(x.dtype), xp.sin(angles).astype(x.dtype)
        first, second = (
            ((..., slice(half)), (..., slice(half, None))) if self.halves
            else ((..., slice(0, None, 2)), (..., slice(1, None, 2)))
        )  # fmt: skip
        a, b, y = x[first], x[second], xp.empty(x.shape, x.dtype)
        y[first] = a * c - b * s
        y[second] = a * s + b * c
        return y

    def grad_x(self, gy: Any, positions: Any) -> Any:
        return apply(self.changed(back=not self.back), gy, positions)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, positions = inputs
        if batched[0] and not batched[1]:
            return self(x, positions)
        if not batched[0]:
            x = as_variable(x)
            x = x.broadcast_to((len(positions), *x.shape))
        rest, _ = aligned([positions, x[..., 0]], [True, True])
        return self(x, rest)

    samples = [
        case(normal(3, 4), labels(3, classes=9)),
        case(normal(2, 3, 6), labels(3, classes=9), base=100.0, halves=True),
        case(normal(2, 3, 2), labels(2, 1, classes=9), back=True), case(normal(0, 4), labels(0, classes=9)),
    ]  # fmt: skip
    errors = [((3, 5), (3,)), ((4,), ()), ((3, 4), (4,)), ((3, 4), (2, 3))]


@composed
def rotary_embedding(x: Any, positions: Any = None, base: float = 10000.0, halves: bool = False) -> Variable:
    """Turn pairs of features by angles that grow with the position: for queries and keys, before they meet.

        y[t, 2i] + j y[t, 2i+1] = (x[t, 2i] + j x[t, 2i+1]) exp(j angle),    angle = p[t] base ** (-2i / size)

    The product of two vectors so turned depends on how far apart they are, and not on where.

    Shape: x (..., T, size) with an even size -> the same. Source: Su et al., RoFormer, 2021.

    Args:
        positions: (..., T) numbers that broadcast; 0, 1, 2 … if None.
        base: the last pairs turn about this many times more slowly than the first.
        halves: feature i is paired with feature i + size / 2, as Llama wants it, and not with its neighbour.

    Raises:
        ShapeError: the number of features is odd, or the positions do not fit.

    >>> import numpy as np
    >>> rotary_embedding(np.array([[1.0, 0.0]]), positions=np.array([np.pi / 2])).data.round(6)
    array([[0., 1.]])
    """
    if not base > 0:
        raise ValueRangeError(f"rotary_embedding: expected a base above 0, but got {base!r}")
    x = as_variable(x)
    if positions is None:
        if x.ndim < 2:
            raise ShapeError(message("rotary_embedding", "x must have an axis of positions and one of features", x=x))
        positions = get_array_module(x).arange(x.shape[-2])
    return apply(RotaryEmbedding(base, halves), x, positions)


@composed
def positional_encoding(positions: Any, size: int, base: float = 10000.0, dtype: Any = None) -> Variable:
    """Waves of many lengths, by which a network can tell positions, and how far they are apart; a constant.

        y[t, 2i] = sin(p[t] base ** (-2i / size))        y[t, 2i+1] = cos(p[t] base ** (-2i / size))

    Shape: (...,) -> (..., size); a number T stands for the positions 0 to T - 1.
    Source: Vaswani et al., NeurIPS 2017.

    Args:
        positions: how many there are, or an array of them.
        size: the number of features, even.
        base: the longest waves are about this many times longer than the shortest.
        dtype: the default dtype if None.

    >>> positional_encoding(2, 4).data.round(2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]], dtype=float32)
    """
    if not isinstance(size, int) or size < 2 or size % 2:
        raise ValueRangeError(f"positional_encoding: expected an even size of at least 2, but got {size!r}")
    kind = np.dtype(get_default_dtype() if dtype is None else dtype)
    if kind.kind != "f":
        raise DTypeError(f"positional_encoding: expected a dtype of floats, but got {kind}")
    at = as_variable(np.arange(positions) if isinstance(positions, int) else positions).detach()
    xp = get_array_module(at)
    speeds = base ** (xp.arange(size // 2) * (-2.0 / size))
    angles = expand_dims(cast(at, "float64"), -1) * speeds
    waves = stack([sin(angles), cos(angles)], -1)
    return cast(reshape(waves, (*at.shape, size)), kind)
