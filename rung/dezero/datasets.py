"""`dezero.datasets`: the book's sets, with its transforms and its slips of the pen; the files are found by Rung."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from rung import files
from rung.datasets import Dataset as RungDataset
from rung.datasets import ImageNet, TinyShakespeare, cifar, idx, mnist
from rung.datasets import get_spiral as rung_get_spiral
from rung.dezero.transforms import Compose, Flatten, Normalize, ToFloat
from rung.dezero.utils import cache_dir, get_file
from rung.errors import MissingExtraError, ValueRangeError
from rung.transforms import Transform

__all__ = [
    "CIFAR10", "CIFAR100", "Compose", "Dataset", "Flatten", "ImageNet", "MNIST", "Normalize", "Shakespear",
    "SinCurve", "Spiral", "ToFloat", "cache_dir", "get_file", "get_spiral", "load_cache_npz", "save_cache_npz",
]  # fmt: skip


class _Same(Transform):
    """What is given, as it is."""

    def __call__(self, x: Any) -> Any:
        return x

    over_batch = __call__


class Dataset(RungDataset):
    """Samples by number; a subclass sets `self.data` and `self.label` in `prepare`. See `rung.datasets.Dataset`."""

    def __init__(self, train: bool = True, transform: Any = None, target_transform: Any = None):
        super().__init__(train, transform or _Same(), target_transform or _Same())


def get_spiral(train: bool = True) -> tuple[Any, Any]:
    """Three interleaved spiral arms: points float32 (300, 2), and their arms int64 (300,).

    As in the book, NumPy's generator is left as if the points had been drawn from it with the book's seed: the
    numbers that its programs print depend on that.
    """
    np.random.seed(1984 if train else 2020)
    np.random.randn(300)
    np.random.permutation(300)
    return rung_get_spiral(train)


class Spiral(Dataset):
    """Three interleaved spiral arms: see `get_spiral`."""

    def prepare(self) -> None:
        self.data, self.label = get_spiral(self.train)


class MNIST(Dataset):
    """Handwritten digits, data uint8 (n, 1, 28, 28); a sample is float32 (784,) from 0 to 1 by default."""

    def __init__(
        self,
        train: bool = True,
        transform: Any = Compose([Flatten(), ToFloat(), Normalize(0.0, 255.0)]),  # noqa: B008
        target_transform: Any = None,
    ):
        super().__init__(train, transform, target_transform)

    def prepare(self) -> None:
        self.data, labels = idx.load(mnist.SOURCE, "train" if self.train else "t10k")
        self.label = labels.astype(np.uint8)

    def show(self, row: int = 10, col: int = 10) -> None:  # type: ignore[override]
        """Draw samples at random."""
        _show(self.data[:, 0], row, col, cmap="gray")

    @staticmethod
    def labels() -> dict[int, str]:
        """The names of the classes by their numbers."""
        return {digit: str(digit) for digit in range(10)}


class CIFAR10(Dataset):
    """Small photographs of ten classes, data uint8 (n, 3, 32, 32); a sample is float32 from -1 to 1."""

    source = cifar.CIFAR_10

    def __init__(
        self,
        train: bool = True,
        transform: Any = Compose([ToFloat(), Normalize(mean=127.5, std=127.5)]),  # noqa: B008
        target_transform: Any = None,
    ):
        super().__init__(train, transform, target_transform)

    def prepare(self) -> None:
        images, labels = cifar.load(self.source, self.train)
        self.data, self.label = images.values, self._chosen(labels)

    def _chosen(self, labels: Any) -> Any:
        return labels[:, 0]

    def show(self, row: int = 10, col: int = 10) -> None:  # type: ignore[override]
        """Draw samples at random."""
        _show(self.data.transpose(0, 2, 3, 1), row, col)

    @staticmethod
    def labels() -> dict[int, str]:
        """The names of the classes by their numbers."""
        return dict(enumerate(cifar.CIFAR10.classes))


class CIFAR100(CIFAR10):
    """Small photographs of a hundred classes, or of twenty groups of them with the `label_type` "coarse"."""

    source = cifar.CIFAR_100

    def __init__(
        self,
        train: bool = True,
        transform: Any = Compose([ToFloat(), Normalize(mean=127.5, std=127.5)]),  # noqa: B008
        target_transform: Any = None,
        label_type: str = "fine",
    ):
        if label_type not in ("fine", "coarse"):
            raise ValueRangeError(f'CIFAR100: expected label_type to be "fine" or "coarse", but got {label_type!r}')
        self.label_type = label_type
        super().__init__(train, transform, target_transform)

    def _chosen(self, labels: Any) -> Any:
        return labels[:, 1 if self.label_type == "fine" else 0]

    @staticmethod
    def labels(label_type: str = "fine") -> dict[int, str]:
        """The names of the classes, or of their groups, by their numbers."""
        return dict(enumerate(cifar.FINE if label_type == "fine" else cifar.COARSE))


class SinCurve(Dataset):
    """One turn of a noisy sine in 999 steps, or to test a clean cosine: data and label float64 (999, 1)."""

    def prepare(self) -> None:
        x = np.linspace(0, 2 * np.pi, 1000)
        noise = np.random.uniform(-0.05, 0.05, size=x.shape)
        y = (np.sin(x) + noise if self.train else np.cos(x))[:, np.newaxis]
        self.data, self.label = y[:-1], y[1:]


class Shakespear(Dataset):
    """The letters of plays of Shakespeare's by their numbers, in the order in which they first appear."""

    def prepare(self) -> None:
        text = TinyShakespeare.text()
        self.char_to_id = {letter: i for i, letter in enumerate(dict.fromkeys(text))}
        self.id_to_char = dict(enumerate(self.char_to_id))
        codes = np.array([self.char_to_id[letter] for letter in text])
        self.data, self.label = codes[:-1], codes[1:]


def load_cache_npz(filename: str, train: bool = False) -> tuple[Any, Any]:
    """The data and labels that `save_cache_npz` kept under the last part of a name; None, None if it did not."""
    path = _cached(filename, train)
    if not os.path.exists(path):
        return None, None
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["data"], arrays["label"]


def save_cache_npz(data: Any, label: Any, filename: str, train: bool = False) -> str | None:
    """Keep data and labels in the cache; the path of the file, or None if it was there."""
    path = _cached(filename, train)
    if os.path.exists(path):
        return None
    os.makedirs(cache_dir, exist_ok=True)
    with files.write_atomically(path) as file:
        np.savez_compressed(file, data=data, label=label)
    return path


def _cached(filename: str, train: bool) -> str:
    name = filename[filename.rfind("/") + 1 :]
    return os.path.join(cache_dir, name + (".train.npz" if train else ".test.npz"))


def _show(images: Any, rows: int, columns: int, **options: Any) -> None:
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot", "drawing samples") from error
    chosen = images[np.random.randint(0, len(images), rows * columns)]
    sheet = np.concatenate(
        [np.concatenate(list(row), axis=1) for row in chosen.reshape(rows, columns, *chosen.shape[1:])]
    )
    pyplot.imshow(sheet, interpolation="nearest", **options)
    pyplot.axis("off")
    pyplot.show()
