"""`dezero.datasets`: the book's data, read by Rung's datasets: checked, without pickle and eval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import rung.datasets
from rung.dezero.transforms import Compose, Flatten, Normalize, ToFloat
from rung.dezero.utils import cache_dir, get_file

__all__ = [
    "CIFAR10", "CIFAR100", "Compose", "Dataset", "Flatten", "ImageNet", "MNIST", "Normalize", "Shakespear",
    "SinCurve", "Spiral", "ToFloat", "cache_dir", "get_file", "get_spiral", "load_cache_npz", "save_cache_npz",
]  # fmt: skip

FLAT = Compose([Flatten(), ToFloat(), Normalize(0.0, 255.0)])
CENTRED = Compose([ToFloat(), Normalize(mean=127.5, std=127.5)])  # the book's 0.5 gives numbers from -1 to 509


class Dataset:
    """Samples by number; a subclass sets `data` and `label` in `prepare`."""

    def __init__(self, train: bool = True, transform: Any = None, target_transform: Any = None):
        self.train = train
        self.transform: Callable[[Any], Any] = transform or _same
        self.target_transform: Callable[[Any], Any] = target_transform or _same
        self.data: Any = None
        self.label: Any = None
        self.prepare()

    def __getitem__(self, index: Any) -> Any:
        label = None if self.label is None else self.target_transform(self.label[index])
        return self.transform(self.data[index]), label

    def __len__(self) -> int:
        return len(self.data)

    def prepare(self) -> None:
        """Set `data` and `label`, for training or for testing as `train` says."""


def _same(x: Any) -> Any:
    return x


def get_spiral(train: bool = True) -> Any:
    """The points of three spiral arms and their labels. As in the book, `np.random` starts anew from a fixed seed."""
    np.random.seed(1984 if train else 2020)
    points, classes = 100, 3
    x, t = np.zeros((points * classes, 2), np.float32), np.zeros(points * classes, int)
    for arm in range(classes):
        for i in range(points):
            radius = i / points
            angle = arm * 4.0 + 4.0 * radius + np.random.randn() * 0.2
            x[points * arm + i] = radius * np.sin(angle), radius * np.cos(angle)
            t[points * arm + i] = arm
    order = np.random.permutation(points * classes)
    return x[order], t[order]


class Spiral(Dataset):
    """Three spiral arms."""

    def prepare(self) -> None:
        self.data, self.label = get_spiral(self.train)


class _Images(Dataset):
    """Bytes of images, (n, C, H, W), from a dataset of Rung's."""

    source: Any
    names: Any = None

    def prepare(self) -> None:
        source = self.source(train=self.train)
        self.data, self.label = np.rint(source.data * 255).astype(np.uint8), source.label
        self.names = source.classes

    def show(self, row: int = 10, col: int = 10) -> None:
        """Show some images, in a window."""
        import matplotlib.pyplot as plt

        chosen = self.data[np.random.randint(0, len(self.data) - 1, row * col)]
        _, channels, h, w = chosen.shape
        sheet = chosen.reshape(row, col, channels, h, w).transpose(0, 3, 1, 4, 2).reshape(row * h, col * w, channels)
        plt.imshow(sheet.squeeze(), cmap="gray", interpolation="nearest")
        plt.axis("off")
        plt.show()


class MNIST(_Images):
    """Handwritten digits; each flat, from 0 to 1, unless another transform is given."""

    source = rung.datasets.MNIST

    def __init__(
        self, train: bool = True, transform: Any = FLAT,
        target_transform: Any = None,
    ):  # fmt: skip
        super().__init__(train, transform, target_transform)

    @staticmethod
    def labels() -> dict[int, str]:
        """The names of the classes."""
        return {digit: str(digit) for digit in range(10)}


class CIFAR10(_Images):
    """Small photographs in ten classes, from -1 to 1."""

    source: Any = rung.datasets.CIFAR10

    def __init__(
        self, train: bool = True, transform: Any = CENTRED,
        target_transform: Any = None,
    ):  # fmt: skip
        super().__init__(train, transform, target_transform)

    @staticmethod
    def labels(*_: Any) -> dict[int, str]:
        """The names of the classes."""
        return dict(enumerate(rung.datasets.CIFAR10.classes))


class CIFAR100(CIFAR10):
    """Small photographs in a hundred fine or twenty coarse classes, from -1 to 1."""

    def __init__(
        self, train: bool = True, transform: Any = CENTRED,
        target_transform: Any = None, label_type: str = "fine",
    ):  # fmt: skip
        self.label_type = label_type
        self.source = lambda train: rung.datasets.CIFAR100(train=train, label_type=label_type)  # type: ignore[arg-type]
        super().__init__(train, transform, target_transform)

    @staticmethod
    def labels(label_type: str = "fine") -> dict[int, str]:  # type: ignore[override]
        """The names of the classes."""
        from rung.datasets.cifar import COARSE, FINE

        return dict(enumerate(FINE if label_type == "fine" else COARSE))


class ImageNet(Dataset):
    """The names of the thousand classes; the book has no data for it."""

    @staticmethod
    def labels() -> dict[int, str]:
        """The names of the classes, from a file that comes along."""
        return rung.datasets.ImageNet.labels()


class SinCurve(Dataset):
    """A noisy sine, and the same one step later; a cosine without noise to test."""

    def prepare(self) -> None:
        x = np.linspace(0, 2 * np.pi, 1000)
        noise = np.random.uniform(-0.05, 0.05, size=x.shape)
        y = np.sin(x) + noise if self.train else np.cos(x)
        self.data, self.label = y[:-1][:, np.newaxis], y[1:][:, np.newaxis]


class Shakespear(Dataset):
    """Shakespeare, letter by letter, and the same one letter later; letters are numbered as they first occur."""

    def prepare(self) -> None:
        text = rung.datasets.TinyShakespeare.text()
        self.char_to_id = {letter: i for i, letter in enumerate(dict.fromkeys(text))}
        self.id_to_char = {i: letter for letter, i in self.char_to_id.items()}
        numbers = np.array([self.char_to_id[letter] for letter in text])
        self.data, self.label = numbers[:-1], numbers[1:]


def load_cache_npz(filename: str, train: bool = False) -> Any:
    """Arrays `data` and `label` that `save_cache_npz` kept; (None, None) if there are none."""
    from rung.serializers import load_arrays

    path = _cache_path(filename, train)
    if not path.is_file():
        return None, None
    arrays = load_arrays(path)
    return arrays["data"], arrays["label"]


def save_cache_npz(data: Any, label: Any, filename: str, train: bool = False) -> Any:
    """Keep two arrays in the cache; the path of the file."""
    from rung.serializers import save_arrays

    path = _cache_path(filename, train)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_arrays(path, {"data": data, "label": label})
    return str(path)


def _cache_path(filename: str, train: bool) -> Any:
    from pathlib import Path

    return Path(cache_dir) / (filename.rpartition("/")[2] + (".train.npz" if train else ".test.npz"))
