"""Orders of an epoch other than a shuffle. A sampler takes a generator and gives numbers of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rung.errors import ShapeError, ValueRangeError, describe


class WeightedSampler:
    """Draws samples in proportion to weights, as for classes of unequal size.

        P(sample i) = weights[i] / sum(weights)

    weights: one number of at least 0 for each sample; they need not sum to 1. Shape (n,).
    count: samples in an epoch; as many as there are weights if not given.
    replacement: whether a sample may be drawn more than once in an epoch.

    Raises: `ShapeError` or `ValueRangeError` for weights that are no distribution, or a `count` that cannot be drawn.

    >>> labels = np.array([0, 0, 0, 1])
    >>> sampler = WeightedSampler(1 / np.bincount(labels)[labels], count=1000)
    >>> drawn = labels[sampler(np.random.default_rng(0))]
    >>> bool(400 < drawn.sum() < 600)
    True
    """

    def __init__(self, weights: ArrayLike, count: int | None = None, replacement: bool = True):
        values = np.asarray(weights, np.float64)
        if values.ndim != 1:
            raise ShapeError(f"WeightedSampler: expected weights of shape (n,), but got {describe(values)}")
        if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
            raise ValueRangeError("WeightedSampler: expected weights of at least 0 and not all 0, but got others")
        self.chances = values / values.sum()
        self.count = len(values) if count is None else count
        self.replacement = replacement
        most = np.count_nonzero(values)
        if self.count < 1 or (not replacement and self.count > most):
            limit = "at least 1" if replacement else f"1 to {most}, as many as have a weight above 0"
            raise ValueRangeError(f"WeightedSampler: expected a count of {limit}, but got {self.count}")

    def __len__(self) -> int:
        return self.count

    def __call__(self, generator: np.random.Generator) -> np.ndarray[Any, Any]:
        """The numbers of the samples of one epoch."""
        return generator.choice(len(self.chances), self.count, self.replacement, self.chances)
