"""Long short-term memory: a state that is added to instead of being overwritten."""

from __future__ import annotations

from typing import Any

from rung.core.samples import normal
from rung.core.variable import Variable
from rung.functions.activation import sigmoid
from rung.functions.documented import composed
from rung.functions.elementwise import tanh
from rung.functions.joining import concat, stack
from rung.functions.linalg import matmul
from rung.functions.recurrent.scan import Scan, projected, through_weights
from rung.functions.recurrent.sequences import one_step, over_sequences
from rung.kernels import accelerated
from rung.kernels import lstm as kernels
from rung.shapes import Shape

__all__ = ["lstm", "lstm_cell"]


class LSTMScan(Scan):
    """Long short-term memory over all times.

        f, i, o, u = sigmoid, sigmoid, sigmoid, tanh of the four blocks of x[t] @ W_x + b + h[t-1] @ W_h
        c[t] = f c[t-1] + i u                  h[t] = o tanh(c[t])

        dh = dh[t] + da[t+1] @ W_h.T           dc = dc[t] + dc[t+1] f[t+1] + dh o (1 - tanh(c[t]) ** 2)
        da[t] = (dc c[t-1] f (1 - f), dc u i (1 - i), dh tanh(c[t]) o (1 - o), dc i (1 - u ** 2))

    The second output are the gates f, i, o, u, which the derivative reads instead of computing them again.

    Shape: x (time, N, in), W_x (in, 4 hidden), W_h (hidden, 4 hidden), b (4 hidden,), h and c (N, hidden)
    -> (2, time, N, hidden) of h and c, (time, N, 4 hidden)
    """

    output_names = ("states", "gates")
    blocks = 4

    def shape(self, x: Shape, W_x: Shape, W_h: Shape, b: Shape, h: Shape, c: Shape) -> tuple[Shape, Shape]:
        time, n, size = self.check(x, W_x, W_h, b, h, c)
        return (2, time, n, size), (time, n, 4 * size)

    def forward(self, xp: Any, x: Any, W_x: Any, W_h: Any, b: Any, h: Any, c: Any) -> Any:
        return over_time(xp, projected(xp, x, W_x, b, W_h, h, c), W_h, h, c)

    def gradients(self, xp: Any, wanted: set[str], gys: list[Any], saved: Any) -> dict[str, Any]:
        x, W_x, W_h, _, h, c, states, gates = saved
        ga, gh, gc = back_in_time(xp, gates, states[1], c, W_h, *gys)
        return {"h": gh, "c": gc, **through_weights(wanted, ga, ga, x, W_x, W_h, h, states[0])}

    def unrolled(  # type: ignore[override]
        self, x: Any, W_x: Any, W_h: Any, b: Any, h: Any, c: Any
    ) -> Any:
        a, size = matmul(x, W_x) + b, W_h.shape[-2]
        hs, cs, gates = [], [], []
        for t in range(x.shape[0]):
            z = a[t] + matmul(h, W_h)
            gates.append(concat([sigmoid(z[..., : 3 * size]), tanh(z[..., 3 * size :])], -1))
            f, i, o, u = blocks(gates[-1])
            c = f * c + i * u
            h = o * tanh(c)
            hs.append(h)
            cs.append(c)
        return stack([stack(hs), stack(cs)]), stack(gates)

    samples = [
        (normal(3, 2, 2), normal(2, 12), normal(3, 12), normal(12), normal(2, 3), normal(2, 3)),
        (normal(1, 2, 1), normal(1, 8), normal(2, 8), normal(8), normal(2, 2), normal(2, 2)),
        (normal(2, 0, 2), normal(2, 8), normal(2, 8), normal(8), normal(0, 2), normal(0, 2)),
    ]
    errors = [
        ((0, 2, 2), (2, 12), (3, 12), (12,), (2, 3), (2, 3)), ((4, 2, 2), (2, 12), (3, 9), (12,), (2, 3), (2, 3)),
        ((4, 2, 2), (3, 12), (3, 12), (12,), (2, 3), (2, 3)), ((4, 2, 2), (2, 12), (3, 12), (3,), (2, 3), (2, 3)),
        ((4, 2, 2), (2, 12), (3, 12), (12,), (2, 3), (1, 3)),
    ]  # fmt: skip


@accelerated(kernels.over_time)
def over_time(xp: Any, a: Any, W_h: Any, h: Any, c: Any) -> tuple[Any, Any]:
    """The states h and c, and the gates, at all times, from a = X @ W_x + b and the states before."""
    size = W_h.shape[0]
    # sigmoid(a) = tanh(a / 2) / 2 + 1 / 2, so that one call of tanh does for all four; halving is exact.
    half = xp.repeat(xp.asarray([0.5, 0.5, 0.5, 1.0], dtype=a.dtype), size)
    gates, states = a * half, xp.empty((2, *a.shape[:2], size), a.dtype)
    W_h, shift = W_h * half, 1 - half
    for t in range(a.shape[0]):
        g = gates[t]
        g += xp.matmul(h, W_h)
        xp.tanh(g, out=g)
        g *= half
        g += shift
        f, i, o, u = blocks(g)
        c = xp.multiply(f, c, out=states[1, t])
        c += i * u
        h = xp.tanh(c, out=states[0, t])
        h *= o
    return states, gates


