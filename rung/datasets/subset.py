"""A part of a dataset, and a dataset cut into parts at random."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rung import random
from rung.cuda import is_array
from rung.datasets.arrays import as_dataset
from rung.datasets.dataset import Dataset, at_once, is_many, positions, select, takes_indices
from rung.errors import DTypeError, IndexRangeError, ValueRangeError, describe


class Subset(Dataset):
    """The samples of a dataset whose numbers are given, in that order; a number may come more than once.

    dataset: a dataset, or a tuple of arrays.
    indices: numbers from -n to n - 1, where n = len(dataset).

    A batch is one indexing if it is one in the dataset. `data` and `label` are copied out of the dataset's whenever
    they are asked for; they are None where it has no arrays.

    Raises: `DTypeError` or `IndexRangeError` for numbers that name no samples.

    >>> part = Subset((np.arange(10.0), np.arange(10)), [3, 5, 7])
    >>> len(part), part[1], part[:2]
    (3, (np.float64(5.0), np.int64(5)), (array([3., 5.]), array([3, 5])))
    """

    def __init__(self, dataset: Any, indices: ArrayLike):
        self.train = getattr(dataset, "train", True)
        self.transform = self.target_transform = None
        self.dataset = as_dataset(dataset)
        self.indices = _checked(np.asarray(indices), len(self.dataset))
        self.classes = getattr(dataset, "classes", [])

    @property
    def data(self) -> Any:  # type: ignore[override]
        return self._part(self.dataset if is_array(self.dataset) else getattr(self.dataset, "data", None))

    @property
    def label(self) -> Any:  # type: ignore[override]
        return self._part(getattr(self.dataset, "label", None))

    def _part(self, values: Any) -> Any:
        return values[self.indices] if takes_indices(values) else None

    @property
    def at_once(self) -> bool:
        return at_once(self.dataset)

    def __getitem__(self, index: Any) -> Any:
        if is_many(index):
            return select(self.dataset, self.indices[positions(index)])
        return self.dataset[int(self.indices[operator.index(index)])]

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        return f"Subset: {len(self)} of the samples of {self.dataset!r}"


def random_split(dataset: Any, lengths: Sequence[float], seed: int | None = None) -> list[Subset]:
    """Cut a dataset into parts at random; each sample is in one of them.

    lengths: sizes, whole numbers that add up to the dataset's size; or shares, floats that add up to 1. Shares are
        rounded so that nothing is left over.
    seed: makes the parts the same each time; without it they are drawn from the generator that `rung.seed` starts.

    Raises: `ValueRangeError` if the lengths do not add up.

    >>> parts = random_split(np.arange(10), [0.75, 0.25], seed=0)
    >>> [len(part) for part in parts], sorted(int(x) for part in parts for x in part)
    ([8, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    source = as_dataset(dataset)
    ends = np.cumsum(_sizes(lengths, len(source)))
    generator = random.generator() if seed is None else np.random.default_rng(seed)
    order = generator.permutation(len(source))
    return [Subset(source, part) for part in np.split(order, ends[:-1])]


def _sizes(lengths: Sequence[float], total: int) -> list[int]:
    came = np.array(list(lengths))
    if came.ndim == 1 and came.size and came.dtype.kind in "iuf" and came.min() >= 0:
        if came.dtype.kind != "f" and came.sum() == total:
            return came.tolist()  # type: ignore[no-any-return]
        if came.dtype.kind == "f" and math.isclose(came.sum(), 1, abs_tol=1e-6):
            ends = [min(math.floor(total * share + 0.5), total) for share in np.cumsum(came)]
            return list(np.diff([0, *ends[:-1], total]))
    expected = f"whole numbers that add up to {total}, or shares, floats that add up to 1"
    raise ValueRangeError(f"random_split: expected {expected}, but got {list(lengths)}")


def _checked(indices: np.ndarray[Any, Any], size: int) -> np.ndarray[Any, Any]:
    if indices.size and (indices.ndim != 1 or indices.dtype.kind not in "iu"):
        raise DTypeError(f"Subset: expected whole numbers in one row, but got {describe(indices)}")
    if indices.size and (indices.min() < -size or indices.max() >= size):
        wrong = indices.max() if indices.max() >= size else indices.min()
        raise IndexRangeError(f"Subset: expected numbers from {-size} to {size - 1}, but got {wrong}")
    return indices.astype(np.intp).reshape(-1)
