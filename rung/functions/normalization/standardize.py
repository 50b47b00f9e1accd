"""The ops under all normalisations: standardise over some axes, pull gradients back through that, scale and shift.

A normalisation in training is two ops, which save the standardised values and a few numbers for each group of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from string import ascii_letters
from typing import Any, ClassVar

from rung.core.batch import all_batched
from rung.core.call import apply
from rung.core.families import Elementwise
from rung.core.function import Function
from rung.core.samples import case, normal, uniform
from rung.core.variable import Variable, as_variable
from rung.errors import ShapeError, ValueRangeError, message
from rung.functions.elementwise import cast, rsqrt, sqrt
from rung.functions.elementwise.selection import as_reals
from rung.functions.linalg import einsum
from rung.functions.view import reshape
from rung.shapes import Axis, Shape, broadcast, expect, kept, normalize_axes, summed_axes


class OverAxes(Function):
    """An op on groups of elements: those along `axis` belong together."""

    of_reals = True
    fused = True

    def __init__(self, axis: Axis = -1, **options: Any):
        self.axis = axis
        vars(self).update(options)

    def axes(self, x: Any) -> Shape:
        return normalize_axes(self.axis, x.ndim)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        inputs = all_batched(inputs, batched)
        axes = normalize_axes(self.axis, inputs[0].ndim - 1)
        return self.changed(axis=tuple(axis + 1 for axis in axes))(*inputs)


class Rescale(OverAxes):
    """Divide by the root of the mean square along axes.

        y = x / sqrt(power + eps)         power = mean(x ** 2)

    dx is `pull_back` of dy without centring, and of d power: y sqrt(power + eps) 2 / n.

    Shape: any -> the same, and the shape with the axes of size 1

    Args:
        axis: an integer, a tuple of them, or None for all.
        eps: keeps the divisor away from 0.
    """

    output_names: ClassVar[tuple[str, ...]] = ("y", "power")
    centred: ClassVar[bool] = False

    def __init__(self, axis: Axis = -1, eps: float = 1e-5):
        super().__init__(axis, eps=eps)
        self.eps = eps

    def shape(self, x: Shape) -> tuple[Shape, ...]:
        group = kept(x, normalize_axes(self.axis, len(x)))
        return (x, *[group] * (len(self.output_names) - 1))

    def forward(self, xp: Any, x: Any) -> Any:
        power = mean_product(xp.einsum, x, x, self.axes(x))
        return x * (1 / xp.sqrt(power + self.eps)), power

    def grad_x(self, gy: Any, y: Any, power: Any, gpower: Any = None) -> Any:
        return self._through(gy, y, power, gpower)

    def _through(self, gy: Any, y: Any, square: Any, gsquare: Any) -> Any:
        """The gradient of the values, and that of the mean square which they were divided by, if there is one."""
        gx = pull_back(gy, y, rsqrt(square + self.eps), self.axis, self.centred)
        if gsquare is not None:
            gx = gx + y * (gsquare * sqrt(square + self.eps) * (2 / group_size(y, self.axes(y))))
        return gx

    samples = [
        normal(3, 4), case(normal(2, 3, 4), axis=(0, 2), eps=1e-3), case(normal(3, 4), axis=None),
        case(normal(0, 3), axis=0), case(normal(2, 0), axis=-1),
    ]  # fmt: skip
    errors = [case((3,), axis=1)]


class Standardize(Rescale):
    """Move and scale elements such that along axes they have mean 0 and variance 1.

        y = (x - mean) / sqrt(var + eps)         mean = mean(x),  var = mean((x - mean) ** 2)

    dx is `pull_back` of dy, and of the rest: dmean / n + dvar (x - mean) 2 / n. Of no elements, mean and var are 0.

    Shape: any -> the same, and twice the shape with the axes of size 1

    Args:
        axis: an integer, a tuple of them, or None for all.
        eps: keeps the divisor away from 0.
    """

    output_names = ("y", "mean", "var")
    centred = True

    def forward(self, xp: Any, x: Any) -> Any:
        axes = self.axes(x)
        if not x.size:
            nothing = xp.zeros(kept(x.shape, axes), x.dtype)
            return x.copy(), nothing, nothing.copy()
        # Less the first of each group: the mean of what is left is exact enough, however far from 0 the group lies.
        first = x[tuple(slice(1) if axis in axes else slice(None) for axis in range(x.ndim))]
        y = x - first
        mean = y.mean(axis=axes, keepdims=True)
        y -= mean
        var = mean_product(xp.einsum, y, y, axes)
        y *= 1 / xp.sqrt(var + self.eps)
        return y, mean + first, var

    def grad_x(self, gy: Any, y: Any, var: Any, gmean: Any = None, gvar: Any = None) -> Any:
        gx = self._through(gy, y, var, gvar)
        return gx if gmean is None else gx + gmean * (1 / group_size(y, self.axes(y)))


class PullBack(OverAxes):
    """How a gradient passes back through `Standardize`: less its mean, less its part along y, and scaled.

        z = scale (g - mean(g) - y mean(g y)),       without mean(g) if not `centred`

    This map of g is its own transpose, so dg is `pull_back` of dz;
    dy = -scale (dz mean(g y) + g mean(dz y)), and dscale = sum(dz z) / scale.

    Shape: g, y (any, the same), scale (the shape with the axes of size 1) -> that of g
    """

    output_names = ("z",)
    checks_shape = True
    centred: bool

    def __init__(self, axis: Axis = -1, centred: bool = True):
        super().__init__(axis, centred=centred)

    def shape(self, g: Shape, y: Shape, scale: Shape) -> Shape:
        axes = normalize_axes(self.axis, len(g))
        expect(g == y and scale == kept(g, axes), "g and y must be alike, and scale have size 1 along the axes")
        return g

    def forward(self, xp: Any, g: Any, y: Any, scale: Any) -> Any:
        axes = self.axes(g)
        z = y * -mean_product(xp.einsum, g, y, axes)
        z += g
        if self.centred and g.size:
            z -= g.mean(axis=axes, keepdims=True)
        z *= scale
        return z

    def grad_g(self, gz: Any, y: Any, scale: Any) -> Any:
        return pull_back(gz, y, scale, self.axis, self.centred)

    def grad_y(self, gz: Any, g: Any, y: Any, scale: Any) -> Any:
        axes = self.axes(g)
        ours, theirs = (mean_product(einsum, a, y, axes) * -scale for a in (g, gz))
        return gz * ours + g * theirs

    def grad_scale(self, gz: Any, z: Any, scale: Any) -> Any:
        axes = self.axes(z)
        return mean_product(einsum, gz, z, axes) * (group_size(z, axes) / scale)

    samples = [
        (normal(3, 4), normal(3, 4), uniform(3, 1)), case(normal(3, 4), normal(3, 4), uniform(3, 1), centred=False),
        case(normal(2, 3, 4), normal(2, 3, 4), uniform(1, 3, 1), axis=(0, 2)),
        case(normal(0, 3), normal(0, 3), uniform(1, 3), axis=0),
    ]  # fmt: skip
    errors = [((3, 4), (3, 1), (3, 1)), ((3, 4), (3, 4), (4,))]


class ScaleShift(Elementwise):
    """Multiply, and add.

        y = x scale + shift        dx = dy scale        dscale = dy x        dshift = dy

    Shape: any three that broadcast -> the broadcast shape.
    """

    def forward(self, xp: Any, x: Any, scale: Any, shift: Any) -> Any:
        y = x * scale
        if getattr(shift, "dtype", None) != y.dtype or broadcast(y.shape, shift.shape) != y.shape:
            return y + shift
        y += shift
        return y

    def dx(self, scale: Any) -> Any:
        return scale

    def grad_scale(self, gy: Any, x: Any, scale_shape: Shape) -> Any:
        if getattr(x, "shape", ()) != gy.shape or math.prod(scale_shape) >= math.prod(gy.shape):
            return gy * x
        axes = summed_axes(gy.shape, scale_shape)  # one pass, where a product that is summed later takes two
        return reshape(sum_product(einsum, gy, x, axes), scale_shape)

    dshift = 1

    samples = [
        (normal(3, 4), normal(3, 4), normal(3, 4)), (normal(2, 3, 4), normal(3, 1), normal(3, 1)),
        (normal(3, 1), normal(4), normal(2, 1, 1)), (normal(3), 2.0, normal(1)),
    ]  # fmt: skip
    errors = [((2, 3), (4,), (3,))]


def sum_product(einsum: Callable[..., Any], a: Any, b: Any, axes: Shape) -> Any:
    """The sum of a * b along axes, which stay with size 1, in one pass and without the products in memory."""
    letters = ascii_letters[: a.ndim]
    rest = "".join(letter for axis, letter in enumerate(letters) if axis not in axes)
    return einsum(f"{letters},{letters}->{rest}", a, b).reshape(kept(a.shape, axes))


def mean_product(einsum: Callable[..., Any], a: Any, b: Any, axes: Shape) -> Any:
    """The mean of a * b along axes, which stay with size 1; of nothing, 0."""
    return sum_product(einsum, a, b, axes) * (1 / group_size(a, axes))


def group_size(x: Any, axes: Shape) -> int:
    """How many elements lie along the axes, or 1 if there are none."""
    return math.prod(x.shape[axis] for axis in axes) or 1


def pull_back(g: Any, y: Any, scale: Any, axis: Axis, centred: bool) -> Any:
    return apply(PullBack(axis, centred), g, y, scale)


# What the public functions have in common ---------------------------------------------------------------------------


def as_input(op: str, x: Any, eps: float, least: int = 0) -> Variable:
    """x as a Variable of floats, if it has as many axes as are needed, and eps makes sense."""
    if type(eps) not in (float, int) or not 0 <= eps < math.inf:
        raise ValueRangeError(f"{op}: expected eps to be a number of at least 0, but got {eps!r}")
    x = as_variable(as_reals(x))
    if x.ndim < least:
        shape = "(N, C, ...)" if least == 2 else "(N, C, *sizes)"
        raise ShapeError(message(op, f"expected x of shape {shape}", x=x))
    return x


def wide(x: Any) -> Any:
    """Half precision as float32, in which statistics are computed; all else as it is."""
    return cast(x, "float32") if x.dtype == "float16" else x


def affine(op: str, x: Variable, y: Variable, gamma: Any, beta: Any, axes: Shape) -> Variable:
    """gamma y + beta, whose elements go along these axes, in the dtype that x and they have together."""
    sizes = tuple(y.shape[axis] for axis in axes)
    what = "channel, the second axis of x" if axes == (1,) else "element along the normalised axes"
    given = {"gamma": gamma, "beta": beta}
    given = {name: as_variable(p) for name, p in given.items() if p is not None}
    for name, p in given.items():
        if p.shape != sizes:
            raise ShapeError(message(op, f"{name} must have one element for each {what}", x=x, **given))
    shape = [n if axis in axes else 1 for axis, n in enumerate(y.shape)]
    gamma, beta = (
        None if p is None else reshape(given[name], shape) for name, p in (("gamma", gamma), ("beta", beta))
    )
    if gamma is not None and beta is not None:
        y = apply(ScaleShift(), y, gamma, beta)
    elif gamma is not None:
        y = y * gamma
    elif beta is not None:
        y = y + beta
    return y if not _is_half(x, *given.values()) else cast(y, "float16")


def _is_half(*xs: Any) -> bool:
    """Whether half precision came in, and no wider floats."""
    return {x.dtype for x in xs if x.dtype.kind == "f"} == {x.dtype for x in xs if x.dtype == "float16"}
