"""MNIST, the handwritten digits on which networks have been compared since 1998."""

from __future__ import annotations

import numpy as np

from rung.datasets.dataset import Dataset
from rung.datasets.idx import Source, load
from rung.datasets.pixels import pixels

SOURCE = Source(
    "MNIST",
    ["mnist", ""],
    ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
    {
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
)


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
        images, labels = load(SOURCE, "train" if self.train else "t10k")
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
        images, labels = load(SOURCE, "t10k")
        order = np.random.RandomState(10_000).permutation(len(labels))
        cut = len(labels) * 4 // 5
        chosen = order[:cut] if self.train else order[cut:]
        self.data, self.label = pixels(images[chosen]), labels[chosen]
