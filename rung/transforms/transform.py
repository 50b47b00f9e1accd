"""What all transforms share: how they are written out, what they refuse, and where their chance comes from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rung import random
from rung.errors import DTypeError, ShapeError, ValueRangeError, describe

Array = np.ndarray[Any, Any]


class Transform:
    """A callable from one sample to one sample. A subclass keeps its arguments under their own names.

    over_batch: the same change of many samples, stacked along a new first axis, at once; None if there is none. A
        `Dataset` uses it to cut whole batches.

    >>> class Half(Transform):
    ...     def __init__(self, times=1):
    ...         self.times = times
    ...     def __call__(self, sample):
    ...         return sample / 2**self.times
    >>> Half(times=2), Half(), Half(2)(12.0)
    (Half(times=2), Half(), 3.0)
    """

    over_batch: Callable[[Any], Any] | None = None

    def __call__(self, sample: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: expected a __call__ of its own, but it has none")

    def __repr__(self) -> str:
        """The call that makes it, without the arguments that have their defaults."""
        parameters = inspect.signature(type(self)).parameters.values()
        given = {p.name: getattr(self, p.name) for p in parameters if hasattr(self, p.name)}
        shown = [f"{p.name}={_written(given[p.name])}" for p in parameters
                 if p.name in given and not _same(given[p.name], p.default)]  # fmt: skip
        return f"{type(self).__name__}({', '.join(shown)})"


def _same(value: Any, default: Any) -> bool:
    return bool(np.array_equal(value, default)) if default is not inspect.Parameter.empty else False


def _written(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)


# Chance


def chance(p: float) -> bool:
    """True with probability p."""
    return bool(random.generator().random() < p)


def uniform(low: float, high: float) -> float:
    """A number between the two, all equally likely."""
    return low + (high - low) * float(random.generator().random())


def below(count: int) -> int:
    """A whole number from 0 to count - 1, all equally likely."""
    return int(random.generator().random() * count)  # four times as quick as `integers`


# Arguments


def number(op: str, name: str, value: Any, low: float = -np.inf, high: float = np.inf) -> float:
    """An argument that has to be a number in a range."""
    if not isinstance(value, (int, float, np.number)) or not low <= value <= high:
        span = "a finite number" if np.isinf([low, high]).all() else f"a number {_span(low, high)}"
        raise ValueRangeError(f"{op}: expected {name} to be {span}, but got {value!r}")
    return float(value)


def _span(low: float, high: float) -> str:
    return f"from {low:g} on" if np.isinf(high) else f"from {low:g} to {high:g}"


def numbers(op: str, name: str, value: Any, low: float = -np.inf, high: float = np.inf) -> tuple[float, float]:
    """An argument that has to be two numbers in a range, the smaller one first."""
    if not isinstance(value, (Sequence, np.ndarray)) or len(value) != 2:
        raise ValueRangeError(f"{op}: expected {name} to be two numbers, low and high, but got {value!r}")
    first, second = (number(op, name, v, low, high) for v in value)
    if first > second:
        raise ValueRangeError(f"{op}: expected {name} to be low and high, but got {value!r}; exchange the two")
    return first, second


def sides(op: str, name: str, value: Any, least: int = 1) -> tuple[int, int]:
    """An argument that says a height and a width: one whole number for both, or the two.

    >>> sides("Resize", "size", 28), sides("Resize", "size", (20, 30))
    ((28, 28), (20, 30))
    """
    both = value if isinstance(value, (Sequence, np.ndarray)) and len(value) == 2 else (value, value)
    if any(isinstance(v, bool) or not isinstance(v, (int, np.integer)) or v < least for v in both):
        expected = f"expected {name} to be a whole number from {least} on, or two, (height, width)"
        raise ValueRangeError(f"{op}: {expected}, but got {value!r}")
    return int(both[0]), int(both[1])


def numeric_array(op: str, value: Any) -> Array:
    """What has to be an array of numbers; a number counts as one of no axes."""
    if isinstance(value, (int, float, np.generic)):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray):
        image = type(value).__module__.startswith("PIL.")
        came = "a Pillow image; put ToArray() before it" if image else describe(value)
        raise DTypeError(f"{op}: expected a NumPy array, but got {came}")
    if value.dtype.kind not in "biuf":
        raise DTypeError(f"{op}: expected an array of numbers, but got {describe(value)}")
    return value


def image_array(op: str, value: Any) -> Array:
    """What has to be one image as an array, (H, W) or (C, H, W)."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        expected = "a Pillow image, or a NumPy array (H, W) or (C, H, W)"
        raise DTypeError(f"{op}: expected {expected}, but got {describe(value)}")
    if value.ndim not in (2, 3) or 0 in value.shape:
        cure = "; a transform takes one image and not a batch" if value.ndim == 4 else ""
        raise ShapeError(f"{op}: expected an image (H, W) or (C, H, W), but got {describe(value)}{cure}")
    return value
