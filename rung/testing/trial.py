"""One op at one set of inputs: what every property of check.py works on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rung.core.samples import Case, Sample
from rung.core.variable import Variable
from rung.transform import grad

Array = np.ndarray[Any, Any]


class Trial:
    """An op with drawn inputs, and the ways to run it.

    Attributes:
        op: the op's class.
        options: the arguments to make it with.
        inputs: arrays and numbers, in float64.
        moving: the positions of the inputs that the op can be differentiated by.
        smooth: whether derivatives may be compared with differences here.
    """

    def __init__(self, op: type, case: Case, rng: np.random.Generator):
        self.op, self.case, self.options, self.rng = op, case, case.options, rng
        self.inputs = [np.asarray(s.draw(rng)) if isinstance(s, Sample) else s for s in case.inputs]
        self.smooth = all(s.smooth for s in case.inputs if isinstance(s, Sample))
        names = op.input_names  # type: ignore[attr-defined]
        self.moving = [
            i for i, s in enumerate(case.inputs)
            if isinstance(s, Sample) and s.kind == "real" and i not in op.data_inputs  # type: ignore[attr-defined]
            and (not names or _has_derivative(op, names[i]))
        ]  # fmt: skip
        self.differentiable = bool(op.differentiable and self.moving)  # type: ignore[attr-defined]

    def __str__(self) -> str:
        shown = ", ".join(str(x.shape) if isinstance(x, np.ndarray) else repr(x) for x in self.inputs)
        options = ", ".join(f"{k}={v!r}" for k, v in self.options.items())
        return f"{self.op.__name__}({options})({shown})"

    def make(self) -> Any:
        return self.op(**self.options)

    def run(self, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """The outputs of the op, always as a tuple."""
        outputs = self.make()(*inputs)
        return outputs if isinstance(outputs, tuple) else (outputs,)

    def variables(self, inputs: Sequence[Any] | None = None) -> list[Any]:
        """Copies of the inputs, with Variables where the op can be differentiated."""
        given = self.inputs if inputs is None else inputs
        return [
            Variable(copy_of(x)) if i in self.moving and isinstance(x, np.ndarray) else copy_of(x)
            for i, x in enumerate(given)
        ]

    def drawn_again(self, positions: Sequence[int]) -> list[Any]:
        """Other values for these inputs."""
        return [np.asarray(self.case.inputs[i].draw(self.rng)) for i in positions]

    def values(self, inputs: Sequence[Any] | None = None) -> list[Array]:
        """The outputs as arrays."""
        return [y._data for y in self.run(self.variables(inputs))]

    def weights(self) -> list[Array]:
        """A random gradient for every output."""
        return [np.asarray(self.rng.standard_normal(y.shape)) for y in self.values()]

    def directions(self) -> list[Any]:
        """A random direction for every moving input."""
        shapes = [np.shape(self.inputs[i]) for i in self.moving]
        return [self.rng.standard_normal(size=shape) for shape in shapes]

    def moved(self, directions: Sequence[Array], step: float) -> list[Any]:
        """The inputs, moved along the directions by a step."""
        inputs = [copy_of(x) for x in self.inputs]
        for i, direction in zip(self.moving, directions, strict=True):
            inputs[i] = np.asarray(inputs[i] + step * direction)
        return inputs

    def function(self) -> Callable[..., tuple[Variable, ...]]:
        """The op as a function of its moving inputs alone."""

        def f(*moving: Variable) -> tuple[Variable, ...]:
            inputs: list[Any] = [copy_of(x) for x in self.inputs]
            for i, x in zip(self.moving, moving, strict=True):
                inputs[i] = x
            return self.run(inputs)

        return f

    def gradients(
        self, weights: Sequence[Array], inputs: Sequence[Any] | None = None, create_graph: bool = False
    ) -> list[Array]:
        """The gradients of sum(weights * outputs) by the moving inputs, as arrays."""
        variables = self.variables(inputs)
        outputs = self.run(variables)
        found = grad(outputs, [variables[i] for i in self.moving], list(weights), create_graph=create_graph)
        return [g._data for g in found]


def _has_derivative(op: type, name: str) -> bool:
    return any(hasattr(op, known) for known in (f"grad_{name}", f"d{name}", "gradients"))


def copy_of(x: Any) -> Any:
    return x.copy() if isinstance(x, np.ndarray) else x


def inner(left: Sequence[Array], right: Sequence[Array]) -> float:
    """The sum of products over lists of arrays."""
    return float(sum(np.sum(a * b) for a, b in zip(left, right, strict=True)))


def close(actual: Any, expected: Any, what: str, tolerance: float = 1e-6) -> None:
    """Compare to a relative and absolute tolerance, shapes included."""
    a, b = np.asarray(actual), np.asarray(expected)
    if a.shape != b.shape:
        raise AssertionError(f"{what}: the shape is {a.shape}, expected {b.shape}")
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=what)
