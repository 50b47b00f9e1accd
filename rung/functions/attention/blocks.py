"""Attention on arrays, block by block of queries and keys, so that the scores never stand in memory all at once.

A row of probabilities is put together from blocks of keys by its running maximum and its running sum: what was
added up under an older maximum is scaled down to the newer one. Backward computes the probabilities of each block
again, from the logarithm of the row's sum. Source: Dao, FlashAttention-2, 2023; Rabe and Staats, 2021.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from rung.kernels import fused
from rung.random import forked, generator
from rung.shapes import Shape

# How many scores there are in a block: few enough for a core's cache, enough to outweigh a call's overhead.
BLOCK = 1 << 16
ROWS = 128

At = tuple[int, ...]


class Grid(NamedTuple):
    """How the scores of queries and keys are cut into blocks.

    Attributes:
        lead: the leading axes of the scores, such as (N, heads).
        queries: how many there are.
        keys: how many there are.
        causal: whether a query sees only the keys up to its own place, the last query that of the last key.
    """

    lead: Shape
    queries: int
    keys: int
    causal: bool

    @property
    def size(self) -> int:
        """How many scores there are."""
        return math.prod(self.lead) * self.queries * self.keys

    def rows(self) -> Iterator[tuple[At, slice]]:
        """Each block of queries: where it is among the outer leading axes, and which rows it is."""
        rows = min(self.queries, ROWS)
        size = rows * min(self.keys, BLOCK // max(rows, 1))
        outer = len(self.lead)
        while outer and size * self.lead[outer - 1] <= BLOCK:
            outer -= 1
            size *= self.lead[outer]
        for at in _places(self.lead[:outer]):
            for start in range(0, self.queries, max(rows, 1)):
                yield at, slice(start, min(start + rows, self.queries))

    def columns(self, rows: slice) -> Iterator[slice]:
        """Each block of keys that these queries see anything of."""
        end = max(rows.stop + self.keys - self.queries, 0) if self.causal else self.keys
        step = BLOCK // (rows.stop - rows.start)
        for start in range(0, end, step):
            yield slice(start, min(start + step, end))

    def is_cut(self, rows: slice, columns: slice) -> bool:
        """Whether causality hides some of this block."""
        return self.causal and columns.stop - 1 > rows.start + self.keys - self.queries

    def sees(self, xp: Any, rows: slice, columns: slice) -> Any:
        """Which keys (columns) each query (row) of a block may look at, as far as causality goes."""
        last = xp.arange(rows.start, rows.stop) + (self.keys - self.queries)
        return xp.arange(columns.start, columns.stop) <= last[:, None]


def _places(lead: Shape) -> Iterator[At]:
    if not lead:
        yield ()
        return
    for i in range(lead[0]):
        yield from ((i, *rest) for rest in _places(lead[1:]))


class Scores:
    """The scores of the blocks of a grid: scale q k + bias, and minus infinity where there is nothing to see."""

    def __init__(self, xp: Any, grid: Grid, q: Any, k: Any, mask: Any, bias: Any, scale: float):
        self.xp, self.grid, self.scale = xp, grid, scale
        self.q, self.k = _padded(q, grid), _padded(k, grid)
        self._everywhere = xp.broadcast_to(self.q, (*grid.lead, *self.q.shape[-2:]))
        self.mask, self.bias = (_padded(x, grid) if hasattr(x, "ndim") else None for x in (mask, bias))
        self._triangles: dict[Any, Any] = {}

    def queries(self, at: At, rows: slice) -> Any:
        """A block of queries, already scaled, along all leading axes."""
        return cut(self._everywhere, at, rows) * self.scale

    def of(self, queries: Any, at: At, rows: slice, columns: slice) -> Any:
        """The scores of a block, in memory of their own."""
        xp = self.xp
        scores = xp.matmul(queries, cut(self.k, at, columns).swapaxes(-1, -2))
        if self.bias is not None:
            scores += cut(self.bias, at, rows, columns)
        if self.mask is not None:
            scores += self._hidden(~cut(self.mask, at, rows, columns), scores.dtype)
        if self.grid.is_cut(rows, columns):
            scores += self._triangle(rows, columns, scores.dtype)
        return scores

    def _hidden(self, hidden: Any, dtype: Any) -> Any:
        return self.xp.where(hidden, -math.inf, 0.0).astype(dtype)

    def _triangle(self, rows: slice, columns: slice, dtype: Any) -> Any:
        """What causality hides: the same for all blocks that stand alike beside the diagonal."""
        key = (columns.start - rows.start, columns.stop - columns.start, rows.stop - rows.start)
        if key not in self._triangles:
            self._triangles[key] = self._hidden(~self.grid.sees(self.xp, rows, columns), dtype)
        return self._triangles[key]


def _padded(x: Any, grid: Grid) -> Any:
    """With as many axes as the scores have."""
    missing = len(grid.lead) + 2 - x.ndim
    return x.reshape((1,) * missing + tuple(x.shape)) if missing else x


def cut(x: Any, at: At, rows: slice, columns: slice | None = None) -> Any:
    """A block of an array; axes of size 1 stand for as many as are asked for."""
    lead = [0 if x.shape[axis] == 1 else i for axis, i in enumerate(at)]
    if columns is None:
        return x[(*lead, ..., rows, slice(None))]
    picks = [slice(None) if n == 1 else pick for n, pick in zip(x.shape[-2:], (rows, columns), strict=True)]
    return x[(*lead, ..., *picks)]


def dropout_of(xp: Any, ratio: float, seed: int) -> Callable[[Shape, Any], Any] | None:
    """What draws the factors 0 and 1 / (1 - ratio), the same for the same seed if asked for the same blocks."""
    if not ratio:
        return None
    with forked(seed):
        rng = generator(xp)

    def draw(shape: Shape, dtype: Any) -> Any:
        kept = xp.asarray(rng.random(shape, dtype=xp.float32)) >= ratio
        return kept.astype(dtype) / (1 - ratio)

    return draw


def dropout_everywhere(xp: Any, grid: Grid, ratio: float, seed: int, dtype: Any) -> Any:
    """The factors of all blocks, together."""
    draw: Any = dropout_of(xp, ratio, seed)
    factors = xp.zeros((*grid.lead, grid.queries, grid.keys), dtype)
    for at, rows in grid.rows():
        for columns in grid.columns(rows):
            block = cut(factors, at, rows, columns)
            factors[(*at, ..., rows, columns)] = draw(tuple(block.shape), dtype)
    return factors


def attend(scores: Scores, v: Any, draw: Any) -> tuple[Any, Any]:
    """The weighted means of the values, and the log-sum-exps of the scores; both 0 where nothing is seen."""
    xp, grid = scores.xp, scores.grid
    v = _padded(v, grid)
    y = xp.zeros((*grid.lead, grid.queries, v.shape[-1]), v.dtype)
    lse = xp.zeros((*grid.lead, grid.queries), v.dtype)
    for at, rows in grid.rows():
        queries, state = scores.queries(at, rows), None
        for columns in grid.columns(rows):
            block = scores.of(queries, at, rows, columns)
            state = _more(xp, state, block, cut(v, at, columns), draw, grid.size)
        if state is not None:
            top, total, mean = state
            total = xp.where(total > 0, total, 1)  # of a row that sees nothing: its mean is 0 all the same
            y[(*at, ..., rows, slice(None))] = mean / total
            lse[(*at, ..., rows)] = (_finite(xp, top) + xp.log(total))[..., 0]
    return y, lse


def _more(xp: Any, state: Any, block: Any, v: Any, draw: Any, work: int) -> tuple[Any, Any, Any]:
    """The running maximum, sum and weighted sum of each row, with one more block of keys."""
    p, top, base, total = _weights(xp, block, *(state or ())[:1], work=work)
    if draw is not None:
        p *= draw(tuple(p.shape), p.dtype)
    mean = xp.matmul(p, v)
    if state is not None:
        before, old_total, old_mean = state
        decay = xp.exp(before - base)
        total, mean = total + decay * old_total, mean + decay * old_mean
    return top, total, mean


@fused
def _weights(xp: Any, block: Any, before: Any = None) -> tuple[Any, Any, Any, Any]:
    """Of scores: their exponentials, less the largest so far in each row; that one; what was taken off; the sums."""
    top = block.max(axis=-1, keepdims=True)
    if before is not None:
        top = xp.maximum(top, before)
    base = _finite(xp, top)
    p = xp.exp(block - base)
    return p, top, base, p.sum(axis=-1, keepdims=True)


def _finite(xp: Any, x: Any) -> Any:
    """To subtract from scores: of a row that sees nothing, minus infinity less itself would be NaN."""
    return xp.where(x > -math.inf, x, 0)


def attend_backward(
    scores: Scores, v: Any, lse: Any, gy: Any, delta: Any, draw: Any, of_bias: bool
) -> tuple[Any, Any, Any, Any]:
    """The gradients of q, k, v and the bias; `delta` is what the gradient of a row's scores sums to 0 by."""
    xp, grid = scores.xp, scores.grid
    v = _padded(v, grid)
    inputs = (scores.q, scores.k, v, *([scores.bias] if of_bias else []))
    gq, gk, gv, *rest = (xp.zeros(x.shape, gy.dtype) for x in inputs)
    lse = lse[..., None]
    for at, rows in grid.rows():
        queries, gy_rows = scores.queries(at, rows), cut(gy, at, rows)
        lse_rows, delta_rows = cut(lse, at, rows), cut(delta, at, rows)
        for columns in grid.columns(rows):
            block = scores.of(queries, at, rows, columns)
            p = _exponentials(xp, block, lse_rows, work=grid.size)
            gp = xp.matmul(gy_rows, cut(v, at, columns).swapaxes(-1, -2))
            dropped = p
            if draw is not None:
                factors = draw(tuple(p.shape), p.dtype)
                dropped, gp = p * factors, gp * factors
            _add_into(gv, xp.matmul(dropped.swapaxes(-1, -2), gy_rows), at, columns)
            gp = _through_softmax(xp, gp, delta_rows, p, work=grid.size)  # from here on, the gradient of the scores
            _add_into(gq, xp.matmul(gp, cut(scores.k, at, columns)) * scores.scale, at, rows)
            _add_into(gk, xp.matmul(gp.swapaxes(-1, -2), queries), at, columns)
            if of_bias:
                _add_into(rest[0], gp, at, rows, columns)
    return gq, gk, gv, rest[0] if of_bias else None


@fused
def _exponentials(xp: Any, block: Any, lse: Any) -> Any:
    return xp.exp(block - lse)


@fused
def _through_softmax(xp: Any, gp: Any, delta: Any, p: Any) -> Any:
    return (gp - delta) * p


def _add_into(total: Any, part: Any, at: At, rows: slice, columns: slice | None = None) -> None:
    """Add a block's part to a gradient, summed over the axes that were stretched from size 1."""
    place = cut(total, at, rows, columns)
    stretched = tuple(i for i, (n, m) in enumerate(zip(place.shape, part.shape, strict=True)) if n != m)
    place += part.sum(axis=stretched, keepdims=True) if stretched else part
