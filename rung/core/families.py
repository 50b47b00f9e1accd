"""Families of ops: what a group of them would otherwise repeat, said once."""

from __future__ import annotations

from typing import Any, ClassVar

from rung.core.batch import aligned, all_batched
from rung.core.function import Function
from rung.core.plan import Plan, make_variadic_plan
from rung.core.tangent import tangents_of_elementwise
from rung.shapes import Axis, Shape, broadcast, dropped, expect, kept, normalize_axes, normalize_axis


class Elementwise(Function):
    """y[i] = f(a[i], b[i], …), the inputs broadcast together.

    A derivative is a local one, `dx`, which the gradient of the output is multiplied with: a method, or a plain
    number. Where a local derivative may be infinite, write `grad_x` and select instead of multiplying.

    Shape: any, broadcast -> the broadcast shape.
    """

    broadcasts = True

    def shape(self, *shapes: Shape) -> Shape:
        return broadcast(*shapes)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        return self(*aligned(inputs, batched))

    def tangents(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...], tangents: list[Any]) -> list[Any]:
        return tangents_of_elementwise(self, inputs, outputs, tangents)


class RealElementwise(Elementwise):
    """An elementwise op of real numbers: it takes integers and booleans for float64.

    Shape: any, broadcast -> the broadcast shape.
    """

    of_reals = True
    fused = True


class Reduction(Function):
    """One value for many, along some axes."""

    common_doc = """
    Shape: any -> the shape without the reduced axes; with `keepdims`, they stay with size 1.

    Args:
        axis: an integer, a tuple of integers, or None for all axes; negative ones count from the last.
        keepdims: keep the reduced axes.
    """

    needs_elements: ClassVar[bool] = False  # an empty axis has no result (max, min)

    def __init__(self, axis: Axis = None, keepdims: bool = False):
        self.axis = tuple(axis) if isinstance(axis, list) else axis
        self.keepdims = keepdims

    def shape(self, x: Shape) -> Shape:
        axes = normalize_axes(self.axis, len(x))
        if self.needs_elements:
            expect(all(x[axis] for axis in axes), "there must be at least one element to reduce")
        return kept(x, axes) if self.keepdims else dropped(x, axes)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        (x,) = inputs
        axes = normalize_axes(self.axis, x.ndim - 1)
        return self.changed(axis=tuple(axis + 1 for axis in axes))(x)

    def spread(self, y: Any, x_shape: Shape) -> Any:
        """Give a result its reduced axes back, with size 1, so that it broadcasts against the input."""
        return y.reshape(kept(x_shape, normalize_axes(self.axis, len(x_shape))))


class AlongAxis(Function):
    """As many values as there were, each computed from those along one axis.

    Shape: any -> the same.
    """

    fused = True

    def __init__(self, axis: int = -1):
        self.axis = axis

    def shape(self, x: Shape) -> Shape:
        normalize_axis(self.axis, len(x))
        return x

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        inputs = all_batched(inputs, batched)
        axis = normalize_axis(self.axis, inputs[0].ndim - 1)
        return self.changed(axis=axis + 1)(*inputs)


class Trailing(Function):
    """An op on the last axes, which takes all axes before them for examples, broadcast together."""

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        return self(*aligned(inputs, batched))


class Variadic(Function):
    """An op of any number of inputs: `forward(self, xp, *xs)`.

    One derivative, `grad_xs(self, index, …)`, serves every input: see `make_variadic_plan` for what it may read.
    """

    def connect(self, arrays: list[Any], edges: list[Any], result: Any, wanted: int) -> Any:
        # A bit above all inputs says how many there are, since plans differ by that too.
        return super().connect(arrays, edges, result, wanted | 1 << len(arrays))

    def make_plan(self, wanted: int) -> Plan:
        count = wanted.bit_length() - 1
        plan = self.plans[wanted] = make_variadic_plan(type(self), wanted, count)
        return plan


class View(Function):
    """The same elements under another shape, in the same memory.

    Shape: any -> what the op says.
    """

    is_view = True
    multilinear = True
