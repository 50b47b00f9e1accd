"""vmap: a function of one example, made one of all examples at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rung.config import current_mode, mode
from rung.core.batch import BatchPass
from rung.core.variable import Variable, as_variable
from rung.errors import ShapeError, message
from rung.functions import moveaxis
from rung.shapes import normalize_axis

__all__ = ["vmap"]


def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: int = 0) -> Callable[..., Any]:
    """A function of one example, made one of all examples at once: without a loop, by rules for whole batches.

    Derivatives and further vmaps may be taken inside of f, where they are those of one example, and outside.

        vmap(f)(xs)[i] = f(xs[i])

    Args:
        f: a function of Variables (or of lists, tuples and dicts of them), returning the same. It sees one example:
            axes and shapes are without that of the batch, and a choice by value needs `where`.
        in_axes: the axis of the examples, for all arguments or for each one; None for an argument, and all in it,
            that is the same for every example.
        out_axes: where the axis of the examples goes in the results.

    Raises:
        ShapeError: the arguments do not have one number of examples.
        GraphError: f calls a function for which there is no rule.

    >>> import numpy as np
    >>> vmap(lambda x, y: (x * y).sum(), in_axes=(0, None))(np.ones((2, 3)), np.arange(3.0))
    variable([3. 3.])
    >>> from rung import grad
    >>> vmap(lambda x: grad(x ** 3, x))(np.array([1.0, 2.0]))
    variable([ 3. 12.])
    """

    def mapped(*arguments: Any) -> Any:
        this, sizes = BatchPass(), set()

        def enter(x: Any, axis: int) -> Variable:
            x = as_variable(x)
            axis = _mapped_axis(axis, x)
            sizes.add(x.shape[axis])
            return this.enter(moveaxis(x, axis, 0) if axis else x)

        axes = in_axes if isinstance(in_axes, (list, tuple)) else [in_axes] * len(arguments)
        if len(axes) != len(arguments):
            raise ShapeError(f"vmap: expected in_axes for {len(arguments)} arguments, but got {len(axes)}")
        examples = [x if axis is None else _for_each(enter, x, axis) for x, axis in zip(arguments, axes, strict=True)]
        if len(sizes) != 1:
            came = " and ".join(map(str, sorted(sizes))) or "no argument with an axis of examples"
            raise ShapeError(f"vmap: expected one number of examples, but got {came}")
        with mode(passes=(*current_mode().passes, this)):
            results = f(*examples)
        return _for_each(lambda y, axis: moveaxis(this.leave(y), 0, axis), results, out_axes)

    return mapped


def _mapped_axis(axis: int, x: Variable) -> int:
    try:
        return normalize_axis(axis, x.ndim)
    except ShapeError:
        raise ShapeError(message("vmap", f"the axis of the examples, {axis}, must be there", x=x)) from None


def _for_each(function: Callable[[Any, int], Any], tree: Any, axis: int) -> Any:
    """Apply a function to every value in nested lists, tuples and dicts."""
    if isinstance(tree, dict):
        return {name: _for_each(function, part, axis) for name, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(_for_each(function, part, axis) for part in tree)
    return function(tree, axis)
