"""vmap: a function of one example, run on all examples at once.

A `BatchPass` handles every call of an op. A value that differs from example to example is a Variable on a
`BatchedArray`: it has the shape of one example, and holds all of them as one Variable with a new first axis, the
`whole`. An op computes on wholes by its own rule (`Function.over_batch`), so a batch costs one call of NumPy's.

There are two graphs. That of the wholes belongs to the outside: it is differentiated after `vmap` has returned. That
of the examples is the function's own: a gradient that is taken inside is taken of each example alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from rung.config import current_mode
from rung.core.guard import SAVED
from rung.core.record import Constant, Record, next_serial
from rung.core.variable import Variable, as_variable, constant, leaf
from rung.cuda import get_array_module
from rung.dtypes import NUMBERS, as_operand
from rung.errors import DTypeError


class BatchedArray:
    """Stands for the array of one example, and holds all of them; nobody can look at its values."""

    __slots__ = ("__weakref__", "owner", "whole")

    def __init__(self, whole: Variable, owner: BatchPass):
        self.whole = whole
        self.owner = owner

    shape = property(lambda self: self.whole.shape[1:])
    dtype = property(lambda self: self.whole.dtype)
    ndim = property(lambda self: self.whole.ndim - 1)
    size = property(lambda self: math.prod(self.shape))
    array_module = property(lambda self: get_array_module(self.whole))

    def detach(self) -> BatchedArray:
        """The same values, with neither graph behind them."""
        return BatchedArray(self.whole.detach(), self.owner)

    def copy(self) -> BatchedArray:
        """Itself: nobody can write to it."""
        return self

    def __repr__(self) -> str:
        return f"<one of {len(self.whole)} examples: {self.dtype} {self.shape}>"

    def _unreadable(self, *_: Any, **__: Any) -> NoReturn:
        raise DTypeError(
            "vmap: a value differs from example to example, so no single one can be read, written, or used outside "
            "of the mapped function; choose with where(), pick with take(), and return what you need"
        )

    item = tolist = __array__ = __float__ = __int__ = __bool__ = __index__ = _unreadable
    __getitem__ = __setitem__ = __iter__ = __len__ = _unreadable
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _unreadable  # type: ignore[assignment]
    __hash__ = object.__hash__
    __neg__ = __pos__ = __abs__ = __invert__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _unreadable
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _unreadable


class BatchPass:
    """One vmap: it runs every op of the mapped function on the wholes.

    Attributes:
        size: how many examples there are; known once the first argument has entered.
    """

    size = 0

    def call(self, op: Any, inputs: tuple[Any, ...]) -> Any:
        """Call an op for all examples at once; the outer passes handle what that computes."""
        batched = [self.holds(x) for x in inputs]
        if not any(batched):
            return op(*inputs)
        wholes = [x._data.whole if here else x for x, here in zip(inputs, batched, strict=True)]
        arrays = [x._data if isinstance(x, Variable) else as_operand(x, op.name) for x in inputs]
        op.check_shapes(arrays)  # of examples: their wholes may fit where they do not
        results = op.over_batch(wholes, batched)
        if isinstance(results, tuple):
            return self._connect(op, inputs, tuple(BatchedArray(y, self) for y in results), arrays)
        return self._connect(op, inputs, BatchedArray(results, self), arrays)

    def _connect(self, op: Any, inputs: tuple[Any, ...], result: Any, arrays: list[Any]) -> Any:
        """Put the call into the graph of the examples."""
        edges = [_edge(x, array) for x, array in zip(inputs, arrays, strict=True)]
        wanted = sum(1 << i for i, edge in enumerate(edges) if edge.differentiable)
        if wanted and op.differentiable and current_mode().enable_backprop:
            return op.connect(arrays, edges, result, wanted)
        return tuple(map(constant, result)) if isinstance(result, tuple) else constant(result)

    def holds(self, x: Any) -> bool:
        """Whether `x` differs from example to example of this vmap."""
        return isinstance(x, Variable) and type(x._data) is BatchedArray and x._data.owner is self

    def enter(self, whole: Variable) -> Variable:
        """One example of a whole, as a leaf of the examples' graph."""
        self.size = len(whole)
        return leaf(BatchedArray(whole, self))

    def leave(self, x: Any) -> Variable:
        """The whole of what the function returned; what is the same for all examples is repeated."""
        if self.holds(x):
            return x._data.whole  # type: ignore[no-any-return]
        return spread(x, self.size)

    def restore(self, record: Record) -> None:
        """A batch pass keeps nothing on records: see `ForwardPass.restore`."""

    def get(self, x: Any) -> None:
        """Nor does it know tangents: see `ForwardPass.get`."""


def _edge(x: Any, array: Any) -> Any:
    if isinstance(x, Variable):
        return x._record
    if type(array) in NUMBERS:
        return Constant(array, SAVED)
    return Record(None, 0, next_serial(), array.shape, array.dtype, False)


def drawn(draw: Callable[[tuple[int, ...]], Any], shape: tuple[int, ...]) -> Variable:
    """A constant from what `draw` makes of a shape: random numbers, inside vmap different ones for each example."""
    batches = [each for each in current_mode().passes if isinstance(each, BatchPass)]
    x = constant(draw((*[batch.size for batch in batches], *shape)))
    for batch in batches:
        x = constant(BatchedArray(x, batch))
    return x


# What batching rules are made of ------------------------------------------------------------------------------------


def spread(x: Any, size: int) -> Variable:
    """The same value for each of `size` examples, without copying."""
    x = as_variable(x)
    return x.broadcast_to((size, *x.shape))


def as_rows(x: Any) -> Any:
    """Each example as one row: (examples, …) as (examples, size of one)."""
    return x.reshape((len(x), math.prod(x.shape[1:])))


def all_batched(inputs: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """The inputs, with those that are the same for all examples repeated."""
    size = next(len(x) for x, here in zip(inputs, batched, strict=True) if here)
    dtypes = [x.dtype for x in inputs if hasattr(x, "dtype")]
    arrays = [np.asarray(x, np.result_type(x, *dtypes)) if type(x) in NUMBERS else x for x in inputs]
    return [x if here else spread(x, size) for x, here in zip(arrays, batched, strict=True)]


def aligned(inputs: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """The inputs, such that they broadcast as those of one example do, beside the axis of the batch."""
    ndims = [len(getattr(x, "shape", ())) - here for x, here in zip(inputs, batched, strict=True)]
    return [
        x.reshape((len(x), *[1] * (max(ndims) - ndim), *x.shape[1:])) if here and ndim < max(ndims) else x
        for x, ndim, here in zip(inputs, ndims, batched, strict=True)
    ]
