"""Transforms one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from rung.errors import DTypeError, describe
from rung.transforms.transform import Transform


class Compose(Transform):
    """Apply transforms one after the other; none at all leave a sample as it is.

    transforms: callables from a sample to a sample, those of this package or any others.

    Raises: `DTypeError` for what cannot be called.

    >>> import numpy as np
    >>> from rung.transforms import AsType, Flatten
    >>> flat = Compose([Flatten(), AsType(int)])
    >>> flat(np.array([[1.0, 2.0]])), flat
    (array([1, 2]), Compose([Flatten(), AsType(dtype=int)]))
    """

    def __init__(self, transforms: Iterable[Callable[[Any], Any]] = ()):
        self.transforms = list(transforms)
        for i, transform in enumerate(self.transforms):
            if not callable(transform):
                expected = "expected transforms that can be called"
                raise DTypeError(f"Compose: {expected}, but number {i} is {describe(transform)}")

    def __call__(self, sample: Any) -> Any:
        for transform in self.transforms:
            sample = transform(sample)
        return sample

    @property
    def over_batch(self) -> Callable[[Any], Any] | None:  # type: ignore[override]
        """The same for a batch, if every part can do that."""
        parts = [getattr(transform, "over_batch", None) for transform in self.transforms]
        if not all(callable(part) for part in parts):
            return None
        return lambda batch: reduce(lambda values, part: part(values), parts, batch)  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"Compose([{', '.join(map(repr, self.transforms))}])"
