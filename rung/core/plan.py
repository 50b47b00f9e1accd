"""What a call of one op saves, and what its backward computes, for one choice of wanted gradients.

The argument names of a derivative say what it reads: an input (`x`), an output (`y`), the gradient of an output
(`gy`), or the shape of an input (`x_shape`). A plan is worked out once per op class and set of wanted inputs, so a
call saves only what a wanted gradient reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from rung.errors import GraphError
from rung.kernels import fused_derivative

Select = Callable[[Sequence[Any]], tuple[Any, ...]]


class Pull(NamedTuple):
    """How to compute the gradient of one input."""

    input: int
    derivative: Callable[[Any, Sequence[Any]], Any]  # from the op and (*gys, *saved, *shapes)


class Plan:
    """What a node saves, and how it computes the gradients of its inputs."""

    __slots__ = ("pulls", "saved_inputs", "saved_outputs", "saves", "select_saved", "shapes", "zero_filled")

    def __init__(
        self,
        saved_inputs: Sequence[int],
        saved_outputs: Sequence[int],
        select_saved: Select,
        shapes: bool = False,
        zero_filled: Sequence[int] = (),
        pulls: Sequence[Pull] = (),
    ):
        self.saved_inputs = tuple(saved_inputs)
        self.saved_outputs = tuple(saved_outputs)
        self.saves = bool(saved_inputs or saved_outputs)
        self.select_saved = select_saved  # what to save, out of [*inputs, *outputs]
        self.shapes = shapes  # whether a derivative reads a shape
        self.zero_filled = tuple(zero_filled)  # outputs whose gradient a derivative must have; None is not enough
        self.pulls = tuple(pulls)


def select(positions: Sequence[Any]) -> Select:
    """A function that picks these positions of a sequence (or slices of it) into a tuple, at C speed."""
    if not positions:
        return lambda _: ()
    if len(positions) == 1 and isinstance(positions[0], slice):
        return lambda pool: (pool[positions[0]],)
    if len(positions) == 1:
        return itemgetter(slice(positions[0], positions[0] + 1))
    return itemgetter(*positions)


def reading(function: Callable[..., Any], positions: Sequence[int]) -> Callable[[Any, Sequence[Any]], Any]:
    """`function(op, pool[i], pool[j], …)` for these positions.

    The usual counts are written out, because a call with a star costs as much as a small array's arithmetic.
    """
    if len(positions) == 1:
        (i,) = positions
        return lambda op, pool: function(op, pool[i])
    if len(positions) == 2:
        i, j = positions
        return lambda op, pool: function(op, pool[i], pool[j])
    if len(positions) == 3:
        i, j, k = positions
        return lambda op, pool: function(op, pool[i], pool[j], pool[k])
    pick = select(positions)
    return lambda op, pool: function(op, *pick(pool))


def argument_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a method's positional arguments after `self`."""
    code = getattr(function, "__wrapped__", function).__code__
    return code.co_varnames[1 : code.co_argcount]


def takes_module(forward: Callable[..., Any]) -> bool:
    """Whether a forward method takes the array module first, as Rung's own ops do."""
    return argument_names(forward)[:1] == ("xp",)


def gradient_function(op: type, name: str) -> Callable[..., Any] | None:
    """The derivative by one input as a method from (self, gy, …) to its gradient.

    It is `grad_x` as it is written, or made from a local derivative `dx`, which is a method or a plain number.
    """
    if hasattr(op, f"grad_{name}"):
        return getattr(op, f"grad_{name}")  # type: ignore[no-any-return]
    local = getattr(op, f"d{name}", None)
    if callable(local):
        return _chain(local)
    if local is None:
        return None
    if local == 1:
        return lambda self, gy: gy
    return (lambda self, gy: -gy) if local == -1 else (lambda self, gy: gy * local)


def _chain(local: Callable[..., Any]) -> Callable[..., Any]:
    names = argument_names(local)

    def gradient_of_one(self: Any, gy: Any, value: Any) -> Any:
        return gy * local(self, value)

    def gradient_of_any(self: Any, gy: Any, *values: Any) -> Any:
        return gy * local(self, *values)

    gradient: Any = gradient_of_one if len(names) == 1 else gradient_of_any
    gradient.reads = ("gy", *names)  # type: ignore[attr-defined]
    return gradient


def make_plan(op: Any, wanted: int) -> Plan:
    """Work out the plan of an op class for the inputs whose bits are set in `wanted`."""
    inputs, outputs = op.input_names, op.output_names
    reads, derivatives = {}, {}
    for index, name in enumerate(inputs):
        if not wanted >> index & 1 or index in op.data_inputs:
            continue
        derivative = gradient_function(op, name)
        if derivative is None:
            raise GraphError(f"{op.name}: it has no derivative by {name}; write d{name} or grad_{name}")
        derivatives[index] = derivative
        reads[index] = getattr(derivative, "reads", None) or argument_names(derivative)
    read = {name for names in reads.values() for name in names}
    saved_inputs = [i for i, name in enumerate(inputs) if name in read]
    saved_outputs = [i for i, name in enumerate(outputs) if name in read]
    pool = [f"g{name}" for name in outputs]
    pool += [inputs[i] for i in saved_inputs] + [outputs[i] for i in saved_outputs]
    pool += [f"{name}_shape" for name in inputs]
    pulls = []
    for index, derivative in derivatives.items():
        pull = reading(derivative, [_position(op, pool, name) for name in reads[index]])
        pulls.append(Pull(index, fused_derivative(pull) if op.fused else pull))
    must_have = {name for derivative in derivatives.values() for name in _required(derivative)}
    return Plan(
        saved_inputs,
        saved_outputs,
        select(saved_inputs + [len(inputs) + i for i in saved_outputs]),
        shapes=any(name.endswith("_shape") for name in read),
        zero_filled=[i for i, name in enumerate(outputs) if len(outputs) > 1 and f"g{name}" in must_have],
        pulls=pulls,
    )


def make_variadic_plan(op: Any, wanted: int, count: int) -> Plan:
    """The plan of an op of any number of inputs, whose one derivative is told which input it is for.

    It may read the gradient `gy`, the output `y`, all inputs `xs` and all their shapes `xs_shapes`.
    """
    names = argument_names(op.grad_xs)[1:]
    saves_inputs, saves_output = "xs" in names, "y" in names
    first_shape = 1 + count * saves_inputs + saves_output
    places: dict[str, Any] = {
        "gy": 0,
        "xs": slice(1, 1 + count),
        "y": first_shape - 1,
        "xs_shapes": slice(first_shape, first_shape + count),
    }
    select_arguments = select([places[name] for name in names])

    def pull(index: int) -> Pull:
        return Pull(index, lambda self, pool: self.grad_xs(index, *select_arguments(pool)))

    inputs = range(count) if saves_inputs else ()
    return Plan(
        inputs,
        (0,) if saves_output else (),
        select([*inputs, count] if saves_output else list(inputs)),
        shapes="xs_shapes" in names,
        pulls=[pull(index) for index in range(count) if wanted >> index & 1],
    )


def _required(derivative: Callable[..., Any]) -> tuple[str, ...]:
    """The argument names without a default."""
    names = argument_names(derivative)
    return names[: len(names) - len(derivative.__defaults__ or ())]


def _position(op: Any, pool: list[str], name: str) -> int:
    if name not in pool:
        raise TypeError(f"{op.__name__}: a derivative reads {name!r}, but only {', '.join(pool)} are there to read")
    return pool.index(name)
