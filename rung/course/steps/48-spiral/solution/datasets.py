# whole file
"""Data to learn from."""

import numpy as np


def get_spiral(train=True):
    """300 points on three arms that wind around each other, and the arm of each: x (300, 2), t (300,)."""
    rng = np.random.default_rng(0 if train else 1)
    t = np.repeat(np.arange(3), 100)
    radius = np.tile(np.arange(100) / 100, 3)
    angle = 4 * t + 4 * radius + 0.2 * rng.standard_normal(300)
    x = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    order = rng.permutation(300)
    return x[order].astype(np.float32), t[order]
