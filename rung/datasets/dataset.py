"""The base class of datasets, and how single samples are put together into a batch."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from rung.cuda import as_numpy, is_array
from rung.datasets.pixels import Pixels
from rung.errors import DTypeError, ShapeError, describe

Transform = Callable[[Any], Any]


class Dataset:
    """Samples by number. A subclass overrides `prepare`, which sets `self.data` and `self.label`.

        ds[i]                  (x, t) of one sample, through the transforms
        ds[a:b], ds[indices]   (x, t) of a batch, each stacked along a new first axis

    train: whether this is the set to train on or the one to test with.
    transform: a function that every x passes through; target_transform: the same for every t.
    label: may stay None; then t is None.

    Without transforms, a batch is one indexing of the arrays; with transforms that have an `over_batch`, which
    changes many samples at once, it is that and one call. A subclass may instead define `__getitem__` and `__len__`
    itself, as for data that do not fit in memory; it may set `at_once = True` if its `__getitem__` takes arrays of
    indices. A transform that wants random numbers draws them from `rung.random.generator()`.

    Raises: `ShapeError` if there are not as many labels as data.

    >>> class Squares(Dataset):
    ...     def prepare(self):
    ...         self.data = np.arange(5.0)
    ...         self.label = self.data ** 2
    >>> ds = Squares(transform=lambda x: -x)
    >>> len(ds), ds[3]
    (5, (np.float64(-3.0), np.float64(9.0)))
    >>> ds[1:3]
    (array([-1., -2.]), array([1., 4.]))
    """

    classes: list[str] = []  # the name of each class, in the order of the labels

    def __init__(
        self, train: bool = True, transform: Transform | None = None, target_transform: Transform | None = None
    ):
        self.train = train
        self.transform = transform
        self.target_transform = target_transform
        self.data: Any = None
        self.label: Any = None
        self.prepare()
        if self.data is not None and self.label is not None and len(self.data) != len(self.label):
            counts = f"{len(self.data)} data and {len(self.label)} labels"
            raise ShapeError(f"{type(self).__name__}: expected one label for each datum, but got {counts}")

    def prepare(self) -> None:
        """Set `self.data` and `self.label`, for training or for testing as `self.train` says."""

    def __getitem__(self, index: Any) -> tuple[Any, Any]:
        data = self._data()
        if is_many(index):
            index = positions(index)
            return _take(data, index, self.transform), _take(self.label, index, self.target_transform)
        i = operator.index(index)
        return _transformed(data[i], self.transform), _one_label(self.label, i, self.target_transform)

    def __len__(self) -> int:
        return len(self._data())

    def __repr__(self) -> str:
        if self.data is None:
            return f"{type(self).__name__}(train={self.train})"
        parts = [f"{len(self.data)} samples", f"x {_sample_kind(self.data)}"]
        if self.label is not None:
            parts.append(f"t {_sample_kind(self.label)}")
        if self.classes:
            parts.append(f"{len(self.classes)} classes")
        return f"{type(self).__name__}(train={self.train}): {', '.join(parts)}"

    @property
    def at_once(self) -> bool:
        """Whether a batch is one indexing of arrays, and the same as its samples one by one."""
        plain = type(self).__getitem__ is Dataset.__getitem__
        arrays = takes_indices(self.data) and (self.label is None or takes_indices(self.label))
        return plain and arrays and changes_batches(self.transform) and changes_batches(self.target_transform)

    def show(self, path: str | os.PathLike[str] | None = None, n: int = 40) -> Path:
        """Draw samples of all classes on one sheet, a PNG file; give its path.

        path: the file; the name of the class, in the current folder, if not given.
        n: samples to draw.

        Raises: `MissingExtraError` without matplotlib (the extra `plot`).

        >>> import tempfile
        >>> from rung.datasets import Spiral
        >>> Spiral().show(Path(tempfile.mkdtemp(), "spiral.png")).name
        'spiral.png'
        """
        target = Path(f"{type(self).__name__.lower()}.png" if path is None else path)
        contact = import_module("rung.visualize.contact")  # pictures know data, and data need no pictures
        contact.draw_contact(self, target, n)
        return target

    def _data(self) -> Any:
        if self.data is None:
            needed = "set self.data in prepare(), or define __getitem__ and __len__"
            raise NotImplementedError(f"{type(self).__name__}: expected data, but there are none; {needed}")
        return self.data


def collate(samples: Sequence[Any]) -> Any:
    """Put samples together into a batch: pairs (x, t) become a pair of arrays, single values one array.

    Shape: n samples of (...) -> (n, ...)

    Raises: `ShapeError` if the samples have different shapes, `DTypeError` if they are not arrays or numbers.

    >>> collate([(np.zeros(2), 0), (np.ones(2), 1)])
    (array([[0., 0.], [1., 1.]]), array([0, 1]))
    """
    if not len(samples) or not isinstance(samples[0], (tuple, list)):
        return stack(samples)
    if len({len(sample) for sample in samples}) > 1:
        raise ShapeError("collate: expected samples of one length, such as pairs (x, t), but their lengths differ")
    return tuple(stack(field) for field in zip(*samples, strict=True))


def stack(values: Sequence[Any]) -> Any:
    """Stack values along a new first axis; where there is no value (None), there is no array either.

    >>> stack([1.0, 2.0]), stack([None, None])
    (array([1., 2.]), None)
    """
    if len(values) and values[0] is None:
        return None
    arrays = [as_numpy(value) if is_array(value) else np.asarray(value) for value in values]
    if any(array.dtype == object for array in arrays):
        raise DTypeError(f"stack: expected samples that are arrays or numbers, but got {describe(values[0])}")
    shapes = sorted({array.shape for array in arrays})
    if len(shapes) > 1:
        sizes = " and ".join(map(str, shapes[:2]))
        raise ShapeError(f"stack: expected samples of one shape, but got {sizes}; bring them to one size first")
    return np.stack(arrays) if arrays else np.empty(0)


def takes_indices(values: Any) -> bool:
    """Whether many samples can be had by one indexing; not so in a list, or in an array of Python objects.

    >>> takes_indices(np.zeros((3, 2))), takes_indices([1, 2, 3])
    (True, False)
    """
    return (is_array(values) and values.dtype != object) or isinstance(values, (np.memmap, Pixels))


def at_once(dataset: Any) -> bool:
    """Whether `dataset[indices]` is a batch, and the same as its samples put together one by one.

    >>> at_once(np.zeros((3, 2))), at_once([1, 2, 3])
    (True, False)
    """
    return takes_indices(dataset) or getattr(dataset, "at_once", False) is True


def select(dataset: Any, indices: Any) -> Any:
    """The batch of the samples of these numbers, by one indexing where that gives the same.

    >>> select([10, 20, 30], [2, 0])
    array([30, 10])
    """
    return dataset[indices] if at_once(dataset) else collate([dataset[int(i)] for i in indices])


def changes_batches(transform: Transform | None) -> bool:
    """Whether a transform, or none, can change many samples at once: it has a function `over_batch` that does."""
    return transform is None or callable(getattr(transform, "over_batch", None))


def change_batch(batch: Any, transform: Any) -> Any:
    """The batch with each of its samples changed.

    >>> from rung.transforms import Flatten
    >>> change_batch(np.zeros((5, 2, 2)), Flatten()).shape
    (5, 4)
    """
    return batch if transform is None else transform.over_batch(batch)


def is_many(index: Any) -> bool:
    """Whether an index is for a batch, and not for one sample."""
    return isinstance(index, slice) or np.ndim(index) > 0


def positions(index: Any) -> Any:
    """An index of a batch as a slice or as a one-dimensional array."""
    if isinstance(index, slice):
        return index
    array = np.asarray(index)
    if array.ndim != 1:
        raise ShapeError(f"Dataset: expected one axis of indices, but got indices of shape {array.shape}")
    return array if array.size else array.astype(np.intp)


def _take(values: Any, index: Any, transform: Transform | None) -> Any:
    """The batch at the given positions: at once if it can be, else sample by sample."""
    if values is None:
        return None
    if takes_indices(values) and changes_batches(transform):
        return change_batch(values[index], transform)
    return stack([_transformed(values[int(i)], transform) for i in np.arange(len(values))[index]])


def _transformed(value: Any, transform: Transform | None) -> Any:
    return value if transform is None else transform(value)


def _one_label(label: Any, i: int, transform: Transform | None) -> Any:
    return None if label is None else _transformed(label[i], transform)


def _sample_kind(values: Any) -> str:
    if not takes_indices(values):
        return type(values[0]).__name__ if len(values) else "nothing"
    shape = values.shape[1:]
    return f"{values.dtype} {shape}" if shape else str(values.dtype)
