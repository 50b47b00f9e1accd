"""Several datasets one after another, as one."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from rung.cuda import get_array_module
from rung.datasets.arrays import as_dataset
from rung.datasets.dataset import Dataset, at_once, collate, is_many, positions
from rung.errors import IndexRangeError, ShapeError, ValueRangeError


class ConcatDataset(Dataset):
    """The samples of the first dataset, then those of the second, and so on.

    datasets: datasets with samples of one kind, or tuples of arrays.

    A batch is one indexing of each part that it touches, if it is one in all parts.

    Raises: `ValueRangeError` without datasets, `ShapeError` for a batch from parts whose samples differ in shape.

    >>> both = ConcatDataset((np.arange(3.0), np.arange(3)), (np.arange(2.0) + 10, np.arange(2)))
    >>> len(both), both[3], both[[4, 0]]
    (5, (np.float64(10.0), np.int64(0)), (array([11.,  0.]), array([1, 0])))
    """

    def __init__(self, *datasets: Any):
        if not datasets:
            raise ValueRangeError("ConcatDataset: expected at least one dataset, but got none")
        super().__init__(getattr(datasets[0], "train", True))
        self.datasets = [as_dataset(dataset) for dataset in datasets]
        self.ends = np.cumsum([len(dataset) for dataset in self.datasets])
        self.classes = getattr(datasets[0], "classes", [])

    @property
    def at_once(self) -> bool:
        return all(map(at_once, self.datasets))

    def __len__(self) -> int:
        return int(self.ends[-1])

    def __getitem__(self, index: Any) -> Any:
        if not is_many(index):
            return self._sample(operator.index(index))
        wanted = np.arange(len(self))[positions(index)]
        return self._batch(wanted) if self.at_once else collate([self._sample(int(i)) for i in wanted])

    def __repr__(self) -> str:
        return f"ConcatDataset: {len(self)} samples of {len(self.datasets)} datasets"

    def _sample(self, i: int) -> Any:
        size = len(self)
        if not -size <= i < size:
            raise IndexRangeError(f"ConcatDataset: expected a number from {-size} to {size - 1}, but got {i}")
        part = int(np.searchsorted(self.ends, i % size, side="right"))
        return self.datasets[part][i % size - self._start(part)]

    def _start(self, part: int) -> int:
        return int(self.ends[part]) - len(self.datasets[part])

    def _batch(self, wanted: np.ndarray[Any, Any]) -> Any:
        """One indexing of each part, and the rows put back into the order that was asked for."""
        parts = np.searchsorted(self.ends, wanted, side="right")
        order = np.argsort(parts, kind="stable")
        batches = [self.datasets[k][wanted[parts == k] - self._start(k)] for k in np.unique(parts)]
        if not batches:
            return self.datasets[0][:0]
        return _joined(batches, np.argsort(order))


def _joined(batches: list[Any], order: np.ndarray[Any, Any]) -> Any:
    if isinstance(batches[0], tuple):
        return tuple(_joined(list(field), order) for field in zip(*batches, strict=True))
    if batches[0] is None:
        return None
    shapes = sorted({batch.shape[1:] for batch in batches})
    if len(shapes) > 1:
        raise ShapeError(f"ConcatDataset: expected samples of one shape, but got {shapes[0]} and {shapes[1]}")
    return get_array_module(batches[0]).concatenate(batches)[order]
