"""Fashion-MNIST: MNIST's format and sizes, and a task that is not so easy."""

from __future__ import annotations

from rung.datasets.dataset import Dataset
from rung.datasets.idx import Source, load
from rung.datasets.pixels import pixels

SOURCE = Source(
    "FashionMNIST",
    ["fashion-mnist"],  # and no other: the names of its files are MNIST's
    [
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
    {
        "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
)


class FashionMNIST(Dataset):
    """Pictures of clothes, shoes and bags of 28 by 28 pixels, 0 (background) to 1: 60,000 to train, 10,000 to test.

    Shape: data float32 (n, 1, 28, 28), label int64 (n,)

    Raises: `DownloadError` if a file cannot be fetched, or is damaged.

    Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
    Algorithms, 2017.

    >>> FashionMNIST.classes[9]
    'ankle boot'
    """

    classes = [
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ]  # fmt: skip

    def prepare(self) -> None:
        images, self.label = load(SOURCE, "train" if self.train else "t10k")
        self.data = pixels(images)
