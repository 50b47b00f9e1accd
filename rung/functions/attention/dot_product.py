"""Scaled dot-product attention."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from rung.config import current_mode
from rung.core.batch import BatchPass
from rung.core.call import apply
from rung.core.families import Trailing
from rung.core.function import Function
from rung.core.node import Node
from rung.core.samples import case, mask, normal
from rung.core.variable import Variable, as_variable
from rung.cuda import get_array_module
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.attention.blocks import Grid, Scores, attend, attend_backward, dropout_everywhere, dropout_of
from rung.functions.documented import composed
from rung.functions.elementwise import cast, exp, where
from rung.functions.elementwise.selection import as_reals
from rung.functions.linalg.product import swap
from rung.functions.stochastic import dropout as dropped
from rung.functions.view import expand_dims, reshape
from rung.kernels import accelerated
from rung.kernels import attention as kernels
from rung.random import draw_seed
from rung.shapes import Shape, broadcast, expect

__all__ = ["scaled_dot_product_attention"]


class ScaledDotProductAttention(Trailing):
    """Means of the values, weighted by how well their keys fit each query; and each row's log-sum-exp, 0 for no keys.

        S = scale Q @ K.T + bias, -inf where not mask     P = exp(S - lse)     Y = P @ V
        dS = P (dP - sum(dY Y) + dlse),  dP = dY @ V.T
        dQ = scale dS @ K      dK = scale dS.T @ Q        dV = P.T @ dY        dbias = dS

    A plain backward goes over blocks. One that is recorded is a composition of ops on whole scores.

    Shape: q (..., T, size), k (..., S, size), v (..., S, out), mask and bias (..., T, S), broadcast
    -> y (..., T, out), lse (..., T)

    Args:
        scale: what scores are multiplied with.
        causal: query i sees the keys up to i + S - T.
        dropout: how often a probability is dropped.
        seed: of what is dropped.
    """

    output_names = ("y", "lse")
    data_inputs = (3,)
    broadcasts = True
    checks_shape = True
    of_reals = True

    def __init__(self, scale: float = 1.0, causal: bool = False, dropout: float = 0.0, seed: int = 0):
        self.scale, self.causal, self.dropout, self.seed = self.options = (scale, causal, dropout, seed)
        self.found: Any = None  # in the twin of one pull: what its gradients have in common
        self.of_bias = True

    def shape(self, q: Shape, k: Shape, v: Shape, mask: Shape, bias: Shape) -> tuple[Shape, Shape]:
        lead, queries, _ = self.grid_of(q, k, v, mask, bias)[:3]
        return (*lead, queries, v[-1]), (*lead, queries)

    def grid_of(self, q: Shape, k: Shape, v: Shape, mask: Shape, bias: Shape) -> Grid:
        """The leading axes, and how many queries and keys there are."""
        expect(min(map(len, (q, k, v))) >= 2, "q, k and v must have an axis of positions and one of features")
        expect(q[-1] == k[-1], "q and k must have the same last axis")
        expect(k[-2] == v[-2], "k and v must have the same number of positions, the second-last axis")
        scores = (q[-2], k[-2])
        for x in (mask, bias):
            fits = all(n in (1, m) for n, m in zip(x[::-1], scores[::-1], strict=False))
            expect(fits, f"the mask must broadcast to {scores}, the queries and keys, along its last two axes")
        return Grid(broadcast(*[x[:-2] for x in (q, k, v, mask, bias)]), *scores, self.causal)

    def multiply_adds(self, q: Shape, k: Shape, v: Shape, mask: Shape, bias: Shape) -> int:  # type: ignore[override]
        lead, queries, keys, _ = self.grid_of(q, k, v, mask, bias)
        return math.prod(lead) * queries * keys * (q[-1] + v[-1])

    def multiply_adds_back(self, wanted: Collection[int], *shapes: Shape) -> int:
        lead, queries, keys, _ = self.grid_of(*shapes)
        q, _, v, *_ = shapes
        of_weights, of_v = bool({0, 1, 4}.intersection(wanted)), 2 in wanted
        of_scores = len({0, 1}.intersection(wanted))
        return math.prod(lead) * queries * keys * (of_scores * q[-1] + (of_weights + of_v) * v[-1])

    def forward(self, xp: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any) -> Any:
        dtype = xp.result_type(q.dtype, k.dtype, v.dtype)
        q, k, v, bias = (_wide(xp, x) for x in (q, k, v, bias))
        y, lse = attended(xp, q, k, v, mask, bias, *self.options)
        return y.astype(dtype, copy=False), lse.astype(dtype, copy=False)

    def scores(self, xp: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any) -> Scores:
        shapes = [tuple(getattr(x, "shape", ())) for x in (q, k, v, mask, bias)]
        return Scores(xp, self.grid_of(*shapes), q, k, mask, bias, self.scale)

    # Derivatives ------------------------------------------------------------------------------------------------

    def pull(
        self, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        """As any op, but what is computed for one gradient is at hand for the others."""
        of_bias = any(pull.input == 4 and (path is None or node.edges[4] in path) for pull in node.plan.pulls)
        return Function.pull(self.changed(found={}, of_bias=of_bias), node, gys, records, plain, path)

    def grad_q(
        self, gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, y: Any, lse: Any, glse: Any = None
    ) -> Any:
        return self._gradients(gy, q, k, v, mask, bias, y, lse, glse)[0]

    def grad_k(
        self, gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, y: Any, lse: Any, glse: Any = None
    ) -> Any:
        return self._gradients(gy, q, k, v, mask, bias, y, lse, glse)[1]

    def grad_v(
        self, gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, y: Any, lse: Any, glse: Any = None
    ) -> Any:
        return self._gradients(gy, q, k, v, mask, bias, y, lse, glse)[2]

    def grad_bias(
        self, gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, y: Any, lse: Any, glse: Any = None
    ) -> Any:
        return self._gradients(gy, q, k, v, mask, bias, y, lse, glse)[3]

    def _gradients(self, gy: Any, *saved: Any) -> Any:
        found = {} if self.found is None else self.found
        if not found:
            recorded = any(isinstance(x, Variable) for x in saved)
            found["all"] = (self._recorded if recorded else self._blockwise)(gy, *saved)
        return found["all"]

    def _blockwise(
        self, gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, y: Any, lse: Any, glse: Any
    ) -> tuple[Any, ...]:
        xp = get_array_module(gy)
        gy, q, k, v, bias, y, lse = (_wide(xp, x) for x in (gy, q, k, v, bias, y, lse))
        return gradients(xp, gy, q, k, v, mask, bias, lse, _delta(gy, y, glse), self.of_bias, *self.options)

    def _recorded(
        self, gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, y: Any, lse: Any, glse: Any
    ) -> tuple[Any, ...]:
        p = self.probabilities(q, k, v, mask, bias, lse)
        gp, after = gy @ swap(v), p
        if self.dropout:
            grid = self.grid_of(*[getattr(x, "shape", ()) for x in (q, k, v, mask, bias)])
            factors = dropout_everywhere(get_array_module(q), grid, self.dropout, self.seed, q.dtype)
            gp, after = gp * factors, p * factors
        gs = p * (gp - expand_dims(_delta(gy, y, glse), -1))
        return gs @ k * self.scale, swap(gs) @ (q * self.scale), swap(after) @ gy, gs

    def probabilities(self, q: Any, k: Any, v: Any, mask: Any, bias: Any, lse: Any) -> Any:
        """All of them at once, as a composition."""
        xp, nothing = get_array_module(q), -math.inf
        scores = where(mask, (q * self.scale) @ swap(k) + bias, nothing)
        if self.causal:
            grid = self.grid_of(*[getattr(x, "shape", ()) for x in (q, k, v, mask, bias)])
            sees = grid.sees(xp, slice(0, grid.queries), slice(0, grid.keys))
            scores = where(sees, scores, nothing)
        return exp(scores - expand_dims(lse, -1))

    samples = [
        case(normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 3), True, 0.0, scale=0.5),
        case(normal(3, 4), normal(3, 4), normal(3, 2), True, 0.0, causal=True),
        case(normal(2, 2, 4), normal(4, 4), normal(2, 1, 4, 3), mask(2, 4), normal(4), causal=True),
        case(normal(2, 3, 4), normal(2, 1, 4), normal(2, 1, 3), mask(2, 3, 1), normal(2, 1, 1)),
        case(normal(0, 4), normal(3, 4), normal(3, 2), True, 0.0),
    ]
    errors = [
        ((2, 3), (2, 4), (2, 3), (), ()), ((2, 3), (4, 3), (5, 3), (), ()), ((3,), (4, 3), (4, 3), (), ()),
        ((2, 3), (4, 3), (4, 3), (2, 3), ()), ((2, 2, 3), (3, 4, 3), (4, 3), (), ()),
        ((2, 3), (4, 3), (4, 3), (), (3, 1)),
    ]  # fmt: skip


@accelerated(kernels.attend)
def attended(xp: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, *options: Any) -> tuple[Any, Any]:
    """What the op with these options gives, on arrays."""
    op = ScaledDotProductAttention(*options)
    return attend(op.scores(xp, q, k, v, mask, bias), v, dropout_of(xp, op.dropout, op.seed))


@accelerated(kernels.attend_backward)
def gradients(
    xp: Any, gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, lse: Any, delta: Any, of_bias: bool, *options: Any
) -> tuple[Any, ...]:
    """Those of q, k, v and the bias, on arrays; `delta` is what those of the scores in a row sum to 0 by."""
    op = ScaledDotProductAttention(*options)
    draw = dropout_of(xp, op.dropout, op.seed)
    return attend_backward(op.scores(xp, q, k, v, mask, bias), v, lse, gy, delta[..., None], draw, of_bias)


def _wide(xp: Any, x: Any) -> Any:
    """Half precision is too short for sums of exponentials."""
    return x.astype(xp.float32) if getattr(x, "dtype", None) == xp.float16 else x


def _delta(gy: Any, y: Any, glse: Any) -> Any:
    delta = (gy * y).sum(axis=-1)
    return delta if glse is None else delta - glse


@composed
def scaled_dot_product_attention(
    q: Any, k: Any, v: Any, mask: Any = None, causal: bool = False, dropout: float = 0.0, scale: float | None = None
) -> Variable:
    """Means of values, weighted by how well their keys fit each query.

        y = softmax(scale q @ k.T + mask) @ v

    The scores are computed in blocks, forward and backward, and never kept: memory grows with T + S, not with their
    product. A gradient that is itself recorded (`create_graph=True`, forward mode) does take memory for all scores.
    A query that may look at nothing gets zeros.

    Shape: q (..., heads, T, size), k (..., heads, S, size), v (..., heads, S, out) -> (..., heads, T, out). There may
    be fewer heads of keys and values, if their number divides that of the queries': each serves a group of heads that
    follow one another (Ainslie et al., 2023). Source: Vaswani et al., NeurIPS 2017; Dao, 2023.

    Args:
        mask: booleans, True where a query may look at a key; or floats to add to the scores, which may be learnt.
            It broadcasts to (..., heads, T, S). To hide padding: ``mask[:, None, None, :]``.
        causal: a query sees the keys up to its own place; the last query sees all, also if there are more keys.
        dropout: how often a probability is dropped in training; those that stay are scaled up.
        scale: 1 / sqrt(size) if None.

    Raises:
        ShapeError: the shapes do not fit together.
        DTypeError: the mask is of integers.
        ValueRangeError: the dropout is not in [0, 1).

    >>> import numpy as np
    >>> q, k, v = np.zeros((1, 2, 4)), np.ones((1, 2, 4)), np.array([[[1.0], [3.0]]])
    >>> scaled_dot_product_attention(q, k, v, causal=True)
    variable([[[1.]
               [2.]]])
    """
    if not 0 <= dropout < 1:
        raise ValueRangeError(f"scaled_dot_product_attention: dropout must be in [0, 1), but got {dropout!r}")
    q, k, v = (as_variable(as_reals(x)) for x in (q, k, v))
    see, bias = _mask_and_bias(mask, q)
    if q.dtype == "float16" == k.dtype:  # sums of exponentials need more, also between forward and backward
        q, k, v, bias = (cast(x, "float32") if hasattr(x, "dtype") else x for x in (q, k, v, bias))
        return cast(_grouped(q, k, v, see, bias, causal, dropout, scale), "float16")
    return _grouped(q, k, v, see, bias, causal, dropout, scale)


def _mask_and_bias(given: Any, q: Variable) -> tuple[Any, Any]:
    """A mask as what may be seen, and as what to add: one of them says nothing."""
    if given is None:
        return True, 0.0
    kind = getattr(getattr(given, "dtype", None), "kind", "")
    if kind not in ("b", "f"):
        raise DTypeError(
            message("scaled_dot_product_attention", "the mask must be an array of booleans (True: may look) "
                    "or of floats to add", mask=given)
        )  # fmt: skip
    if kind == "b":
        return given, 0.0
    return True, given if given.dtype == q.dtype else cast(given, q.dtype)


def _grouped(q: Any, k: Any, v: Any, see: Any, bias: Any, causal: bool, dropout: float, scale: Any) -> Any:
    """Attention in which each head of keys may serve several heads of queries."""
    heads, few = (x.shape[-3] if x.ndim > 2 else 1 for x in (q, k))
    if scale is None:
        scale = 1 / math.sqrt((q.shape[-1:] or (1,))[0] or 1)
    if few in (1, heads) or heads == 1:
        return _attention(q, k, v, see, bias, causal, dropout, scale)
    if heads % few or v.shape[-3:-2] != (few,):
        raise ShapeError(
            message("scaled_dot_product_attention", "the heads of q must be a multiple of those of k and v, "
                    "which must be as many", q=q, k=k, v=v)
        )  # fmt: skip
    groups = reshape(q, (*q.shape[:-3], few, heads // few, *q.shape[-2:]))
    see, bias = (_of_groups(x, few, heads // few) for x in (see, bias))
    y = _attention(groups, expand_dims(k, -3), expand_dims(v, -3), see, bias, causal, dropout, scale)
    return reshape(y, (*y.shape[:-4], heads, *y.shape[-2:]))


def _of_groups(mask: Any, few: int, many: int) -> Any:
    """A mask (..., heads, T, S) for heads in groups."""
    if len(getattr(mask, "shape", ())) < 3:
        return mask
    heads = (1, 1) if mask.shape[-3] == 1 else (few, many)
    return reshape(mask, (*mask.shape[:-3], *heads, *mask.shape[-2:]))


def _attention(q: Any, k: Any, v: Any, see: Any, bias: Any, causal: bool, dropout: float, scale: float) -> Any:
    if not current_mode().train or not dropout:
        return apply(ScaledDotProductAttention(scale, causal), q, k, v, see, bias)[0]
    if any(isinstance(each, BatchPass) for each in current_mode().passes):
        op = ScaledDotProductAttention(
            scale, causal
        )  # each example needs numbers of its own, which one op cannot give
        _, lse = apply(op, q, k, v, see, bias)
        return dropped(op.probabilities(q, k, v, see, bias, lse), dropout) @ v
    return apply(ScaledDotProductAttention(scale, causal, dropout, draw_seed()), q, k, v, see, bias)[0]
