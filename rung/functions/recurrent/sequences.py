"""From scans to functions: batches of sequences of several lengths, either direction, and single steps."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.cuda import get_array_module, has_readable_values
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.elementwise import where
from rung.functions.linalg.product import check_shapes
from rung.functions.movement import flip
from rung.functions.recurrent.scan import Scan, check_weights
from rung.functions.view import expand_dims, swapaxes
from rung.shapes import Shape, expect


def over_sequences(
    name: str, scan: Scan, x: Any, weights: tuple[Any, ...], states: tuple[Any, ...], lengths: Any, reverse: bool
) -> tuple[Any, tuple[Any, ...]]:
    """Run a scan over (N, time, in): the outputs (N, time, hidden), and the last states.

    Padding is made zeros before the scan, so that not even a NaN in it counts; the scan runs over it, and what it
    computes there is thrown away.
    """
    x, weights, states = _completed(name, scan, x, weights, states, 3)
    given = None if lengths is None else _given(name, lengths, x)
    if given is not None:
        x = where(given[..., None], x, 0.0)
    x = swapaxes(x, 0, 1)
    order = _order(given, reverse)
    every = apply(scan, x if order is None else order(x), *weights, *states)
    every = every[0] if isinstance(every, tuple) else every  # beside it, what only the derivative reads
    ys = every[0] if len(states) > 1 else every
    ys = swapaxes(ys if order is None else order(ys), 0, 1)
    last = every[..., -1, :, :] if given is None else every[(..., *_ends(given), slice(None))]
    return (ys if given is None else where(given[..., None], ys, 0.0)), _states(last, len(states))


def one_step(name: str, scan: Scan, x: Any, weights: tuple[Any, ...], states: tuple[Any, ...]) -> tuple[Any, ...]:
    """Run a scan over (N, in), a sequence of one step: the new states."""
    x, weights, states = _completed(name, scan, x, weights, states, 2)
    every = apply(scan, expand_dims(x, 0), *weights, *states)
    every = every[0] if isinstance(every, tuple) else every
    return _states(every[..., 0, :, :], len(states))


def _states(y: Any, count: int) -> tuple[Any, ...]:
    return tuple([y[i] for i in range(count)]) if count > 1 else (y,)


def _completed(name: str, scan: Scan, x: Any, weights: Any, states: Any, ndim: int) -> tuple[Any, Any, Any]:
    """The arguments with zeros for what was left out, if their shapes fit."""
    W_x, W_h, *biases = weights
    xp, size = get_array_module(W_h), getattr(W_h, "shape", (0,))[0]
    widths = [scan.blocks * size, size]
    biases = [xp.zeros(n, W_h.dtype) if b is None else b for b, n in zip(biases, widths, strict=False)]
    came = {"x": x, "W_x": W_x, "W_h": W_h, "b": biases[0]}
    came |= {key: s for key, s in zip(scan.input_names[-len(states) :], states, strict=True) if s is not None}
    check_shapes(name, lambda *shapes: _check(scan.blocks, ndim, *shapes), **came)
    zeros = (xp.zeros((x.shape[0], size), W_h.dtype) for _ in states)
    states = tuple([zero if s is None else s for s, zero in zip(states, zeros, strict=True)])
    return x, (W_x, W_h, *biases), states


def _check(blocks: int, ndim: int, x: Shape, W_x: Shape, W_h: Shape, b: Shape, *states: Shape) -> None:
    expect(len(x) == ndim, f"x must be {'(N, time, in)' if ndim == 3 else '(N, in)'}")
    expect(0 not in x[1:-1], "x must have at least one step")
    check_weights(blocks, x, W_x, W_h, b)
    expect(all(s == (x[0], W_h[0]) for s in states), "every state must be (N, hidden)")


def _given(name: str, lengths: Any, x: Any) -> Any:
    """(N, time) which steps are real, as booleans."""
    xp = get_array_module(x)
    lengths = xp.asarray(getattr(lengths, "_data", lengths))
    n, steps = x.shape[:2]
    if lengths.dtype.kind not in "iu" and lengths.size:
        raise DTypeError(message(name, "lengths must be integers", lengths=lengths))
    if lengths.shape != (n,):
        raise ShapeError(message(name, "lengths must have one length for each row of x", x=x, lengths=lengths))
    if has_readable_values(lengths) and n and (int(lengths.min()) < 1 or int(lengths.max()) > steps):
        went = f"from {int(lengths.min())} to {int(lengths.max())}"
        raise ValueRangeError(f"{name}: lengths must be from 1 to the {steps} steps of x, but they go {went}")
    return xp.arange(steps) < lengths[:, None]


def _ends(given: Any) -> tuple[Any, Any]:
    """Where the last real steps are, as an index of (time, N)."""
    return given.sum(axis=1) - 1, get_array_module(given).arange(given.shape[0])


def _order(given: Any, reverse: bool) -> Any:
    """What puts (time, N, …) into the order of the scan, and back; None if it is in order."""
    if not reverse:
        return None
    if given is None:
        return lambda x: flip(x, 0)
    xp, (last, rows) = get_array_module(given), _ends(given)
    times = xp.arange(given.shape[1])[:, None]
    mirrored = xp.where(given.T, last - times, times)
    return lambda x: x[mirrored, rows]