@accelerated(kernels.back_in_time)
def back_in_time(xp: Any, gates: Any, cs: Any, c: Any, W_h: Any, g_states: Any, g_gates: Any) -> tuple[Any, Any, Any]:
    """The gradients of a = X @ W_x + b at all times, and those of the states before."""
    # All that does not depend on what comes back through time is computed for all times at once.
    _, i, o, u = blocks(gates)
    slopes, tanh_c = gates - gates * gates, xp.tanh(cs)
    blocks(slopes)[3][...] = 1 - u * u
    ga = slopes * xp.concatenate([xp.concatenate([c[None], cs[:-1]]), u, tanh_c, i], axis=-1)
    through_o = o * (1 - tanh_c * tanh_c)
    gh, gc, W_hT = 0, 0, xp.ascontiguousarray(W_h.T)
    for t in range(gates.shape[0] - 1, -1, -1):
        gh = g_states[0, t] + gh
        gc = g_states[1, t] + gc
        gc += gh * through_o[t]
        for block, g in zip(blocks(ga[t]), (gc, gc, gh, gc), strict=True):
            block *= g
        if g_gates is not None:
            ga[t] += slopes[t] * g_gates[t]
        gh = xp.matmul(ga[t], W_hT)
        gc *= blocks(gates[t])[0]
    return ga, gh, gc


def blocks(gates: Any) -> list[Any]:
    """The four blocks of columns: f, i, o, u."""
    size = gates.shape[-1] // 4
    return [gates[..., k * size : (k + 1) * size] for k in range(4)]


@composed
def lstm(
    x: Any, W_x: Any, W_h: Any, b: Any = None, h: Any = None, c: Any = None, lengths: Any = None,
    reverse: bool = False,
) -> tuple[Variable, tuple[Variable, Variable]]:  # fmt: skip
    """Run a long short-term memory over whole sequences.

        f, i, o, u = sigmoid, sigmoid, sigmoid, tanh of the four blocks of x[t] @ W_x + b + h[t-1] @ W_h
        c[t] = f c[t-1] + i u                  h[t] = o tanh(c[t])

    The gates stand in this order along the columns: what to forget, to take in, to put out, and the update.

    Shape: x (N, time, in), W_x (in, 4 hidden), W_h (hidden, 4 hidden), b (4 hidden,), h and c (N, hidden)
    -> (N, time, hidden), and h and c (N, hidden).
    Source: Hochreiter and Schmidhuber, Neural Computation 9, 1997; Gers et al., ICANN 1999

    Args:
        b: zeros if None.
        h: the state before the first step; zeros if None.
        c: likewise the memory.
        lengths: (N,) integers, how many steps of each sequence are real, from 1; all if None. The outputs of the
            others are 0, and they get no gradient.
        reverse: begin with the last real step and go back to the first.

    Returns:
        h at all steps, and the last (h, c): those of each sequence's last real step, with `reverse` its first.

    Raises:
        ShapeError: these shapes do not fit together.
        DTypeError: lengths are not integers.
        ValueRangeError: a length is beyond the steps.

    >>> import numpy as np
    >>> ys, (h, c) = lstm(np.ones((5, 7, 2)), np.ones((2, 12)), np.ones((3, 12)), lengths=[7, 1, 2, 3, 4])
    >>> ys.shape, c.shape
    ((5, 7, 3), (5, 3))
    """
    return over_sequences("lstm", LSTMScan(), x, (W_x, W_h, b), (h, c), lengths, reverse)


@composed
def lstm_cell(x: Any, h: Any, c: Any, W_x: Any, W_h: Any, b: Any = None) -> tuple[Variable, Variable]:
    """One step of a long short-term memory.

        f, i, o, u = sigmoid, sigmoid, sigmoid, tanh of the four blocks of x @ W_x + b + h @ W_h
        new c = f c + i u                  new h = o tanh(new c)

    Shape: x (N, in), h and c (N, hidden), W_x (in, 4 hidden), W_h (hidden, 4 hidden), b (4 hidden,)
    -> new h and c (N, hidden). Source: Hochreiter and Schmidhuber, Neural Computation 9, 1997

    Args:
        h: the state before the step; zeros if None.
        c: likewise the memory.
        b: zeros if None.

    >>> import numpy as np
    >>> h, c = lstm_cell(np.ones((5, 2)), None, None, np.ones((2, 12)), np.ones((3, 12)))
    >>> h.shape, c.shape
    ((5, 3), (5, 3))
    """
    return one_step("lstm_cell", LSTMScan(), x, (W_x, W_h, b), (h, c))
