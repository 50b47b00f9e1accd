"""MNIST, the handwritten digits on which networks have been compared since 1998, and the reader of its file format.

The four files are looked for in the folder that `RUNG_DATA` names (in it, or in its folder `mnist`), then in the
cache, and are downloaded otherwise.

IDX format: 0, 0, the type (8 for bytes), the number of axes; the size of each axis as four bytes, largest first;
then the values. All of it is compressed with gzip.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from rung import files
from rung.datasets.dataset import Dataset
from rung.errors import DownloadError

MIRRORS = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"]
CHECKSUMS = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
LARGEST = 60_000 * 28 * 28  # values in the largest file


class MNIST(Dataset):
    """Handwritten digits of 28 by 28 pixels, 0 (paper) to 1 (ink): 60,000 to train, 10,000 to test.

    Shape: data float32 (n, 1, 28, 28), label int64 (n,)

    Raises: `DownloadError` if a file cannot be fetched, or is damaged.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-Based Learning Applied to Document Recognition, 1998.

    >>> MNIST(train=False)                                                              # doctest: +SKIP
    MNIST(train=False): 10000 samples, x float32 (1, 28, 28), t int64, 10 classes
    """

    classes = [str(digit) for digit in range(10)]

    def prepare(self) -> None:
        images, labels = load("train" if self.train else "t10k")
        self.data, self.label = pixels(images), labels


class MNIST10k(Dataset):
    """The 10,000 digits of MNIST's test set, shuffled once and for all: 8,000 to train, 2,000 to test.

    For a machine to which 10 MB are too much, and for a first try in a minute. Results are not to be compared with
    those on MNIST: its own training set is not used at all.

    Shape: data float32 (n, 1, 28, 28), label int64 (n,)

    Raises: `DownloadError` if a file cannot be fetched, or is damaged.

    >>> MNIST10k(train=True)                                                            # doctest: +SKIP
    MNIST10k(train=True): 8000 samples, x float32 (1, 28, 28), t int64, 10 classes
    """

    classes = MNIST.classes

    def prepare(self) -> None:
        images, labels = load("t10k")
        order = np.random.RandomState(10_000).permutation(len(labels))
        cut = len(labels) * 4 // 5
        chosen = order[:cut] if self.train else order[cut:]
        self.data, self.label = pixels(images[chosen]), labels[chosen]


def load(part: str) -> tuple[Any, Any]:
    """The images, uint8 (n, 1, 28, 28), and the labels, int64 (n,), of "train" or "t10k", as the files hold them."""
    images = read_idx(locate(f"{part}-images-idx3-ubyte.gz"), axes=3)
    path = locate(f"{part}-labels-idx1-ubyte.gz")
    labels = read_idx(path, axes=1).astype(np.int64)
    if images.shape[1:] != (28, 28):
        raise DownloadError(f"MNIST: expected images of 28 by 28 pixels, but got {images.shape[1:]}")
    if len(images) != len(labels) or (labels > 9).any():
        raise DownloadError(f"MNIST: expected {len(images)} labels from 0 to 9 in {path}, but it holds others")
    return images[:, np.newaxis], labels


def pixels(images: Any) -> Any:
    """Bytes as float32 from 0 to 1.

    >>> pixels(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    return np.divide(images, 255, dtype=np.float32)


def locate(name: str) -> Path:
    """The path of one of the four files; it is downloaded if it is nowhere to be found."""
    found = files.find(f"mnist/{name}", name)
    return found or files.download([mirror + name for mirror in MIRRORS], f"mnist/{name}", CHECKSUMS[name])


def read_idx(path: Path, axes: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The array of bytes in a gzipped IDX file.

    No more is decompressed than the header announces, and no more than MNIST's largest file holds.

    Raises: `DownloadError` if the file is damaged, cut short, longer than it says, or of another kind.
    """
    import gzip  # takes a while to import, and most programs never read these files
    import zlib

    try:
        with gzip.open(path) as file:
            shape = _read_shape(file, path, axes)
            size = math.prod(shape)
            values = file.read(size)
            complete = len(values) == size and not file.read(1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged(path, f"a whole gzip file, but reading it gave: {error}") from error
    if not complete:
        raise _damaged(path, f"exactly the {size} values that its header announces, but it holds more or fewer")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read_shape(file: Any, path: Path, axes: int) -> tuple[int, ...]:
    header = file.read(4 + 4 * axes)
    if len(header) != 4 + 4 * axes or header[:4] != bytes([0, 0, 8, axes]):
        raise _damaged(path, f"an IDX file of bytes with {axes} axes, but it starts with {header[:4].hex(' ')}")
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4", offset=4))
    if math.prod(shape) > LARGEST:
        raise _damaged(path, f"at most {LARGEST} values, but its header announces the shape {shape}")
    return shape


def _damaged(path: Path, expected: str) -> DownloadError:
    return DownloadError(f"MNIST: expected {path} to be {expected}; delete it, and it will be downloaded again")
