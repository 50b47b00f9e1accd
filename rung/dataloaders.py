"""From a dataset to batches, one epoch after another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from rung import random
from rung.cuda import as_cupy, as_numpy
from rung.datasets.dataset import Dataset, collate, takes_indices
from rung.errors import DTypeError, ShapeError, ValueRangeError, describe


class DataLoader:
    """Batches of a dataset. Each `for` loop is one epoch of its own; it may be left early, or nested in another.

    dataset: a `Dataset`, anything with `__len__` and `__getitem__`, or a tuple of arrays of one length.
    batch_size: samples in a batch; the last batch holds what is left.
    shuffle: draw a new order for each epoch.
    gpu: give CuPy arrays instead of NumPy arrays.
    drop_last: leave out a last batch that is not full.
    seed: makes the order of epoch k depend on (seed, k) alone; without it the order is drawn from the generator that
        `rung.seed` starts. `loader.epoch` is the k of the next epoch; set it to continue from there.

    Shape: n samples (x, t) -> batches x (batch_size, ...), t (batch_size, ...)

    A dataset that holds arrays and has no transforms is cut at the speed of an array, one indexing for each batch.
    The batches are copies: writing to one does not change the dataset.

    Raises: `ValueRangeError` if `batch_size` is not at least 1, `ShapeError` if samples do not have one shape.

    >>> x, t = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> loader = DataLoader((x, t), batch_size=2, shuffle=False)
    >>> len(loader), [labels.tolist() for _, labels in loader]
    (3, [[0, 1], [2, 3], [4]])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        shuffle: bool = True,
        gpu: bool = False,
        *,
        drop_last: bool = False,
        seed: int | None = None,
    ):
        _check_dataset(dataset)
        _check_count("batch_size", batch_size, 1)
        if seed is not None:
            _check_count("seed", seed, 0)
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.gpu = gpu
        self.drop_last = drop_last
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        """How many batches there are in an epoch."""
        batches = _size(self.dataset) / self.batch_size
        return math.floor(batches) if self.drop_last else math.ceil(batches)

    def __iter__(self) -> Iterator[Any]:
        order = self._order(_size(self.dataset))
        self.epoch += 1
        return self._batches(order, len(self))

    def to_cpu(self) -> None:
        """Give NumPy arrays from the next batch on."""
        self.gpu = False

    def to_gpu(self) -> None:
        """Give CuPy arrays from the next batch on."""
        self.gpu = True

    def _order(self, size: int) -> np.ndarray[Any, Any]:
        if not self.shuffle:
            return np.arange(size)
        generator = random.generator() if self.seed is None else np.random.default_rng([self.seed, self.epoch])
        return np.asarray(generator.permutation(size))

    def _batches(self, order: np.ndarray[Any, Any], count: int) -> Iterator[Any]:
        for start in range(0, count * self.batch_size, self.batch_size):
            yield self._place(_select(self.dataset, order[start : start + self.batch_size]))

    def _place(self, batch: Any) -> Any:
        """Bring the arrays of a batch to where they are wanted."""
        if isinstance(batch, tuple):
            return tuple(self._place(part) for part in batch)
        if batch is None:
            return None
        return as_cupy(batch) if self.gpu else as_numpy(batch)


def _select(dataset: Any, indices: np.ndarray[Any, Any]) -> Any:
    """The samples of these numbers as one batch: at the speed of an array where that gives the same."""
    if _is_tuple_of_arrays(dataset):
        return tuple(array[indices] for array in dataset)
    if takes_indices(dataset) or type(dataset).__getitem__ is Dataset.__getitem__:
        return dataset[indices]
    return collate([dataset[int(i)] for i in indices])


def _size(dataset: Any) -> int:
    if not _is_tuple_of_arrays(dataset):
        return len(dataset)
    return len(dataset[0])


def _is_tuple_of_arrays(dataset: Any) -> bool:
    return isinstance(dataset, tuple) and len(dataset) > 0 and all(map(takes_indices, dataset))


def _check_dataset(dataset: Any) -> None:
    if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
        expected = "a dataset with __len__ and __getitem__, or a tuple of arrays"
        raise DTypeError(f"DataLoader: expected {expected}, but got {describe(dataset)}")
    if _is_tuple_of_arrays(dataset) and (len({a.shape[:1] for a in dataset}) > 1 or dataset[0].ndim == 0):
        came = ", ".join(describe(array) for array in dataset)
        raise ShapeError(f"DataLoader: expected arrays with first axes of one length, but got {came}")


def _check_count(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueRangeError(f"DataLoader: expected {name} to be a whole number from {least} on, but got {value!r}")
