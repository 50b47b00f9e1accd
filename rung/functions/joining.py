"""Putting variables together, and taking them apart again."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Sequence
from typing import Any, SupportsIndex

from rung.core.batch import all_batched
from rung.core.call import apply
from rung.core.families import Variadic
from rung.core.function import Function
from rung.core.node import Node
from rung.core.plan import Plan, select
from rung.core.samples import case, normal
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.errors import DTypeError, ShapeError, ValueRangeError, describe, message
from rung.functions.documented import composed, documented
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
        self.starts: Sequence[int] = ()  # in the twin of one pull: where each input begins in the output

    def shape(self, *xs: Shape) -> Shape:
        axis = normalize_axis(self.axis, len(xs[0]))
        rest = [x[:axis] + x[axis + 1 :] for x in xs]
        expect(len({(len(x), r) for x, r in zip(xs, rest, strict=True)}) == 1, f"all but axis {axis} must be equal")
        return (*xs[0][:axis], sum(x[axis] for x in xs), *xs[0][axis + 1 :])

    def forward(self, xp: Any, *xs: Any) -> Any:
        return xp.concatenate(xs, axis=self.axis)

    def pull(
        self, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        """As any op, but where each input begins is counted once for all."""
        axis = normalize_axis(self.axis, len(node.edges[0].shape))
        starts = [0, *itertools.accumulate(edge.shape[axis] for edge in node.edges)]
        return Function.pull(self.changed(axis=axis, starts=starts), node, gys, records, plain, path)

    def grad_xs(self, index: int, gy: Any) -> Any:
        return gy[(*[slice(None)] * self.axis, slice(self.starts[index], self.starts[index + 1]))]

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


@composed
def stack(xs: Sequence[Any], axis: int = 0) -> Variable:
    """Put variables side by side along a new axis.

    Shape: equal shapes -> the same with a new `axis`, of as many as there are.

    >>> stack([Variable(1.0), Variable(2.0)])
    variable([1. 2.])
    """
    return concat([expand_dims(x, axis) for x in _several("stack", xs)], axis)


class Split(Function):
    """Cut along an axis into parts of the given sizes: views, one output for each.

        y0, y1, … = the parts of x         dx = concat(dy0, dy1, …)

    Shape: any -> of each the same, with its size along `axis`.
    """

    is_view = True
    multilinear = True
    checks_shape = True

    def __init__(self, sizes: Sequence[int], axis: int = 0):
        self.sizes = tuple(sizes)
        self.axis = axis

    def shape(self, x: Shape) -> Any:
        axis = normalize_axis(self.axis, len(x))
        expect(builtins.sum(self.sizes) == x[axis], f"the sizes {self.sizes} must sum to that of axis {axis}")
        return tuple((*x[:axis], n, *x[axis + 1 :]) for n in self.sizes)

    def forward(self, xp: Any, x: Any) -> Any:
        before = [slice(None)] * normalize_axis(self.axis, x.ndim)
        edges = itertools.pairwise(itertools.accumulate(self.sizes, initial=0))
        return tuple([x[(*before, slice(a, b))] for a, b in edges])

    def connect(self, arrays: list[Any], edges: list[Any], result: Any, wanted: int) -> Any:
        self.n_outputs = len(result)
        return self._connect_many(arrays, edges, result, NOTHING_SAVED)

    def pull(
        self, node: Any, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        (edge,) = node.edges
        some = next(gy for gy in gys if gy is not None)
        xp, shapes = get_array_module(some), self.shape(edge.shape)
        parts = [xp.zeros(n, some.dtype) if gy is None else gy for gy, n in zip(gys, shapes, strict=True)]
        return [(edge, node.fit(concat(parts, self.axis), edge))]

    def tangents(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
        return list(apply(Split(self.sizes, self.axis), *tangents))

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        return apply(Split(self.sizes, normalize_axis(self.axis, x.ndim - 1) + 1), x)

    samples = [
        case(normal(6, 2), sizes=(2, 2, 2)), case(normal(2, 5), sizes=(1, 0, 4), axis=-1),
        case(normal(3), sizes=(3,)),
    ]  # fmt: skip
    errors = [case((3, 2), sizes=(1, 1)), case((3,), sizes=(3,), axis=1)]


NOTHING_SAVED = Plan((), (), select(()))


@composed
def split(x: Any, parts: int | Sequence[int], axis: int = 0) -> list[Variable]:
    """Cut along an axis: into equal parts, or before each of the given positions.

    Shape: any -> of each the same, with fewer along `axis`.

    >>> import numpy as np
    >>> [part.shape for part in split(np.ones((6, 2)), 3)], [part.shape for part in split(np.ones(5), [1, 3])]
    ([(2, 2), (2, 2), (2, 2)], [(1,), (2,), (2,)])
    """
    axis = normalize_axis(axis, len(x.shape), "split")
    size = x.shape[axis]
    starts = _starts_of_equal_parts(x, int(parts), axis) if isinstance(parts, SupportsIndex) else list(parts)
    edges = [0, *[slice(None, start).indices(size)[1] for start in starts], size]
    sizes = [b - a for a, b in itertools.pairwise(edges)]
    if builtins.min(sizes) >= 0:
        return list(apply(Split(sizes, axis), x))
    before = [slice(None)] * axis  # positions that go back: the parts overlap
    return [get_item(x, (*before, slice(a, b))) for a, b in itertools.pairwise(edges)]


def _starts_of_equal_parts(x: Any, parts: int, axis: int) -> list[int]:
    size = x.shape[axis]
    if parts < 1 or size % parts:
        raise ShapeError(message("split", f"axis {axis} must divide into {parts} equal parts", x=x))
    return [size // parts * i for i in range(1, parts)]


@composed
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
