"""Data to learn from: the base class `Dataset`, and sets that are made here, bundled, or downloaded.

- made here: `Spiral`, `Moons`, `SinCurve`; bundled with scikit-learn: `Digits`
- downloaded: `MNIST`, `FashionMNIST`, `CIFAR10`, `CIFAR100`, `TinyShakespeare`
- your own: `ArrayDataset`, `ImageFolder`, `ImageNet`
- made of others: `Subset`, `random_split`, `ConcatDataset`

A dataset is made of plain NumPy arrays, `data` and `label`. Index it with a number for one pair `(x, t)`, with a
slice or an array of indices for a batch.

>>> from rung.datasets import Spiral
>>> train_set = Spiral(train=True)
>>> x, t = train_set[:30]
>>> x.shape, t.shape
((30, 2), (30,))
"""

from rung.datasets.arrays import ArrayDataset
from rung.datasets.cifar import CIFAR10, CIFAR100
from rung.datasets.concat import ConcatDataset
from rung.datasets.dataset import Dataset
from rung.datasets.digits import Digits
from rung.datasets.fashion_mnist import FashionMNIST
from rung.datasets.image_folder import ImageFolder
from rung.datasets.imagenet import ImageNet
from rung.datasets.mnist import MNIST, MNIST10k
from rung.datasets.moons import Moons
from rung.datasets.pixels import Pixels
from rung.datasets.shakespeare import TinyShakespeare
from rung.datasets.sin_curve import SinCurve
from rung.datasets.spiral import Spiral, get_spiral
from rung.datasets.subset import Subset, random_split

__all__ = [
    "ArrayDataset",
    "CIFAR10",
    "CIFAR100",
    "ConcatDataset",
    "Dataset",
    "Digits",
    "FashionMNIST",
    "ImageFolder",
    "ImageNet",
    "MNIST",
    "MNIST10k",
    "Moons",
    "Pixels",
    "SinCurve",
    "Spiral",
    "Subset",
    "TinyShakespeare",
    "get_spiral",
    "random_split",
]
