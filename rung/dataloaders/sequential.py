"""A long sequence in batches: several readers go through it at once, each through its own part, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.dataloaders.loader import DataLoader
from rung.errors import ValueRangeError


class SeqDataLoader(DataLoader):
    """Batches in the order of time, for recurrent networks: row j of every batch goes on where it stopped before.

        batch k, row j = sample j * steps + k        steps = n // batch_size = len(loader)

    The sequence is cut into `batch_size` parts of one length; up to `batch_size - 1` samples at its end are left out.
    Each epoch begins at the beginning, so a network's state is to be reset there. Other options are `DataLoader`'s.

    Raises: `ValueRangeError` if the sequence is shorter than `batch_size`.

    >>> loader = SeqDataLoader(np.arange(10), batch_size=3)
    >>> [batch.tolist() for batch in loader]
    [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    """

    def __init__(self, dataset: Any, batch_size: int, gpu: bool = False, **options: Any):
        super().__init__(dataset, batch_size, shuffle=False, gpu=gpu, **options)
        if self.sampler is not None:
            raise ValueRangeError("SeqDataLoader: expected no sampler, as the order is that of time, but got one")
        if len(dataset) and self._samples() < batch_size:
            came = f"{self._samples()} samples for a batch_size of {batch_size}"
            raise ValueRangeError(f"SeqDataLoader: expected at least one sample for each row, but got {came}")

    def _order(self, epoch: int) -> np.ndarray[Any, Any]:
        steps = self._samples() // self.batch_size
        return np.arange(steps * self.batch_size).reshape(self.batch_size, steps).T.ravel()

    def _epoch_size(self) -> int:
        return self._samples() // self.batch_size * self.batch_size
