"""Small handwritten digits that come with scikit-learn: real data without a download."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.datasets.dataset import Dataset
from rung.errors import MissingExtraError


class Digits(Dataset):
    """1,797 handwritten digits of 8 by 8 pixels, 0 to 1: 1,437 to train, 360 to test, each class in the same share.

    Shape: data float32 (n, 1, 8, 8), label int64 (n,)

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.

    Raises: `MissingExtraError` without scikit-learn (the extra `data`).

    >>> Digits(train=False)
    Digits(train=False): 360 samples, x float32 (1, 8, 8), t int64, 10 classes
    """

    classes = [str(digit) for digit in range(10)]

    def prepare(self) -> None:
        try:
            from sklearn.datasets import load_digits
        except ImportError as error:
            raise MissingExtraError("scikit-learn", "data", "the Digits dataset") from error
        pixels, labels = load_digits(return_X_y=True)
        chosen = split(labels, self.train)
        self.data = (pixels[chosen] / 16).astype(np.float32).reshape(-1, 1, 8, 8)
        self.label = labels[chosen].astype(np.int64)


def split(labels: Any, train: bool) -> Any:
    """The shuffled positions of the training or the test set: of each class, every fifth goes to the test set.

    >>> split(np.zeros(10, np.int64), train=False).size
    2
    """
    generator = np.random.RandomState(1797)
    shuffled = generator.permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    is_test = np.arange(len(labels)) % 5 == 0
    return generator.permutation(by_class[is_test != train])
