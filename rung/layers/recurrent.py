"""Recurrent layers: cells that keep a state from call to call, and stacks of cells over whole sequences.

A cell is called on one step, (N, in), and keeps its state until `reset_state`, as in the book. Its `sequence` runs
over whole sequences, (N, time, in), with the same weights, from a state that is handed in and out. `Recurrent` makes
networks of several cells, on top of one another and in both directions, of the latter alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

import rung.functions as F
from rung.core.parameter import Parameter
from rung.core.variable import Variable
from rung.cuda import get_array_module
from rung.dtypes import as_operand
from rung.errors import ShapeError, ValueRangeError, message
from rung.initializers import lecun_normal, zeros
from rung.layers.layer import Layer
from rung.shapes import check_sizes, checked_integer

__all__ = ["GRU", "LSTM", "RNN", "Recurrent"]


class Cell(Layer):
    """What all cells share: the weights W_x (in, blocks hidden), W_h (hidden, blocks hidden) and b, and the state.

    The state is h (N, hidden), or a tuple of several such.
    """

    blocks: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self,
        hidden_size: int,
        in_size: int | None = None,
        dtype: Any = None,
        initializer: Callable[..., Any] = lecun_normal,
    ):
        name = type(self).__name__
        check_sizes(name, in_size=in_size)
        self.hidden_size = hidden_size = checked_integer(name, "hidden_size", hidden_size)
        self.in_size = in_size
        self.dtype = dtype
        self.initializer = initializer
        width = self.blocks * hidden_size
        self.W_x = Parameter(None, name="W_x", expected_shape=(in_size, width), dtype=dtype)
        self.W_h = Parameter(None, name="W_h", expected_shape=(hidden_size, width), dtype=dtype)
        self.W_h.initialize(initializer((hidden_size, width), dtype))
        self.b = Parameter(zeros((width,), dtype), name="b")
        if in_size is not None:
            self._draw_weights(in_size)
        self.reset_state()

    def _draw_weights(self, in_size: int) -> None:
        self.W_x.initialize(self.initializer((in_size, self.W_h.shape[1]), self.dtype))

    def reset_state(self) -> None:
        """Forget the state: the next step is the first of new sequences."""
        for name in self.state_names:
            setattr(self, name, None)

    def step(self, x: Any, *state: Any) -> tuple[Any, ...]:
        """The states after one step, h first; the states before are None at the start."""
        raise NotImplementedError

    def sequence(self, x: Any, state: Any = None, lengths: Any = None, reverse: bool = False) -> tuple[Any, Any]:
        """Run over whole sequences; the state that the cell keeps is neither read nor changed.

        Shape: (N, time, in) -> (N, time, hidden), and the last state

        Args:
            state: before the first step: h (N, hidden), of an LSTM (h, c); zeros if None.
            lengths: (N,) integers, how many steps of each sequence are real, from 1; all if None. The outputs of the
                others are 0, and they get no gradient.
            reverse: begin with the last real step and go back to the first.
        """
        raise NotImplementedError

    def forward(self, x: Any) -> Any:
        x = self._admitted(x)
        if len(x.shape) != 2:
            cure = "for whole sequences, (N, time, in), call its sequence method, or Recurrent"
            raise ShapeError(message(type(self).__name__, "x must be one step, (N, in)", cure, x=x))
        state = [getattr(self, name) for name in self.state_names]
        if state[0] is not None and state[0].shape[0] != x.shape[0]:
            kept = f"its state is of a batch of {state[0].shape[0]}, so x must be too"
            cure = "call reset_state() before other sequences begin"
            raise ShapeError(message(type(self).__name__, kept, cure, x=x))
        state = list(self.step(x, *state))
        for name, value in zip(self.state_names, state, strict=True):
            setattr(self, name, value)
        return state[0]

    def _admitted(self, x: Any) -> Any:
        """x, with the weights ready for it."""
        x = x if isinstance(x, Variable) else as_operand(x, type(self).__name__)
        if not self.W_x.is_sized and len(getattr(x, "shape", ())) > 0:
            self._draw_weights(x.shape[-1])
            if get_array_module(x) is not get_array_module(self.W_x):
                self.to_gpu()
        return x if hasattr(x, "shape") else np.asarray(x)


class RNN(Cell):
    """A plain recurrent network, which keeps its state: see `rung.functions.rnn`.

        h = f(x @ W_x + b + h @ W_h)

    Shape: (N, in_size) -> (N, hidden_size); the state h is the last result, None at first.
    Source: Elman, Cognitive Science 14, 1990

    Args:
        hidden_size: the size of the state.
        in_size: the number of inputs; learnt from the first batch if None.
        dtype: of the parameters; the default dtype if None.
        initializer: draws the first W_x and W_h: see `rung.initializers`.
        activation: f: ``"tanh"`` or ``"relu"``.

    Raises:
        ShapeError: x has another number of rows than the state; `reset_state` forgets it.

    >>> import numpy as np
    >>> rnn = RNN(3)
    >>> for x in np.ones((7, 2, 4)):  # gradients flow back through the steps until `unchain_backward` cuts them
    ...     y = rnn(x)
    >>> y.shape, rnn.sequence(np.ones((2, 7, 4)))[0].shape
    ((2, 3), (2, 7, 3))
    """

    h: Variable | None

    def __init__(
        self,
        hidden_size: int,
        in_size: int | None = None,
        dtype: Any = None,
        initializer: Callable[..., Any] = lecun_normal,
        activation: str = "tanh",
    ):
        if activation not in ("tanh", "relu"):
            raise ValueRangeError(f"RNN: expected activation to be 'tanh' or 'relu', but got {activation!r}")
        super().__init__(hidden_size, in_size, dtype, initializer)
        self.activation = activation

    def step(self, x: Any, h: Any = None) -> tuple[Any, ...]:  # type: ignore[override]
        return (F.rnn_cell(x, h, self.W_x, self.W_h, self.b, self.activation),)

    def sequence(self, x: Any, state: Any = None, lengths: Any = None, reverse: bool = False) -> tuple[Any, Any]:
        x = self._admitted(x)
        return F.rnn(x, self.W_x, self.W_h, self.b, state, lengths, reverse, self.activation)


class LSTM(Cell):
    """A long short-term memory, which keeps its state: see `rung.functions.lstm`.

        f, i, o, u = sigmoid, sigmoid, sigmoid, tanh of the four blocks of x @ W_x + b + h @ W_h
        c = f c + i u                  h = o tanh(c)

    Shape: (N, in_size) -> (N, hidden_size); the states are h, the last result, and c, both None at first.
    Source: Hochreiter and Schmidhuber, Neural Computation 9, 1997

    Args:
        hidden_size: the size of the state.
        in_size: the number of inputs; learnt from the first batch if None.
        dtype: of the parameters; the default dtype if None.
        initializer: draws the first W_x and W_h: see `rung.initializers`.

    Raises:
        ShapeError: x has another number of rows than the state; `reset_state` forgets it.

    >>> import numpy as np
    >>> lstm = LSTM(3)
    >>> lstm(np.ones((2, 4))).shape, lstm.c.shape
    ((2, 3), (2, 3))
    >>> ys, (h, c) = lstm.sequence(np.ones((2, 7, 4)))
    >>> ys.shape, h.shape
    ((2, 7, 3), (2, 3))
    """

    blocks = 4
    state_names = ("h", "c")
    h: Variable | None
    c: Variable | None

    def step(self, x: Any, h: Any = None, c: Any = None) -> tuple[Any, ...]:  # type: ignore[override]
        return F.lstm_cell(x, h, c, self.W_x, self.W_h, self.b)

    def sequence(self, x: Any, state: Any = None, lengths: Any = None, reverse: bool = False) -> tuple[Any, Any]:
        x, (h, c) = self._admitted(x), (None, None) if state is None else state
        return F.lstm(x, self.W_x, self.W_h, self.b, h, c, lengths, reverse)


class GRU(Cell):
    """Gated recurrent units, which keep their state: see `rung.functions.gru`.

        r, z = sigmoid of the first two blocks of x @ W_x + b + h @ W_h
        n = tanh(the third block of x @ W_x + b + r (that of h @ W_h + b_h))
        h = z h + (1 - z) n

    Shape: (N, in_size) -> (N, hidden_size); the state h is the last result, None at first.
    Source: Cho et al., EMNLP 2014

    Args:
        hidden_size: the size of the state.
        in_size: the number of inputs; learnt from the first batch if None.
        dtype: of the parameters; the default dtype if None.
        initializer: draws the first W_x and W_h: see `rung.initializers`.

    Raises:
        ShapeError: x has another number of rows than the state; `reset_state` forgets it.

    >>> import numpy as np
    >>> gru = GRU(3)
    >>> gru(np.ones((2, 4))).shape, gru.sequence(np.ones((2, 7, 4)))[0].shape
    ((2, 3), (2, 7, 3))
    """

    blocks = 3
    h: Variable | None

    def __init__(
        self,
        hidden_size: int,
        in_size: int | None = None,
        dtype: Any = None,
        initializer: Callable[..., Any] = lecun_normal,
    ):
        super().__init__(hidden_size, in_size, dtype, initializer)
        self.b_h = Parameter(zeros((hidden_size,), dtype), name="b_h")

    def step(self, x: Any, h: Any = None) -> tuple[Any, ...]:  # type: ignore[override]
        return (F.gru_cell(x, h, self.W_x, self.W_h, self.b, self.b_h),)

    def sequence(self, x: Any, state: Any = None, lengths: Any = None, reverse: bool = False) -> tuple[Any, Any]:
        x = self._admitted(x)
        return F.gru(x, self.W_x, self.W_h, self.b, self.b_h, state, lengths, reverse)


class Recurrent(Layer):
    """Cells over whole sequences, on top of one another, in one direction or in both.

    It keeps no state: the last one is handed out, and goes in again where the sequences go on. There, gradients flow
    back into the sequences before until `unchain_backward` of the loss cuts them, or `detach` of the state.

    Shape: (N, time, in_size) -> (N, time, directions hidden_size), and the last state of each cell, h
    (num_layers directions, N, hidden_size), of LSTMs (h, c). Of a layer, the cell that goes forwards comes first.
    Source: Schuster and Paliwal, IEEE Transactions on Signal Processing 45, 1997

    Args:
        cell: `RNN`, `LSTM`, `GRU`, or a class that is made of ``(hidden_size, in_size=…)`` and has such a `sequence`.
        hidden_size: the size of each cell's state.
        in_size: the number of inputs; learnt from the first batch if None.
        num_layers: how many layers there are; each reads the outputs of the one below.
        bidirectional: have a second cell in each layer, which reads from the end.
        dropout_ratio: the share of the outputs to zero between layers, in training.
        options: of the cells, such as `activation`.

    >>> import numpy as np
    >>> net = Recurrent(LSTM, 3, num_layers=2, bidirectional=True)
    >>> ys, (h, c) = net(np.ones((5, 7, 4)), lengths=[7, 6, 5, 1, 1])
    >>> ys.shape, h.shape
    ((5, 7, 6), (4, 5, 3))
    """

    def __init__(
        self,
        cell: Callable[..., Any],
        hidden_size: int,
        in_size: int | None = None,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout_ratio: float = 0.0,
        **options: Any,
    ):
        num_layers = checked_integer("Recurrent", "num_layers", num_layers)
        self.directions = 2 if bidirectional else 1
        self.dropout_ratio = dropout_ratio
        sizes = [in_size] + [self.directions * hidden_size] * (num_layers - 1)
        self.cells = [cell(hidden_size, in_size=size, **options) for size in sizes for _ in range(self.directions)]

    def forward(self, x: Any, state: Any = None, lengths: Any = None) -> tuple[Variable, Any]:
        """The outputs of the last layer, and the last state of each cell; both as `Cell.sequence` has them."""
        before = self._apart(state)
        last: list[Any] = []
        for start in range(0, len(self.cells), self.directions):
            if start and self.dropout_ratio:
                x = F.dropout(x, self.dropout_ratio)
            outputs = []
            for k in range(start, start + self.directions):
                y, after = self.cells[k].sequence(x, before[k], lengths, reverse=k > start)
                outputs.append(y)
                last.append(after)
            x = F.concat(outputs, -1) if len(outputs) > 1 else outputs[0]
        return x, _together(last)

    def _apart(self, state: Any) -> list[Any]:
        """The state for each cell, out of states that hold those of all."""
        if state is None:
            return [None] * len(self.cells)
        for s in state if isinstance(state, (tuple, list)) else [state]:
            if len(getattr(s, "shape", ())) != 3 or s.shape[0] != len(self.cells):
                raise ShapeError(
                    message(
                        "Recurrent",
                        f"every state must be ({len(self.cells)}, N, hidden), a part for each cell",
                        state=s,
                    )
                )
        if isinstance(state, (tuple, list)):
            return [tuple(s[k] for s in state) for k in range(len(self.cells))]
        return [state[k] for k in range(len(self.cells))]


def _together(states: list[Any]) -> Any:
    """The states of all cells in one, or in a tuple of them."""
    if isinstance(states[0], tuple):
        return tuple(F.stack(parts) for parts in zip(*states, strict=True))
    return F.stack(states)


# The book's files ---------------------------------------------------------------------------------------------------


def joined_book_weights(arrays: dict[str, Any]) -> dict[str, Any]:
    """Arrays by name, with those of the book's RNNs and LSTMs under the names and in the shapes of ours.

    The book has a layer for each gate and side: ``x2f.W``, ``x2f.b``, ``h2f.W`` and so on for i, o, u of an LSTM,
    ``x2h.W``, ``x2h.b``, ``h2h.W`` of an RNN. Here they stand side by side in ``W_x``, ``b`` and ``W_h``.

    >>> import numpy as np
    >>> book = {"rnn.x2h.W": np.ones((1, 2)), "rnn.x2h.b": np.ones(2), "rnn.h2h.W": np.ones((2, 2))}
    >>> sorted(joined_book_weights(book))
    ['rnn.W_h', 'rnn.W_x', 'rnn.b']
    """
    joined = dict(arrays)
    for gates in ("fiou", "h"):
        for first in [name for name in arrays if name.split(".")[-2:] == [f"x2{gates[0]}", "W"]]:
            prefix = first.removesuffix(f"x2{gates[0]}.W")
            parts = {"W_x": "x2{}.W", "b": "x2{}.b", "W_h": "h2{}.W"}
            names = {ours: [prefix + theirs.format(g) for g in gates] for ours, theirs in parts.items()}
            if all(name in joined for group in names.values() for name in group):
                for ours, group in names.items():
                    joined[prefix + ours] = np.concatenate([joined.pop(name) for name in group], axis=-1)
    return joined
