"""The loops of attention: for each head, a few rows of scores at a time, which are used while they are in the cache.

Products are of blocks in the registers (vectors.py): keys and values lie in strips for them, padded by zeros. Keys
that causality hides are not even multiplied. Source: Dao, FlashAttention-2, 2023.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.kernels.elementary import exp32, maximum, plus
from rung.kernels.jit import loops, part, prange
from rung.kernels.vectors import ROWS, STRIP, block
from rung.kernels.winograd_loops import transpose

ROOM = 1 << 16  # scores that a thread has at a time in the backward pass
ZERO: Any = np.float32(0)
NOTHING: Any = np.float32(-np.inf)  # the score of what is not seen


@loops
def attend(q: Any, k: Any, v: Any, scale: Any, shift: Any, y: Any, lse: Any) -> None:
    """q (heads, T, D), k (heads, S, D), v (heads, S, E) -> y (heads, T, E), lse (heads, T)."""
    for head in prange(len(q)):
        attend_head(q[head], k[head], v[head], scale, shift, y[head], lse[head])


@loops
def attend_backward(
    q: Any, k: Any, v: Any, gy: Any, lse: Any, delta: Any, scale: Any, shift: Any, gq: Any, gk: Any, gv: Any
) -> None:
    """The gradients of q, k and v; `delta` is the sum of gy y in each row."""
    for head in prange(len(q)):
        backward_head(q[head], k[head], v[head], gy[head], lse[head], delta[head], scale, shift,
                      gq[head], gk[head], gv[head])  # fmt: skip


@part
def attend_head(q: Any, k: Any, v: Any, scale: Any, shift: Any, y: Any, lse: Any) -> None:
    size, (keys, features) = q.shape[1], v.shape
    k_strips, v_strips = transposed_strips(k), strips(v, 0, keys, np.float32(1))
    width, length = padded(features), padded(keys)
    queries, inverse = np.empty(ROWS * size, np.float32), np.zeros(ROWS, np.float32)
    scores, means = np.zeros(ROWS * length, np.float32), np.zeros(ROWS * width, np.float32)
    for first in range(0, len(q), ROWS):
        count = min(ROWS, len(q) - first)
        most = seen(first + count - 1, shift, keys)
        copy_rows(q, first, count, scale, queries)
        for j in range(0, most, STRIP):
            block(queries, 0, size, 1, k_strips, j * size, size, scores, j, length, False)
        for i in range(count):
            row = scores[i * length : i * length + padded(most)]
            total, lse[first + i] = exponentials(row, seen(first + i, shift, keys))
            inverse[i] = np.float32(1) / total
        for e in range(0, features if most else 0, STRIP):
            block(scores, 0, length, 1, v_strips, e * keys, most, means, e, width, False)
        for i in range(count):
            put_row(means[i * width :], inverse[i] if most else ZERO, y[first + i])


@part
def backward_head(
    q: Any, k: Any, v: Any, gy: Any, lse: Any, delta: Any, scale: Any, shift: Any, gq: Any, gk: Any, gv: Any
) -> None:
    size, (keys, features) = q.shape[1], v.shape
    kt, vt, k_strips = transposed_strips(k), transposed_strips(v), strips(k, 0, keys, np.float32(1))
    length, wide, width = padded(keys + ROWS), padded(size), padded(features)
    chunk = max(ROOM // length // ROWS, 1) * ROWS
    p, gs = np.empty(chunk * length, np.float32), np.empty(chunk * length, np.float32)
    sum_k, sum_v = np.zeros((keys + ROWS) * wide, np.float32), np.zeros((keys + ROWS) * width, np.float32)
    queries, gradients = np.empty(ROWS * size, np.float32), np.empty(ROWS * features, np.float32)
    products = np.zeros(ROWS * wide, np.float32)  # rows that see nothing take 0 times what is here
    for first in range(0, len(q), chunk):
        count = min(chunk, len(q) - first)
        most = seen(first + count - 1, shift, keys)
        for r in range(0, count, ROWS):
            some = min(ROWS, count - r)
            copy_rows(q, first + r, some, scale, queries)
            copy_rows(gy, first + r, some, np.float32(1), gradients)
            for j in range(0, seen(first + r + some - 1, shift, keys), STRIP):
                block(queries, 0, size, 1, kt, j * size, size, p, r * length + j, length, False)
                block(gradients, 0, features, 1, vt, j * features, features, gs, r * length + j, length, False)
        for i in range(count):
            row, g = p[i * length : (i + 1) * length], gs[i * length : (i + 1) * length]
            through_softmax(row, g, seen(first + i, shift, keys), lse[first + i], delta[first + i])
        for r in range(0, count, ROWS):
            some = min(ROWS, count - r)
            depth = seen(first + r + some - 1, shift, keys)
            for d in range(0, size if depth else 0, STRIP):
                block(gs, r * length, length, 1, k_strips, d * keys, depth, products, d, wide, False)
            for i in range(some):
                put_row(products[i * wide :], scale if depth else ZERO, gq[first + r + i])
        q_strips, gy_strips = strips(q, first, count, scale), strips(gy, first, count, np.float32(1))
        for j in range(0, most, ROWS):
            i = max(j - shift - first, 0)  # the first query here that sees key j
            for d in range(0, size, STRIP):
                block(gs, i * length + j, 1, length, q_strips, d * count + i * STRIP, count - i,
                      sum_k, j * wide + d, wide, True)  # fmt: skip
            for e in range(0, features, STRIP):
                block(p, i * length + j, 1, length, gy_strips, e * count + i * STRIP, count - i,
                      sum_v, j * width + e, width, True)  # fmt: skip
    for j in range(keys):
        put_row(sum_k[j * wide :], np.float32(1), gk[j])
        put_row(sum_v[j * width :], np.float32(1), gv[j])


@part
def seen(query: Any, shift: Any, keys: Any) -> Any:
    """How many keys a query sees."""
    return max(min(query + 1 + shift, keys), 0)


@part
def padded(count: Any) -> Any:
    """The next multiple of STRIP."""
    return -(-count // STRIP) * STRIP


@part
def strips(x: Any, first: Any, count: Any, scale: Any) -> Any:
    """Rows of x (n, m) as strips of columns, one after the other, each row after row; beyond m there are zeros."""
    made = np.zeros(padded(x.shape[1]) * count, np.float32)
    for i in range(count):
        row = x[first + i]
        for c in range(0, len(row), STRIP):
            some = row[c : c + STRIP]
            place = made[c * count + i * STRIP :]
            for j in range(len(some)):
                place[j] = some[j] * scale
    return made


@part
def transposed_strips(x: Any) -> Any:
    """The transpose of x (n, m) as strips: n columns of m rows."""
    rows, size = x.shape
    made = np.zeros(padded(rows) * size, np.float32)
    for first in range(0, rows, STRIP):
        transpose(x.reshape(-1), first * size, size, min(STRIP, rows - first), size, made, first * size, STRIP)
    return made


@part
def copy_rows(x: Any, first: Any, count: Any, scale: Any, rows: Any) -> None:
    """Rows of x, scaled, and zeros for what is missing to ROWS of them."""
    size = x.shape[1]
    for i in range(count):
        row, place = x[first + i], rows[i * size : (i + 1) * size]
        for d in range(size):
            place[d] = row[d] * scale
    rows[count * size :] = ZERO


@part
def put_row(values: Any, scale: Any, row: Any) -> None:
    for d in range(len(row)):
        row[d] = values[d] * scale


@part
def exponentials(row: Any, end: Any) -> Any:
    """exp(x - the largest), in place, and 0 from `end` on; their sum and log-sum-exp, or 1 and 0 if all are 0."""
    row[end:] = NOTHING
    top, total = NOTHING, ZERO
    for j in range(len(row)):
        top = maximum(top, row[j])
    base = top if top > NOTHING else ZERO
    for j in range(len(row)):
        row[j] = exp32(row[j] - base)
        total = plus(total, row[j])
    if total == ZERO:
        return np.float32(1), ZERO
    return total, base + np.float32(np.log(total))


@part
def through_softmax(p: Any, g: Any, end: Any, lse: Any, delta: Any) -> None:
    """Scores become probabilities, and their gradients those of the scores; 0 from `end` on."""
    p[end:] = NOTHING
    whole = min(padded(end), len(p))  # vectors without a rest
    for j in range(whole):
        p[j] = exp32(p[j] - lse)
    for j in range(whole):
        g[j] = p[j] * (g[j] - delta)
    p[end:], g[end:] = ZERO, ZERO
