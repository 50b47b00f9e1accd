"""Arrays as a dataset."""

from __future__ import annotations

import operator
from typing import Any

from rung.datasets.dataset import (
    Dataset,
    Transform,
    change_batch,
    changes_batches,
    collate,
    is_many,
    positions,
    takes_indices,
)
from rung.errors import DTypeError, ShapeError, describe


class ArrayDataset(Dataset):
    """Arrays of one length: sample i is the tuple of their rows i. The first array is `data`, the second `label`.

    arrays: NumPy arrays, also in memory maps.
    transform, target_transform: functions for the rows of the first and of the second array.

    Raises: `DTypeError` for what is no array, `ShapeError` if their lengths differ.

    >>> import numpy as np
    >>> ds = ArrayDataset(np.arange(6.0).reshape(3, 2), np.array([7, 8, 9]))
    >>> ds[1:]
    (array([[2., 3.], [4., 5.]]), array([8, 9]))
    """

    def __init__(self, *arrays: Any, transform: Transform | None = None, target_transform: Transform | None = None):
        came = ", ".join(map(describe, arrays)) or "nothing"
        if not arrays or not all(map(takes_indices, arrays)):
            raise DTypeError(f"ArrayDataset: expected arrays, but got {came}")
        if arrays[0].ndim == 0 or len({array.shape[:1] for array in arrays}) > 1:
            raise ShapeError(f"ArrayDataset: expected arrays with first axes of one length, but got {came}")
        self.arrays = arrays
        super().__init__(transform=transform, target_transform=target_transform)

    def prepare(self) -> None:
        self.data, self.label = (*self.arrays, None)[:2]

    @property
    def at_once(self) -> bool:
        return changes_batches(self.transform) and changes_batches(self.target_transform)

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        if not is_many(index):
            return self._sample(operator.index(index))
        index = positions(index)
        rows = tuple(array[index] for array in self.arrays)
        if self.at_once:
            transforms = (self.transform, self.target_transform)
            return tuple(change_batch(row, f) for row, f in zip(rows, transforms, strict=False)) + rows[2:]
        return collate([self._transformed(row) for row in zip(*rows, strict=True)])  # type: ignore[no-any-return]

    def _sample(self, i: int) -> tuple[Any, ...]:
        return self._transformed(tuple(array[i] for array in self.arrays))

    def _transformed(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        transforms = (self.transform, self.target_transform)
        first = tuple(value if f is None else f(value) for value, f in zip(row, transforms, strict=False))
        return first + row[2:]


def as_dataset(source: Any) -> Any:
    """A tuple of arrays as a dataset; everything else as it is.

    >>> import numpy as np
    >>> as_dataset((np.arange(3), np.arange(3)))[2]
    (np.int64(2), np.int64(2))
    """
    is_arrays = isinstance(source, tuple) and len(source) > 0 and all(map(takes_indices, source))
    return ArrayDataset(*source) if is_arrays else source
