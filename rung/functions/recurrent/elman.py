"""The plain recurrent network: what was computed last is an input of what is computed next."""

from __future__ import annotations

from typing import Any

from rung.core.samples import case, normal
from rung.core.variable import Variable
from rung.errors import ValueRangeError
from rung.functions.activation import relu
from rung.functions.documented import composed
from rung.functions.elementwise import tanh
from rung.functions.joining import stack
from rung.functions.linalg import matmul
from rung.functions.recurrent.scan import Scan, projected, through_weights
from rung.functions.recurrent.sequences import one_step, over_sequences
from rung.shapes import Shape

__all__ = ["rnn", "rnn_cell"]

ACTIVATIONS = {"tanh": tanh, "relu": relu}


class RNNScan(Scan):
    """A plain recurrent network over all times.

        h[t] = f(x[t] @ W_x + b + h[t-1] @ W_h),   f = tanh or relu
        da[t] = f'(h[t]) (dh[t] + da[t+1] @ W_h.T)

    Shape: x (time, N, in), W_x (in, hidden), W_h (hidden, hidden), b (hidden,), h (N, hidden) -> (time, N, hidden)
    """

    def __init__(self, activation: str = "tanh"):
        if activation not in ACTIVATIONS:
            raise ValueRangeError(f"rnn: expected activation to be 'tanh' or 'relu', but got {activation!r}")
        self.activation = activation

    def shape(self, x: Shape, W_x: Shape, W_h: Shape, b: Shape, h: Shape) -> Shape:
        return self.check(x, W_x, W_h, b, h)

    def forward(self, xp: Any, x: Any, W_x: Any, W_h: Any, b: Any, h: Any) -> Any:
        hs = projected(xp, x, W_x, b, W_h, h)
        for t in range(x.shape[0]):
            y = hs[t]
            y += xp.matmul(h, W_h)
            h = xp.tanh(y, out=y) if self.activation == "tanh" else xp.maximum(y, 0, out=y)
        return hs

    def gradients(self, xp: Any, wanted: set[str], gys: list[Any], saved: Any) -> dict[str, Any]:
        x, W_x, W_h, _, h, hs = saved
        ga, gh = xp.empty(hs.shape, hs.dtype), 0
        for t in range(x.shape[0] - 1, -1, -1):
            slope = 1 - hs[t] * hs[t] if self.activation == "tanh" else hs[t] > 0
            here = xp.multiply(gys[0][t] + gh, slope, out=ga[t])
            gh = xp.matmul(here, W_h.T)
        return {"h": gh, **through_weights(wanted, ga, ga, x, W_x, W_h, h, hs)}

    def unrolled(self, x: Any, W_x: Any, W_h: Any, b: Any, h: Any) -> Any:  # type: ignore[override]
        a, hs = matmul(x, W_x) + b, []
        for t in range(x.shape[0]):
            h = ACTIVATIONS[self.activation](a[t] + matmul(h, W_h))
            hs.append(h)
        return stack(hs)

    samples = [
        (normal(3, 2, 2), normal(2, 3), normal(3, 3), normal(3), normal(2, 3)),
        case(normal(1, 2, 1), normal(1, 2), normal(2, 2), normal(2), normal(2, 2), activation="relu"),
        case(normal(4, 1, 2), normal(2, 2), normal(2, 2), normal(2), normal(1, 2), activation="relu"),
        (normal(2, 0, 2), normal(2, 3), normal(3, 3), normal(3), normal(0, 3)),
    ]
    errors = [
        ((0, 2, 2), (2, 3), (3, 3), (3,), (2, 3)), ((4, 2, 2), (2, 3), (2, 3), (3,), (2, 3)),
        ((4, 2, 2), (3, 3), (3, 3), (3,), (2, 3)), ((4, 2, 2), (2, 3), (3, 3), (3,), (1, 3)),
        ((4, 2, 2), (2, 3), (3, 3), (1,), (2, 3)),
    ]  # fmt: skip


@composed
def rnn(
    x: Any, W_x: Any, W_h: Any, b: Any = None, h: Any = None, lengths: Any = None, reverse: bool = False,
    activation: str = "tanh",
) -> tuple[Variable, Variable]:  # fmt: skip
    """Run a plain recurrent network over whole sequences.

        h[t] = tanh(x[t] @ W_x + b + h[t-1] @ W_h)

    Shape: x (N, time, in), W_x (in, hidden), W_h (hidden, hidden), b (hidden,), h (N, hidden)
    -> (N, time, hidden), and (N, hidden). Source: Elman, Cognitive Science 14, 1990

    Args:
        b: zeros if None.
        h: the state before the first step; zeros if None.
        lengths: (N,) integers, how many steps of each sequence are real, from 1; all if None. The outputs of the
            others are 0, and they get no gradient.
        reverse: begin with the last real step and go back to the first.
        activation: ``"tanh"`` or ``"relu"``.

    Returns:
        The states at all steps, and the last one: that of each sequence's last real step, with `reverse` its first.

    Raises:
        ShapeError: these shapes do not fit together.
        DTypeError: lengths are not integers.
        ValueRangeError: a length is beyond the steps.

    >>> import numpy as np
    >>> ys, h = rnn(np.ones((5, 7, 2)), np.ones((2, 3)), np.eye(3))
    >>> ys.shape, h.shape
    ((5, 7, 3), (5, 3))
    """
    ys, (last,) = over_sequences("rnn", RNNScan(activation), x, (W_x, W_h, b), (h,), lengths, reverse)
    return ys, last


@composed
def rnn_cell(x: Any, h: Any, W_x: Any, W_h: Any, b: Any = None, activation: str = "tanh") -> Variable:
    """One step of a plain recurrent network.

        y = tanh(x @ W_x + b + h @ W_h)

    Shape: x (N, in), h (N, hidden), W_x (in, hidden), W_h (hidden, hidden), b (hidden,) -> (N, hidden).
    Source: Elman, Cognitive Science 14, 1990

    Args:
        h: the state before the step; zeros if None.
        b: zeros if None.
        activation: ``"tanh"`` or ``"relu"``.

    >>> import numpy as np
    >>> rnn_cell(np.ones((5, 2)), None, np.ones((2, 3)), np.eye(3)).shape
    (5, 3)
    """
    return one_step("rnn_cell", RNNScan(activation), x, (W_x, W_h, b), (h,))[0]
