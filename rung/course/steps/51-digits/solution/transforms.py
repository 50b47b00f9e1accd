# whole file
"""What is done to an example on its way."""

import numpy as np


class Compose:
    """One after the other."""

    def __init__(self, *transforms):
        self.transforms = transforms

    def __call__(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x


def flatten(x):
    """A picture as one row."""
    return x.reshape(-1)


def as_float(x):
    """Bytes from 0 to 255 as numbers from 0 to 1."""
    return x.astype(np.float32) / 255
