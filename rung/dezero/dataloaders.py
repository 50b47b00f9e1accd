"""`dezero.dataloaders`: batches in an order that is drawn from `np.random`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from rung.dezero import cuda

__all__ = ["DataLoader", "SeqDataLoader", "cuda"]


class DataLoader:
    """Batches (x, t) of a dataset.

    A loop that was left early is not gone on with by the next one, and two loops at once do not disturb each other.
    """

    def __init__(self, dataset: Any, batch_size: int, shuffle: bool = True, gpu: bool = False):
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.data_size = len(dataset)
        self.max_iter = math.ceil(self.data_size / batch_size)
        self.gpu = gpu
        self.reset()

    def reset(self) -> None:
        """Begin a new epoch, in a new order."""
        self.iteration = 0
        self.index = np.random.permutation(self.data_size) if self.shuffle else np.arange(self.data_size)

    def __iter__(self) -> Iterator[Any]:
        if self.iteration:
            self.reset()
        index = self.index
        for i in range(self.max_iter):
            self.iteration = i + 1
            yield self._batch(self._places(i, index))
        self.reset()

    def __next__(self) -> Any:
        if self.iteration >= self.max_iter:
            self.reset()
            raise StopIteration
        self.iteration += 1
        return self._batch(self._places(self.iteration - 1, self.index))

    def next(self) -> Any:
        """The next batch."""
        return self.__next__()

    def _places(self, iteration: int, index: Any) -> Any:
        return index[iteration * self.batch_size : (iteration + 1) * self.batch_size]

    def _batch(self, places: Any) -> Any:
        samples = [self.dataset[int(i)] for i in places]
        xp = cuda.cupy if self.gpu else np
        return xp.array([x for x, _ in samples]), xp.array([t for _, t in samples])

    def to_cpu(self) -> None:
        """Give arrays of NumPy's."""
        self.gpu = False

    def to_gpu(self) -> None:
        """Give arrays of CuPy's."""
        self.gpu = True


class SeqDataLoader(DataLoader):
    """For sequences: as many places, evenly spread, as a batch has samples, each moving on by one."""

    def __init__(self, dataset: Any, batch_size: int, gpu: bool = False):
        super().__init__(dataset, batch_size, shuffle=False, gpu=gpu)

    def _places(self, iteration: int, index: Any) -> Any:
        jump = self.data_size // self.batch_size
        return [(i * jump + iteration) % self.data_size for i in range(self.batch_size)]
