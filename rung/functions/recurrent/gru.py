"""Gated recurrent units: a state that is kept, or replaced, element by element."""

from __future__ import annotations

from typing import Any

from rung.core.samples import normal
from rung.core.variable import Variable
from rung.functions.activation import sigmoid
from rung.functions.documented import composed
from rung.functions.elementwise import tanh
from rung.functions.joining import concat, stack
from rung.functions.linalg import matmul
from rung.functions.recurrent.scan import Scan, activate, projected, through_weights
from rung.functions.recurrent.sequences import one_step, over_sequences
from rung.shapes import Shape, expect

__all__ = ["gru", "gru_cell"]


class GRUScan(Scan):
    """Gated recurrent units over all times.

        r, z = sigmoid of the first two blocks of x[t] @ W_x + b + h[t-1] @ W_h
        m = the third block of h[t-1] @ W_h + b_h            n = tanh(the third block of x[t] @ W_x + b + r m)
        h[t] = z h[t-1] + (1 - z) n

        dh = dh[t] + z[t+1] dh[t+1] + (dr', dz', dm)[t+1] @ W_h.T          dm = r dn'
        dn' = dh (1 - z) (1 - n ** 2)      dr' = dn' m r (1 - r)      dz' = dh (h[t-1] - n) z (1 - z)

    The second output are r, z, n and m, which the derivative reads instead of computing them again.

    Shape: x (time, N, in), W_x (in, 3 hidden), W_h (hidden, 3 hidden), b (3 hidden,), b_h (hidden,), h (N, hidden)
    -> (time, N, hidden), (time, N, 4 hidden)
    """

    output_names = ("states", "gates")
    blocks = 3

    def shape(self, x: Shape, W_x: Shape, W_h: Shape, b: Shape, b_h: Shape, h: Shape) -> tuple[Shape, Shape]:
        time, n, size = self.check(x, W_x, W_h, b, h)
        expect(b_h == (size,), "b_h must have one element for each element of the state")
        return (time, n, size), (time, n, 4 * size)

    def forward(self, xp: Any, x: Any, W_x: Any, W_h: Any, b: Any, b_h: Any, h: Any) -> Any:
        size = W_h.shape[0]
        a = projected(xp, x, W_x, b, W_h, b_h, h)
        gates, states = xp.empty((*x.shape[:2], 4 * size), a.dtype), xp.empty((*x.shape[:2], size), a.dtype)
        for t in range(x.shape[0]):
            through_h = xp.matmul(h, W_h)
            m = xp.add(through_h[:, 2 * size :], b_h, out=gates[t, :, 3 * size :])
            rz = xp.add(a[t, :, : 2 * size], through_h[:, : 2 * size], out=gates[t, :, : 2 * size])
            activate(xp, rz, 2 * size)
            n = xp.multiply(rz[:, :size], m, out=gates[t, :, 2 * size : 3 * size])
            n += a[t, :, 2 * size :]
            xp.tanh(n, out=n)
            new = xp.subtract(h, n, out=states[t])
            new *= rz[:, size:]
            new += n
            h = new
        return states, gates

    def gradients(self, xp: Any, wanted: set[str], gys: list[Any], saved: Any) -> dict[str, Any]:
        x, W_x, W_h, _, _, h, hs, gates = saved
        (g_states, g_gates), size, gh = gys, W_h.shape[0], 0
        # Of the two products, x @ W_x and h @ W_h: they differ in the third block, n' and m.
        ga, ga_h = (xp.empty((*x.shape[:2], 3 * size), gates.dtype) for _ in range(2))
        for t in range(x.shape[0] - 1, -1, -1):
            r, z, n, m = blocks(gates[t])
            gh = g_states[t] + gh
            gr, gz, gn, gm = 0, gh * ((hs[t - 1] if t else h) - n), gh * (1 - z), 0
            if g_gates is not None:
                gr, gz, gn, gm = (g + here for g, here in zip((gr, gz, gn, gm), blocks(g_gates[t]), strict=True))
            gn *= 1 - n * n
            xp.concatenate([(gr + gn * m) * (r - r * r), gz * (z - z * z), gn], axis=-1, out=ga[t])
            ga_h[t] = ga[t]
            ga_h[t, :, 2 * size :] = gm + gn * r
            gh = gh * z
            gh += xp.matmul(ga_h[t], W_h.T)
        found = {"h": gh, "b_h": ga_h[..., 2 * size :].sum(axis=(0, 1))}
        return {**found, **through_weights(wanted, ga, ga_h, x, W_x, W_h, h, hs)}

    def unrolled(  # type: ignore[override]
        self, x: Any, W_x: Any, W_h: Any, b: Any, b_h: Any, h: Any
    ) -> Any:
        a, size = matmul(x, W_x) + b, W_h.shape[-2]
        hs, gates = [], []
        for t in range(x.shape[0]):
            through_h = matmul(h, W_h)
            rz = sigmoid(a[t][..., : 2 * size] + through_h[..., : 2 * size])
            r, z = rz[..., :size], rz[..., size:]
            m = through_h[..., 2 * size :] + b_h
            n = tanh(a[t][..., 2 * size :] + r * m)
            h = n + z * (h - n)
            hs.append(h)
            gates.append(concat([rz, n, m], -1))
        return stack(hs), stack(gates)

    samples = [
        (normal(3, 2, 2), normal(2, 9), normal(3, 9), normal(9), normal(3), normal(2, 3)),
        (normal(1, 2, 1), normal(1, 6), normal(2, 6), normal(6), normal(2), normal(2, 2)),
        (normal(2, 0, 2), normal(2, 6), normal(2, 6), normal(6), normal(2), normal(0, 2)),
    ]
    errors = [
        ((0, 2, 2), (2, 9), (3, 9), (9,), (3,), (2, 3)), ((4, 2, 2), (2, 9), (3, 8), (9,), (3,), (2, 3)),
        ((4, 2, 2), (3, 9), (3, 9), (9,), (3,), (2, 3)), ((4, 2, 2), (2, 9), (3, 9), (9,), (9,), (2, 3)),
        ((4, 2, 2), (2, 9), (3, 9), (3,), (3,), (2, 3)), ((4, 2, 2), (2, 9), (3, 9), (9,), (3,), (3, 3)),
    ]  # fmt: skip


