"""`DataLoader`: the order of an epoch, its position, and the loop over it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from typing import Any

import numpy as np

from rung import random
from rung.cuda import as_cupy, as_numpy
from rung.dataloaders.reading import Collate, Reader, Request
from rung.dataloaders.workers import Workers
from rung.datasets.arrays import as_dataset
from rung.errors import DTypeError, IndexRangeError, ValueRangeError, describe
from rung.shapes import checked_integer
from rung.trees import map_tree

Order = np.ndarray[Any, Any]  # numbers of samples
Sampler = Iterable[int] | Callable[[np.random.Generator], Iterable[int]]


class DataLoader:
    """Batches of a dataset. Each `for` loop is one epoch of its own; it may be left early, or nested in another.

    dataset: a `Dataset`, anything with `__len__` and `__getitem__`, such as a list of samples; or a tuple, and no
        list, of arrays of one length.
    batch_size: samples in a batch; the last batch holds what is left.
    shuffle: draw a new order for each epoch.
    gpu: give CuPy arrays instead of NumPy arrays.
    drop_last: leave out a last batch that is not full.
    seed: makes epoch k depend on (seed, k) alone; without it one is drawn when the first epoch begins, from what
        `rung.seed` started, and kept in `loader.seed`. `loader.epoch` is the k of the next epoch; set it to continue
        from there.
    collate: a function from a list of samples to a batch, in place of stacking them.
    sampler: gives the numbers of an epoch's samples, and takes the place of `shuffle`. It is a function of a NumPy
        generator, which is seeded by (seed, k), or anything with a length that can be looped over once an epoch.
    num_workers: processes that read batches while the caller computes. Batches come in the same order and with the
        same contents, however many there are.
    prefetch: batches that the workers may be ahead of the loop; two for each worker if not given. Without workers
        nothing is read ahead.
    timeout: seconds in which a worker has to give a batch.

    Shape: n samples (x, t) -> batches x (batch_size, ...), t (batch_size, ...)

    A dataset that holds arrays, without transforms or with some that have an `over_batch`, is cut at the speed of an
    array, one indexing for each batch.
    The batches are copies: writing to one does not change the dataset.

    Randomness: what a dataset or a transform draws from `rung.random.generator()` depends on the seed, the epoch and
    the sample's place in it, and on nothing else. Other generators are left to themselves.

    Workers are fresh processes, and never forks: a fork copies locks that threads of a BLAS or of CUDA may hold. So
    the program has to guard its start with `if __name__ == "__main__"`, and dataset, transforms and collate have to
    be defined in a file. Each worker works on a copy that is made when the first epoch begins; files in memory maps
    are opened again instead. Workers stay for the next epoch, until the loader is gone or `close()` is called.

    Raises: `ValueRangeError` if `batch_size` is not at least 1, `ShapeError` if samples do not have one shape,
    `WorkerError` if a worker dies or hangs. An error in the dataset comes up as it is, with a note on the sample.

    >>> x, t = np.arange(10.0).reshape(5, 2), np.arange(5)
    >>> loader = DataLoader((x, t), batch_size=2, shuffle=False)
    >>> len(loader), [labels.tolist() for _, labels in loader]
    (3, [[0, 1], [2, 3], [4]])

    A random transform:

    >>> from rung.datasets import ArrayDataset
    >>> noisy = ArrayDataset(x, t, transform=lambda x: x + random.generator().normal(size=2))
    >>> first, again = (next(iter(DataLoader(noisy, 5, seed=1)))[0] for _ in range(2))
    >>> bool((first == again).all())
    True
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
        collate: Collate | None = None,
        sampler: Sampler | None = None,
        num_workers: int = 0,
        prefetch: int | None = None,
        timeout: float = 120.0,
    ):
        _check_dataset(dataset, collate)
        _check_sampler(sampler)
        if not timeout > 0:
            raise ValueRangeError(f"DataLoader: expected timeout to be seconds above 0, but got {timeout!r}")
        self.dataset = dataset
        self.batch_size = checked_integer("DataLoader", "batch_size", batch_size)
        self.shuffle = shuffle
        self.gpu = gpu
        self.drop_last = drop_last
        self.seed = None if seed is None else checked_integer("DataLoader", "seed", seed, least=0)
        self.sampler = sampler
        self.num_workers = checked_integer("DataLoader", "num_workers", num_workers, least=0)
        ahead = max(2 * self.num_workers, 1) if prefetch is None else prefetch
        self.prefetch = checked_integer("DataLoader", "prefetch", ahead)
        self.timeout = timeout
        self._reader = Reader(as_dataset(dataset), collate)
        self._workers: Workers | None = None
        self._resumed: Order | None = None  # the order of an epoch that a state brought along
        self._position: tuple[int, int, Order | None]  # the epoch, how many of its batches were given, its order
        self.epoch = 0

    def __len__(self) -> int:
        """How many batches there are in an epoch."""
        return self._batches_in(self._epoch_size())

    def __iter__(self) -> Iterator[Any]:
        epoch, first = self._epoch, self._first
        order = self._order(epoch) if self._resumed is None else self._resumed
        self.epoch = epoch + 1
        self._position = (epoch, first, order)
        return self._batches(epoch, first, order)

    def to_cpu(self) -> None:
        """Give NumPy arrays from the next batch on."""
        self.gpu = False

    def to_gpu(self) -> None:
        """Give CuPy arrays from the next batch on."""
        self.gpu = True

    def close(self) -> None:
        """Stop the workers, if there are any; a later loop starts new ones."""
        if self._workers is not None:
            self._workers.stop()
            self._workers = None

    # Position

    @property
    def epoch(self) -> int:
        """The number of the next epoch; setting it begins that epoch from its start."""
        return self._epoch

    @epoch.setter
    def epoch(self, value: int) -> None:
        self._epoch, self._first = checked_integer("DataLoader", "epoch", value, least=0), 0
        self._resumed, self._position = None, (self._epoch, 0, None)

    def state_dict(self) -> dict[str, Any]:
        """The position after the batch that was given last, also inside a loop or after one that was left early.

        It holds plain numbers, so it can be written as JSON. Batches that workers read ahead do not count. Taken
        inside a loop after its last batch, it is the end of that epoch, of which nothing is left: the next loop is
        empty, as the rest of this one would be. Of several loops at once, the one that moved last counts.
        """
        epoch, batch, order = self._position
        kept = None if order is None or self.sampler is None or callable(self.sampler) else order.tolist()
        return {"epoch": epoch, "batch": batch, "seed": self._seed(), "order": kept, **self._settings()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a `state_dict`: the next loop gives the rest of its epoch, bit for bit.

        At the start of an epoch, batches may be of another size from there on.

        Raises: `ValueRangeError` if the state is of a loader of other data or settings.

        >>> loader = DataLoader(np.arange(10), 3, seed=5)
        >>> for batch in loader:
        ...     state = loader.state_dict()
        ...     break
        >>> rest = [batch.tolist() for batch in loader]  # the next epoch
        >>> again = DataLoader(np.arange(10), 3)
        >>> again.load_state_dict(state)
        >>> len([batch for batch in again]), [batch.tolist() for batch in again] == rest
        (3, True)
        """
        settings = self._settings()
        missing = sorted({"epoch", "batch", "seed", "order", *settings} - set(state))
        if missing:
            raise ValueRangeError(f"DataLoader: expected a state with {', '.join(missing)}, but it lacks them")
        at_the_start = state["batch"] == 0 and state["order"] is None
        for name, value in settings.items():
            if state[name] != value and not (at_the_start and name in ("batch_size", "drop_last")):
                raise ValueRangeError(f"DataLoader: expected a state with {name} {value}, but got {state[name]}")
        epoch, batch, seed = (checked_integer("DataLoader", n, state[n], least=0) for n in ("epoch", "batch", "seed"))
        order = None if state["order"] is None else self._checked(state["order"])
        self.seed, self.epoch = seed, epoch
        self._first, self._resumed = batch, order
        self._position = (self._epoch, self._first, order)

    def _settings(self) -> dict[str, Any]:
        """What has to be the same for a position to mean the same."""
        return {
            "kind": type(self).__name__,
            "sampler": _name(self.sampler),
            "samples": self._samples(),
            "batch_size": int(self.batch_size),
            "shuffle": bool(self.shuffle),
            "drop_last": bool(self.drop_last),
        }

    # Order

    def _samples(self) -> int:
        return len(self._reader.dataset)

    def _epoch_size(self) -> int:
        """How many samples there are in an epoch."""
        if self.sampler is None:
            return self._samples()
        if isinstance(self.sampler, Sized):
            return len(self.sampler)
        return len(self._order(self._epoch))

    def _batches_in(self, size: int) -> int:
        return math.floor(size / self.batch_size) if self.drop_last else math.ceil(size / self.batch_size)

    def _order(self, epoch: int) -> Order:
        """The numbers of the samples of an epoch, in their order."""
        generator = np.random.default_rng([self._seed(), epoch])
        if self.sampler is not None:
            return self._checked(self.sampler(generator) if callable(self.sampler) else self.sampler)
        size = self._samples()
        return generator.permutation(size) if self.shuffle else np.arange(size)

    def _seed(self) -> int:
        """The seed; one is drawn if there is none, without any effect on what others draw."""
        if self.seed is None:
            self.seed = random.draw_seed()
        return int(self.seed)

    def _checked(self, order: Iterable[int]) -> Order:
        """What a sampler gave as an array of numbers of samples."""
        indices = np.asarray(order if isinstance(order, np.ndarray) else list(order))
        if indices.size and (indices.ndim != 1 or indices.dtype.kind not in "iu"):
            raise DTypeError(f"sampler: expected whole numbers in one row, but got {describe(indices)}")
        size = self._samples()
        if indices.size and not (indices.min() >= 0 and indices.max() < size):
            wrong = indices.min() if indices.min() < 0 else indices.max()
            raise IndexRangeError(f"sampler: expected numbers from 0 to {size - 1}, but got {wrong}")
        return indices.astype(np.intp).reshape(-1)

    # Batches

    def _batches(self, epoch: int, first: int, order: Order) -> Iterator[Any]:
        size, seed = self.batch_size, self._seed()
        starts = range(first * size, self._batches_in(len(order)) * size, size)
        requests = (Request(seed, epoch, start, order[start : start + size]) for start in starts)
        read = self._read_ahead(requests) if self.num_workers else map(self._reader.read, requests)
        for number, batch in enumerate(read, first + 1):
            self._position = (epoch, number, order)
            yield map_tree(self._place, batch)
        self._position = (epoch + 1, 0, None)

    def _read_ahead(self, requests: Iterator[Request]) -> Iterator[Any]:
        """The batches in their order, up to `prefetch` of which are being read or wait."""
        if self._workers is None or not self._workers.usable():
            self._workers = Workers(self._reader, self.num_workers, self.timeout)
        workers, ahead = self._workers, deque[Any]()
        try:
            for request in requests:
                ahead.append(workers.submit(request))
                if len(ahead) > self.prefetch:
                    yield workers.result(ahead.popleft())
            while ahead:
                yield workers.result(ahead.popleft())
        finally:  # the loop may have been left early
            for future in ahead:
                future.cancel()

    def _place(self, value: Any) -> Any:
        """Bring an array to where it is wanted; what is no array stays as it is."""
        if not hasattr(value, "dtype"):
            return value
        return as_cupy(value) if self.gpu else as_numpy(value)


def _name(sampler: Any) -> str | None:
    """What a sampler is called, to tell it from others."""
    return None if sampler is None else getattr(sampler, "__qualname__", type(sampler).__qualname__)


def _check_dataset(dataset: Any, collate: Collate | None) -> None:
    if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
        expected = "a dataset with __len__ and __getitem__, or a tuple of arrays"
        raise DTypeError(f"DataLoader: expected {expected}, but got {describe(dataset)}")
    if collate is None and isinstance(dataset, list) and _are_columns(dataset):
        came = f"a list of {len(dataset)} arrays of one length, which would be as many samples"
        raise DTypeError(f"DataLoader: expected a dataset, or a tuple of arrays, but got {came}; make it a tuple")


def _are_columns(parts: list[Any]) -> bool:
    """Whether a list looks like [x, t] and not like samples, which would have one shape."""
    arrays = len(parts) < 10 and all(isinstance(part, np.ndarray) and part.ndim for part in parts)
    return arrays and len({len(part) for part in parts}) == 1 < len({part.ndim for part in parts})


def _check_sampler(sampler: Any) -> None:
    looped = hasattr(sampler, "__iter__") and hasattr(sampler, "__len__")
    if sampler is not None and not callable(sampler) and not looped:
        expected = "a function of a generator, or anything with a length that can be looped over"
        raise DTypeError(f"DataLoader: expected sampler to be {expected}, but got {describe(sampler)}")
