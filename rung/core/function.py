"""Functions: the classes that compute and know their derivatives.

There are two ways to write one. An op of Rung's is a class with its shape rule, `forward(self, xp, …)` on arrays
and one derivative per input (see plan.py). A function in the book's style has `forward(self, *arrays)` and
`backward(self, *gys)`, which reads `self.inputs` and `self.outputs`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

import numpy as np

from rung.core import book
from rung.core.call import apply
from rung.core.guard import SAVED, note_saved
from rung.core.node import Node
from rung.core.plan import Plan, argument_names, make_plan, takes_module
from rung.core.record import Record
from rung.core.tangent import tangents_by_double_vjp, tangents_of_linear, tangents_of_multilinear
from rung.core.variable import Variable, handle
from rung.cuda import ARRAY_MODULES, get_array_module
from rung.dtypes import harmonize
from rung.errors import DTypeError, GraphError, IndexRangeError, RungError, ShapeError, ValueRangeError, message
from rung.kernels import fused_forward

# What the array library raises, and what Rung raises for it if the shape rule has nothing to say.
OURS: dict[type[Exception], type[RungError]] = {
    TypeError: DTypeError,
    IndexError: IndexRangeError,
    ValueError: ValueRangeError,
    OverflowError: ValueRangeError,
}


class Function:
    """Something that computes arrays from arrays and knows its derivatives.

    In the book's style:

    >>> import rung
    >>> class Cube(Function):
    ...     def forward(self, x):
    ...         return x ** 3
    ...     def backward(self, gy):
    ...         x, = self.inputs
    ...         return 3 * x ** 2 * gy
    >>> x = rung.Variable(2.0)
    >>> y = Cube()(x)
    >>> y.backward()
    >>> y, x.grad
    (variable(8.0), variable(12.0))
    """

    # What a subclass states of itself; the families in families.py state it for whole groups of ops.
    output_names: ClassVar[tuple[str, ...]] = ("y",)
    differentiable: ClassVar[bool] = True
    broadcasts: ClassVar[bool] = False  # gradients are summed over broadcast axes
    data_inputs: ClassVar[tuple[int, ...]] = ()  # labels, indices, masks: these keep their dtype
    of_reals: ClassVar[bool] = False  # integers are taken for reals: cast to float64, where they would wrap around
    is_view: ClassVar[bool] = False  # the result looks into the memory of the first input
    linear: ClassVar[bool] = False  # linear in all inputs together
    multilinear: ClassVar[bool] = False  # linear in each input when the others are held
    fused: ClassVar[bool] = False  # for large arrays, its formulas are compiled to kernels: see rung.kernels
    checks_shape: ClassVar[bool] = False  # ask the shape rule first: the array library would accept more
    common_doc: ClassVar[str] = ""  # what the documentation of every op of a family ends with
    samples: ClassVar[list[Any]] = []  # inputs that rung.testing.check_op tries
    errors: ClassVar[list[Any]] = []  # shapes of inputs that must be refused

    # Worked out for every subclass.
    name: ClassVar[str] = "function"
    input_names: ClassVar[tuple[str, ...]] = ()
    book_style: ClassVar[bool] = False
    plans: ClassVar[dict[int, Plan]] = {}

    # How a function in the book's style sees its inputs and outputs, and the gradients that it is handed.
    shown: ClassVar[Any] = staticmethod(lambda variable: variable)
    shown_gradient: ClassVar[Any] = staticmethod(lambda variable: variable)

    n_outputs: int = 1
    forward: Any
    inputs: Any  # in the book's style, during backward: the input Variables
    outputs: Any  # likewise: one callable per output that gives its Variable

    def __init_subclass__(cls) -> None:
        cls.name = _snake_case(cls.__name__)
        cls.plans = {}
        cls.book_style = "backward" in dir(cls) or ("forward" in dir(cls) and not takes_module(cls.forward))
        if cls.book_style:
            cls.compute, cls.connect, cls.pull = book.compute, book.connect, book.pull  # type: ignore[method-assign]
        elif hasattr(cls, "forward"):
            cls.input_names = argument_names(cls.forward)[1:]
            for name in vars(cls) if cls.input_names else ():
                if name.startswith("grad_") and name.removeprefix("grad_") not in cls.input_names:
                    raise TypeError(f"{cls.__name__}.{name}: the inputs are {', '.join(cls.input_names)}")
            if cls.fused and "forward" in vars(cls):
                cls.forward = fused_forward(cls.forward)
        cls.n_outputs = len(cls.output_names)

    def __call__(self, *inputs: Any) -> Any:
        if not hasattr(self, "forward"):
            raise NotImplementedError(f"{self.name}: a function needs a forward method")
        # A function in the book's style may keep things on itself while it computes, so each call gets its own.
        return apply(copy.copy(self) if self.book_style else self, *inputs)

    def compute(self, arrays: list[Any]) -> Any:
        """Run forward on operands, brought to one device and one rule of dtypes; an array, or a tuple."""
        try:
            xp = harmonize(arrays, self)
            if self.checks_shape:
                self.shape(*map(np.shape, arrays))  # type: ignore[attr-defined]
            if len(arrays) == 2:  # written out, because a call with a star costs as much as a small op
                y = self.forward(xp, arrays[0], arrays[1])
            elif len(arrays) == 1:
                y = self.forward(xp, arrays[0])
            else:
                y = self.forward(xp, *arrays)
        except tuple(OURS) as error:
            raise self.explain(error, arrays) from error
        if type(y) is tuple:
            return tuple([part if type(part) in ARRAY_MODULES else xp.asarray(part) for part in y])
        return y if type(y) in ARRAY_MODULES else xp.asarray(y)

    def connect(self, arrays: list[Any], edges: list[Any], result: Any, wanted: int) -> Any:
        """Put a call into the graph: save what its derivatives will read, and return its outputs as Variables."""
        plan = self.plans.get(wanted) or self.make_plan(wanted)
        for index in plan.saved_inputs:
            if edges[index].guard is not SAVED:
                note_saved(edges[index], arrays[index])
        if type(result) is tuple:
            return self._connect_many(arrays, edges, result, plan)
        arrays.append(result)
        node = Node(self, edges, plan, plan.select_saved(arrays))
        record = Record(node, 0, node.serial, result.shape, result.dtype, True)
        if plan.saved_outputs:
            record.guard = SAVED
        return handle(result, record)

    def _connect_many(
        self, arrays: list[Any], edges: list[Any], results: tuple[Any, ...], plan: Plan
    ) -> tuple[Any, ...]:
        node = Node(self, edges, plan, plan.select_saved((*arrays, *results)))
        records = [Record(node, i, node.serial, y.shape, y.dtype, True) for i, y in enumerate(results)]
        for index in plan.saved_outputs:
            records[index].guard = SAVED
        return tuple(map(handle, results, records))

    def pull(
        self, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        """The gradients of a node's inputs, each with the record that it belongs to: see `Node.pull`."""
        edges, plan = node.edges, node.plan
        pool = [*gys, *(node.saved if plain else node.rebuilt(records))]
        if plan.shapes:
            pool += [edge.shape for edge in edges]
        for index in plan.zero_filled:
            if gys[index] is None:
                pool[index] = self._zeros(index, edges, gys)
        arrivals = []
        for index, derivative in plan.pulls:
            edge = edges[index]
            if path is None or edge in path:
                gradient = derivative(self, pool)
                if gradient.shape != edge.shape or gradient.dtype is not edge.dtype:
                    gradient = node.fit(gradient, edge)
                arrivals.append((edge, gradient))
        return arrivals

    def _zeros(self, index: int, edges: Sequence[Any], gys: list[Any]) -> Any:
        """The gradient of an output that nothing was computed from."""
        other = next(gy for gy in gys if gy is not None)
        shape = self.shape(*[edge.shape for edge in edges])[index]  # type: ignore[attr-defined]
        return get_array_module(other).zeros(shape, other.dtype)

    def explain(self, error: Exception, arrays: list[Any]) -> Exception:
        """The error for a call that failed, in Rung's words: the shape rule's if it has an objection."""
        for option, value in vars(self).items():
            if isinstance(value, Variable):
                return DTypeError(f"{self.name}: the argument {option} must be a plain value, but got a Variable")
        if isinstance(error, RungError) and not isinstance(error, ShapeError):
            return error
        kind = next(ours for theirs, ours in OURS.items() if isinstance(error, theirs))
        objection = self._objection_to_shapes(arrays) or (str(error) if isinstance(error, ShapeError) else "")
        came = dict(zip(self.input_names or [f"x{i}" for i in range(len(arrays))], arrays, strict=False))
        return (ShapeError if objection else kind)(message(self.name, objection or str(error), **came))

    def check_shapes(self, arrays: list[Any]) -> None:
        """Refuse inputs of shapes that the rule objects to."""
        if self._objection_to_shapes(arrays):
            raise self.explain(ShapeError(""), arrays)

    def _objection_to_shapes(self, arrays: list[Any]) -> str:
        # As text: an exception that is kept in a frame of its own traceback would be a reference cycle.
        try:
            if hasattr(self, "shape"):
                self.shape(*map(np.shape, arrays))
        except ShapeError as objection:
            return str(objection)
        return ""

    def tangents(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
        """Forward mode: the tangents of the outputs, from those of the inputs (None: it does not move)."""
        if self.linear:
            return tangents_of_linear(self, inputs, tangents)
        if self.multilinear:
            return tangents_of_multilinear(self, inputs, tangents)
        return tangents_by_double_vjp(self, inputs, tangents)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        """The rule for `vmap`: compute for all examples at once.

        Args:
            inputs: Variables, arrays and numbers; one with `batched` has the examples along its first axis.
            batched: which they are; at least one.

        Returns:
            The output, or a tuple of them, with the examples along the first axis.
        """
        raise GraphError(
            f"{self.name}: vmap has no rule for this function; write its over_batch method, or loop over the examples"
        )

    def multiply_adds(self, *shapes: Any) -> int:
        """How many multiplications, each with an addition, a call on inputs of these shapes takes; 0: not counted."""
        return 0

    def multiply_adds_back(self, wanted: Collection[int], *shapes: Any) -> int:
        """Likewise of the derivatives by these inputs: as many as forward for each of two factors, the first inputs.

        What a derivative computes anew, that forward has computed, is not counted.
        """
        return self.multiply_adds(*shapes) * len({0, 1}.intersection(wanted))

    def changed(self, **options: Any) -> Any:
        """The same op with some of its arguments changed."""
        twin = copy.copy(self)
        vars(twin).update(options)
        return twin

    def make_plan(self, wanted: int) -> Plan:
        """Work out what to save and to compute when the inputs with these bits want a gradient."""
        plan = self.plans[wanted] = make_plan(type(self), wanted)
        return plan


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