def blocks(gates: Any) -> list[Any]:
    """The four blocks of columns: r, z, n, m."""
    size = gates.shape[-1] // 4
    return [gates[..., k * size : (k + 1) * size] for k in range(4)]


@composed
def gru(
    x: Any, W_x: Any, W_h: Any, b: Any = None, b_h: Any = None, h: Any = None, lengths: Any = None,
    reverse: bool = False,
) -> tuple[Variable, Variable]:  # fmt: skip
    """Run gated recurrent units over whole sequences.

        r, z = sigmoid of the first two blocks of x[t] @ W_x + b + h[t-1] @ W_h
        n = tanh(the third block of x[t] @ W_x + b + r (that of h[t-1] @ W_h + b_h))
        h[t] = z h[t-1] + (1 - z) n

    The reset gate scales the product with the state, as in cuDNN and PyTorch, not the state before it.

    Shape: x (N, time, in), W_x (in, 3 hidden), W_h (hidden, 3 hidden), b (3 hidden,), b_h (hidden,), h (N, hidden)
    -> (N, time, hidden), and (N, hidden). Source: Cho et al., EMNLP 2014

    Args:
        b: zeros if None.
        b_h: what is added to the third block of the product with the state; zeros if None.
        h: the state before the first step; zeros if None.
        lengths: (N,) integers, how many steps of each sequence are real, from 1; all if None. The outputs of the
            others are 0, and they get no gradient.
        reverse: begin with the last real step and go back to the first.

    Returns:
        The states at all steps, and the last one: that of each sequence's last real step, with `reverse` its first.

    Raises:
        ShapeError: these shapes do not fit together.
        DTypeError: lengths are not integers.
        ValueRangeError: a length is beyond the steps.

    >>> import numpy as np
    >>> ys, h = gru(np.ones((5, 7, 2)), np.ones((2, 9)), np.ones((3, 9)))
    >>> ys.shape, h.shape
    ((5, 7, 3), (5, 3))
    """
    ys, (last,) = over_sequences("gru", GRUScan(), x, (W_x, W_h, b, b_h), (h,), lengths, reverse)
    return ys, last


@composed
def gru_cell(x: Any, h: Any, W_x: Any, W_h: Any, b: Any = None, b_h: Any = None) -> Variable:
    """One step of gated recurrent units.

        r, z = sigmoid of the first two blocks of x @ W_x + b + h @ W_h
        n = tanh(the third block of x @ W_x + b + r (that of h @ W_h + b_h))
        y = z h + (1 - z) n

    Shape: x (N, in), h (N, hidden), W_x (in, 3 hidden), W_h (hidden, 3 hidden), b (3 hidden,), b_h (hidden,)
    -> (N, hidden). Source: Cho et al., EMNLP 2014

    Args:
        h: the state before the step; zeros if None.
        b: zeros if None.
        b_h: what is added to the third block of the product with the state; zeros if None.

    >>> import numpy as np
    >>> gru_cell(np.ones((5, 2)), None, np.ones((2, 9)), np.ones((3, 9))).shape
    (5, 3)
    """
    return one_step("gru_cell", GRUScan(), x, (W_x, W_h, b, b_h), (h,))[0]
