"""`dezero.dataloaders`: the book's loaders, whose shuffles are drawn from `np.random`, when the book draws them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from rung.cuda import as_cupy
from rung.dezero import cuda
from rung.dezero.datasets import Dataset

__all__ = ["DataLoader", "SeqDataLoader", "cuda", "pil_available"]

pil_available = find_spec("PIL") is not None


class DataLoader:
    """Batches of a dataset. The order of an epoch is drawn when the epoch before it ends, and the first one at once.

    Every loop is a whole epoch, also after one that was left early, and inside another one.

    Attributes:
        data_size: how many samples there are; max_iter: how many batches in an epoch.
        iteration: how many batches of the epoch were given; index: its order.
    """

    def __init__(self, dataset: Any, batch_size: int, shuffle: bool = True, gpu: bool = False):
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.data_size = len(dataset)
        self.max_iter = math.ceil(self.data_size / batch_size)
        self.gpu = gpu
        self.reset()

    def __len__(self) -> int:
        return self.max_iter

    def reset(self) -> None:
        """Begin a new epoch."""
        self.iteration = 0
        self.index = np.random.permutation(self.data_size) if self.shuffle else np.arange(self.data_size)

    def __iter__(self) -> Iterator[Any]:
        if self.iteration:  # the epoch before was left early
            self.reset()
        return self._epoch(self.index)

    def _epoch(self, index: Any) -> Iterator[Any]:
        for iteration in range(self.max_iter):
            self.iteration = iteration + 1
            yield self._batch(self._numbers(index, iteration))
        self.reset()

    def __next__(self) -> Any:
        if self.iteration >= self.max_iter:
            self.reset()
            raise StopIteration
        self.iteration += 1
        return self._batch(self._numbers(self.index, self.iteration - 1))

    def next(self) -> Any:
        """The next batch of the epoch."""
        return self.__next__()

    def _numbers(self, index: Any, iteration: int) -> Any:
        """Which samples are in a batch."""
        return index[iteration * self.batch_size : (iteration + 1) * self.batch_size]

    def _batch(self, numbers: Any) -> tuple[Any, Any]:
        if getattr(type(self.dataset), "__getitem__", None) is Dataset.__getitem__ and self.dataset.label is not None:
            x, t = self.dataset[np.asarray(numbers)]
        else:
            samples = [self.dataset[i] for i in numbers]
            x, t = (np.array([sample[place] for sample in samples]) for place in (0, 1))
        return (as_cupy(x), as_cupy(t)) if self.gpu else (x, t)

    def to_cpu(self) -> None:
        """Give NumPy arrays from the next batch on."""
        self.gpu = False

    def to_gpu(self) -> None:
        """Give CuPy arrays from the next batch on."""
        self.gpu = True


class SeqDataLoader(DataLoader):
    """Batches of a sequence in the order of time: row j goes through the data from a place of its own on.

    batch k, row j = sample (j * (n // batch_size) + k) mod n
    """

    def __init__(self, dataset: Any, batch_size: int, gpu: bool = False):
        super().__init__(dataset, batch_size, shuffle=False, gpu=gpu)

    def _numbers(self, index: Any, iteration: int) -> Any:
        jump = self.data_size // self.batch_size
        return (np.arange(self.batch_size) * jump + iteration) % self.data_size
