"""vmap: a function of one example, made one of all examples at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from rung.config import current_mode, mode
from rung.core.batch import BatchPass
from rung.core.variable import Variable, as_variable
from rung.errors import ShapeError, message
from rung.functions import moveaxis
from rung.shapes import normalize_axis
from rung.trees import leaves, map_tree

__all__ = ["vmap"]


def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: int = 0) -> Callable[..., Any]:
    """A function of one example, made one of all examples at once: without a loop, by rules for whole batches.

    Derivatives and further vmaps may be taken inside of f, where they are those of one example, and outside. As ever,
    a gradient is differentiable only if it was taken with `create_graph`; take gradients inside with `grad`, for
    `backward` would leave those of single examples on variables that outlive them.

        vmap(f)(xs)[i] = f(xs[i])

    Args:
        f: a function of Variables (or of lists, tuples and dicts of them), returning the same. It sees one example:
            axes and shapes are without that of the batch, and a choice by value needs `where`.
        in_axes: the axis of the examples, for all arguments or for each one; None for an argument, and all in it,
            that is the same for every example.
        out_axes: where the axis of the examples goes in every result.

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

    @wraps(f)
    def mapped(*arguments: Any) -> Any:
        this = BatchPass()
        axes = in_axes if isinstance(in_axes, (list, tuple)) else [in_axes] * len(arguments)
        if len(axes) != len(arguments):
            raise ShapeError(f"vmap: expected in_axes for {len(arguments)} arguments, but got {len(axes)}")
        wholes = [
            x if axis is None else map_tree(partial(_with_examples_first, axis=axis), x)
            for x, axis in zip(arguments, axes, strict=True)
        ]
        _check_sizes([x for x, axis in zip(wholes, axes, strict=True) if axis is not None])
        examples = [x if axis is None else map_tree(this.enter, x) for x, axis in zip(wholes, axes, strict=True)]
        with mode(passes=(*current_mode().passes, this)):
            results = f(*examples)
        return map_tree(lambda y: moveaxis(this.leave(y), 0, out_axes), results)

    return mapped


def _with_examples_first(x: Any, axis: int) -> Variable:
    x = as_variable(x)
    axis = _mapped_axis(axis, x)
    return moveaxis(x, axis, 0) if axis else x


def _check_sizes(wholes: Any) -> None:
    sizes = {len(x) for x in leaves(wholes)}
    if len(sizes) != 1:
        came = " and ".join(map(str, sorted(sizes))) or "no argument with an axis of examples"
        raise ShapeError(f"vmap: expected one number of examples, but got {came}")


def _mapped_axis(axis: int, x: Variable) -> int:
    try:
        return normalize_axis(axis, x.ndim)
    except ShapeError:
        raise ShapeError(message("vmap", f"the axis of the examples, {axis}, must be there", x=x)) from None
