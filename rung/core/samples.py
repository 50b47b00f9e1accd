"""Descriptions of inputs that an op is tried on. They are recipes: nothing is drawn until a check runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:  # numpy.random takes a while to import, and only a check draws
    from numpy.random import Generator


class Sample(NamedTuple):
    """One array to draw. `smooth` says that the op is differentiable at these values."""

    shape: tuple[int, ...]
    draw: Callable[[Any], Any]
    smooth: bool = True
    kind: str = "real"


class Case(NamedTuple):
    """Inputs for one call of an op, and the op's own arguments."""

    inputs: tuple[Any, ...]
    options: dict[str, Any]


def case(*inputs: Any, **options: Any) -> Case:
    """Inputs with arguments of the op: ``case(normal(3, 4), axis=1)``."""
    return Case(inputs, options)


def as_case(sample: Any) -> Case:
    """Every spelling of a sample as a case: one input, a tuple of inputs, or a case itself."""
    if isinstance(sample, Case):
        return sample
    return Case(sample if type(sample) is tuple else (sample,), {})


def normal(*shape: int) -> Sample:
    """Standard normal values."""
    return Sample(shape, lambda rng: rng.standard_normal(shape))


def uniform(*shape: int, low: float = 0.5, high: float = 2.0) -> Sample:
    """Values between two bounds: for ops with a limited domain."""
    return Sample(shape, lambda rng: rng.uniform(low, high, shape))


def away_from(*shape: int, corner: float = 0.0) -> Sample:
    """Values at least 0.2 away from a corner, where the op has no derivative."""

    def draw(rng: Generator) -> np.ndarray[Any, Any]:
        x = rng.standard_normal(shape)
        return np.asarray(corner + x + 0.2 * np.where(x < 0, -1, 1))

    return Sample(shape, draw)


def distinct(*shape: int) -> Sample:
    """Shuffled values no two of which are close: for maxima and sorting, away from ties."""
    size = int(np.prod(shape))
    return Sample(shape, lambda rng: (rng.permutation(size).reshape(shape) - size / 2) * 0.3 + 0.1)


def scalar(value: float) -> Sample:
    """A 0-d array."""
    return Sample((), lambda _: np.array(value))


def extreme() -> Sample:
    """Large values of both signs, where a careless formula overflows. Derivatives are not compared there."""
    return Sample((4,), lambda _: np.array([-1e3, -50.0, 50.0, 1e3]), smooth=False)


def labels(*shape: int, classes: int) -> Sample:
    """Integer labels."""
    return Sample(shape, lambda rng: rng.integers(0, classes, shape), kind="integer")


def mask(*shape: int) -> Sample:
    """Booleans."""
    return Sample(shape, lambda rng: rng.random(shape) < 0.5, kind="boolean")
