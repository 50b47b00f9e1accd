"""Putting variables together, and taking them apart again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from rung.core.batch import all_batched
from rung.core.call import apply
from rung.core.families import Variadic
from rung.core.samples import case, normal
from rung.core.variable import Variable
from rung.errors import DTypeError, ShapeError, ValueRangeError, describe, message
from rung.functions.documented import documented
from rung.functions.indexing import get_item
from rung.functions.view import expand_dims
from rung.shapes import Shape, expect, normalize_axis

__all__ = ["chunk", "concat", "split", "stack"]


class Concat(Variadic):
    """Put variables one after the other along an axis.

        y = concat(x0, x1, …)         dx_i = the slice of dy where x_i stands

    Shape: shapes that differ at most along `axis` -> the sum of the sizes along `axis`.

    >>> import numpy as np
    >>> concat([Variable(np.ones(2)), np.zeros(1)])
    variable([1. 1. 0.])
    """

    linear = True

    def __init__(self, axis: int = 0):
        self.axis = axis

    def shape(self, *xs: Shape) -> Shape:
        axis = normalize_axis(self.axis, len(xs[0]))
        rest = [x[:axis] + x[axis + 1 :] for x in xs]
        expect(len({(len(x), r) for x, r in zip(xs, rest, strict=True)}) == 1, f"all but axis {axis} must be equal")
        return (*xs[0][:axis], sum(x[axis] for x in xs), *xs[0][axis + 1 :])

    def forward(self, xp: Any, *xs: Any) -> Any:
        return xp.concatenate(xs, axis=self.axis)

    def grad_xs(self, index: int, gy: Any, xs_shapes: Sequence[Shape]) -> Any:
        axis = normalize_axis(self.axis, len(xs_shapes[index]))
        start = sum(shape[axis] for shape in xs_shapes[:index])
        return gy[(*[slice(None)] * axis, slice(start, start + xs_shapes[index][axis]))]

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        xs = all_batched(inputs, batched)
        axis = normalize_axis(self.axis, xs[0].ndim - 1)
        return concat(xs, axis + 1)

    samples = [
        (normal(2, 3), normal(4, 3)), case(normal(2, 3), normal(2, 1), normal(2, 0), axis=-1), (normal(3),),
        case(normal(2, 3, 4), normal(2, 2, 4), axis=1),
    ]  # fmt: skip
    errors = [((2, 3), (2, 4)), ((2, 3), (3,))]


@documented(Concat)
def concat(xs: Sequence[Any], axis: int = 0) -> Variable:
    return apply(Concat(axis), *_several("concat", xs))


def stack(xs: Sequence[Any], axis: int = 0) -> Variable:
    """Put variables side by side along a new axis.

    Shape: equal shapes -> the same with a new `axis`, of as many as there are.

    >>> stack([Variable(1.0), Variable(2.0)])
    variable([1. 2.])
    """
    return concat([expand_dims(x, axis) for x in _several("stack", xs)], axis)


def split(x: Any, parts: int | Sequence[int], axis: int = 0) -> list[Variable]:
    """Cut along an axis: into equal parts, or before each of the given positions.

    Shape: any -> of each the same, with fewer along `axis`.

    >>> import numpy as np
    >>> [part.shape for part in split(np.ones((6, 2)), 3)], [part.shape for part in split(np.ones(5), [1, 3])]
    ([(2, 2), (2, 2), (2, 2)], [(1,), (2,), (2,)])
    """
    axis = normalize_axis(axis, len(x.shape), "split")
    size = x.shape[axis]
    if isinstance(parts, int):
        if parts < 1 or size % parts:
            raise ShapeError(message("split", f"axis {axis} must divide into {parts} equal parts", x=x))
        parts = [size // parts * i for i in range(1, parts)]
    edges = [0, *parts, size]
    return [get_item(x, (*[slice(None)] * axis, slice(a, b))) for a, b in itertools.pairwise(edges)]


def chunk(x: Any, chunks: int, axis: int = 0) -> list[Variable]:
    """Cut along an axis into at most so many parts, all of one size but the last.

    Shape: any -> of each the same, with fewer along `axis`.

    >>> import numpy as np
    >>> [part.shape for part in chunk(np.ones(5), 2)]
    [(3,), (2,)]
    """
    if chunks < 1:
        raise ValueRangeError(f"chunk: expected at least 1 chunk, but got {chunks}")
    axis = normalize_axis(axis, len(x.shape), "chunk")
    size = -(-x.shape[axis] // chunks) or 1
    return split(x, list(range(size, x.shape[axis], size)), axis)


def _several(op: str, xs: Any) -> list[Any]:
    if not isinstance(xs, (list, tuple)) or not xs:
        raise DTypeError(f"{op}: expected a list of at least one variable, but got {describe(xs)}")
    return list(xs)
