"""What the graph remembers of a variable, without its array.

Edges of the graph hold records. A record knows how its variable was made, what it looked like and what its
gradient is, so pictures and derivatives survive the handle; and since it never holds the array, forgetting the
handle frees the memory.
"""

from __future__ import annotations

from itertools import count
from typing import Any

# One clock for the whole process: creation numbers of records and nodes, and the stamps of writes to arrays.
# A node's number is greater than those of all that it was made from, so backward needs no other order.
next_serial = count(1).__next__


class Record:
    """One variable's place in the graph."""

    __slots__ = (
        "__weakref__",
        "creator",
        "differentiable",
        "dtype",
        "grad",
        "guard",
        "index",
        "name",
        "serial",
        "shape",
    )

    def __init__(self, creator: Any, index: int, serial: int, shape: Any, dtype: Any, differentiable: bool):
        self.creator = creator  # the node that made it; None for a leaf or a constant
        self.index = index  # which of the creator's outputs it is
        self.serial = serial  # when it was made
        self.shape = shape
        self.dtype = dtype
        self.differentiable = differentiable  # a leaf is; a result is if one of its inputs is
        self.grad: Any = None  # an array after a plain backward, a Variable otherwise
        self.guard: Any = None  # who saved the array and who may write to it: see guard.py
        self.name: str | None = None


class Constant:
    """An edge for a Python number among the operands: it looks like a record that wants nothing."""

    __slots__ = ("guard", "value")
    creator = None
    differentiable = False
    dtype = None
    name = None
    serial = 0
    shape = ()

    def __init__(self, value: float, guard: Any):
        self.value = value
        self.guard = guard
