"""Data to learn from: the base class `Dataset`, and sets that are made here, bundled, or downloaded.

A dataset is made of plain NumPy arrays, `data` and `label`. Index it with a number for one pair `(x, t)`, with a
slice or an array of indices for a batch.

>>> from rung.datasets import Spiral
>>> train_set = Spiral(train=True)
>>> x, t = train_set[:30]
>>> x.shape, t.shape
((30, 2), (30,))
"""

from rung.datasets.dataset import Dataset
from rung.datasets.digits import Digits
from rung.datasets.mnist import MNIST, MNIST10k
from rung.datasets.spiral import Spiral, get_spiral

__all__ = ["Dataset", "Digits", "MNIST", "MNIST10k", "Spiral", "get_spiral"]
