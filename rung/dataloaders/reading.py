"""From numbers of samples to a batch; the same code in a worker and without one, so that both give the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from rung import random
from rung.datasets.dataset import at_once, collate
from rung.errors import WorkerError

Collate = Callable[[Sequence[Any]], Any]


class Request(NamedTuple):
    """A batch to be read."""

    seed: int
    epoch: int
    start: int  # the place of the batch's first sample in the epoch
    indices: np.ndarray[Any, Any]  # the numbers of the samples in the dataset


class Reader(NamedTuple):
    """What turns a request into a batch: a dataset, and perhaps an own way to put samples together."""

    dataset: Any
    collate: Collate | None

    def read(self, request: Request) -> Any:
        """The batch: by one indexing where that gives the same, else sample by sample."""
        try:
            return self._batch(request)
        except StopIteration as error:
            numbers = ", ".join(map(str, request.indices[:8]))
            raise _ends_in_silence(f"a batch of samples {numbers}", request) from error

    def _batch(self, request: Request) -> Any:
        if self.collate is None and at_once(self.dataset):
            return self.dataset[request.indices]
        samples = [self._sample(request, place) for place in range(len(request.indices))]
        return (self.collate or collate)(samples)

    def _sample(self, request: Request, place: int) -> Any:
        """One sample, its random numbers drawn from a generator that is its own."""
        index = int(request.indices[place])
        try:
            with random.forked(seed_of_sample(request.seed, request.epoch, request.start + place)):
                return self.dataset[index]
        except StopIteration as error:
            raise _ends_in_silence(f"sample {index}", request) from error
        except Exception as error:
            error.add_note(f"DataLoader: this happened in sample {index} of epoch {request.epoch}")
            raise


def _ends_in_silence(what: str, request: Request) -> WorkerError:
    """The error for a StopIteration, which every loop around would take for the end of the epoch."""
    came = f"{what} of epoch {request.epoch} raised StopIteration"
    return WorkerError(f"DataLoader: expected samples, but {came}; is there a next() of something that is empty?")


def seed_of_sample(seed: int, epoch: int, place: int) -> int:
    """One number for the sample at a place of an epoch: it depends on nothing else, so not on who reads the sample.

    The place and not the sample's index counts, so that a sample drawn twice in an epoch is not altered twice alike.

    >>> seed_of_sample(0, 0, 1) != seed_of_sample(0, 1, 0) != seed_of_sample(1, 0, 0)
    True
    """
    tag = 1  # keeps these numbers apart from [seed, epoch], which shuffles
    return seed << 128 | epoch << 96 | tag << 64 | place
