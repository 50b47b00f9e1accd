"""Changes of images and arrays on their way into a model. `import rung.transforms as T`.

- of images, Pillow's or arrays (H, W) and (C, H, W): `Convert`, `Resize`, `CenterCrop`
- of images, by chance: `RandomCrop`, `RandomHorizontalFlip`, `RandomVerticalFlip`, `RandomRotation`, `ColorJitter`,
  `RandomErasing`
- from one to the other: `ToArray`, `ToPIL`
- of any arrays: `Normalize`, `Flatten`, `AsType`, `ToFloat`, `ToInt`
- one after the other: `Compose`

A transform is a callable that takes one sample and does not write to it. An image that is an array stays one, of the
same dtype. Chance comes from `rung.random.generator()`: a `DataLoader` starts it anew for every sample, from its
seed, the epoch and the sample's place, so workers never draw the same numbers and a resumed epoch repeats them.

>>> import numpy as np
>>> import rung.transforms as T
>>> augment = T.Compose([T.RandomCrop(28, pad=4), T.RandomHorizontalFlip(), T.Normalize(0.5, 0.5)])
>>> augment(np.zeros((1, 28, 28), np.float32)).shape
(1, 28, 28)
"""

from rung.transforms.coloring import ColorJitter
from rung.transforms.composing import Compose
from rung.transforms.converting import Convert, ToArray, ToPIL
from rung.transforms.erasing import RandomErasing
from rung.transforms.imagenet import imagenet_preprocessing
from rung.transforms.spatial import (
    CenterCrop,
    RandomCrop,
    RandomHorizontalFlip,
    RandomRotation,
    RandomVerticalFlip,
    Resize,
)
from rung.transforms.transform import Transform
from rung.transforms.values import AsType, Flatten, Normalize, ToFloat, ToInt

__all__ = [
    "AsType",
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "Convert",
    "Flatten",
    "Normalize",
    "RandomCrop",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomVerticalFlip",
    "Resize",
    "ToArray",
    "ToFloat",
    "ToInt",
    "ToPIL",
    "Transform",
    "imagenet_preprocessing",
]
