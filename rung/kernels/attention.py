"""Scaled dot-product attention without mask, bias and dropout: each head's scores by one thread, tile by tile."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rung.kernels.choice import kernel

LEAST = 1 << 18  # scores; with fewer, it is not worth what it takes to compile


def _is_plain(
    q: Any, k: Any, v: Any, mask: Any, bias: Any, scale: float, causal: bool, dropout: float, seed: int
) -> bool:
    alike = q.shape[:-2] == k.shape[:-2] == v.shape[:-2] and min(q.size, k.size, v.size) > 0
    enough = math.prod(q.shape[:-1]) * k.shape[-2] >= LEAST
    return alike and enough and mask is True and isinstance(bias, float) and not (bias or dropout)


@kernel(_is_plain)
def attend(
    q: Any,
    k: Any,
    v: Any,
    mask: Any,
    bias: Any,
    scale: float,
    causal: bool,
    dropout: float,
    seed: int,
    out: Any = None,
) -> tuple[Any, Any]:
    """The weighted means of the values, and each row's log-sum-exp."""
    from rung.kernels import attention_loops as loops

    y = np.empty((*q.shape[:-1], v.shape[-1]), np.float32)
    lse = np.empty(q.shape[:-1], np.float32)
    loops.attend(
        *map(_heads, (q, k, v)), np.float32(scale), _shift(q, k, causal), _heads(y), lse.reshape((-1, q.shape[-2]))
    )
    return y, lse


@kernel(lambda gy, q, k, v, mask, bias, lse, delta, of_bias, *options: _is_plain(q, k, v, mask, bias, *options))
def attend_backward(
    gy: Any, q: Any, k: Any, v: Any, mask: Any, bias: Any, lse: Any, delta: Any, of_bias: bool,
    scale: float, causal: bool, dropout: float, seed: int, out: Any = None,
) -> tuple[Any, Any, Any, None]:  # fmt: skip
    """The gradients of queries, keys and values; of the bias, which is a number, none."""
    from rung.kernels import attention_loops as loops

    gq, gk, gv = (np.empty(x.shape, np.float32) for x in (q, k, v))
    rows = (np.ascontiguousarray(x).reshape((-1, q.shape[-2])) for x in (lse, delta))
    loops.attend_backward(*map(_heads, (q, k, v, gy)), *rows, np.float32(scale), _shift(q, k, causal),
                          *map(_heads, (gq, gk, gv)))  # fmt: skip
    return gq, gk, gv, None


def _heads(x: Any) -> Any:
    """(..., positions, features) with one leading axis."""
    return np.ascontiguousarray(x).reshape((-1, *x.shape[-2:]))


def _shift(q: Any, k: Any, causal: bool) -> int:
    """How many more keys than its own place a query sees: all, unless it is causal."""
    return k.shape[-2] - q.shape[-2] if causal else k.shape[-2]  # type: ignore[no-any-return]
