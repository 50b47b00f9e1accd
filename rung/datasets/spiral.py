"""The three-arm spiral: the smallest classification that no straight line can do."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.datasets.dataset import Dataset

ARMS, POINTS = 3, 100  # POINTS on each arm


def get_spiral(train: bool = True) -> tuple[Any, Any]:
    """The points and the labels of a spiral of three arms, shuffled.

        angle = 4 * arm + 4 * radius + 0.2 * noise        radius = 0, 0.01, ..., 0.99
        x = (radius * sin(angle), radius * cos(angle))    t = arm

    Shape: x float32 (300, 2), t int64 (300,)

    They are the points of the book, number for number: its generator and its two seeds, here in an object of our own.

    >>> x, t = get_spiral()
    >>> x.shape, np.bincount(t)
    ((300, 2), array([100, 100, 100]))
    """
    generator = np.random.RandomState(1984 if train else 2020)
    arm = np.repeat(np.arange(ARMS, dtype=np.int64), POINTS)
    radius = np.tile(np.arange(POINTS) / POINTS, ARMS)
    angle = 4 * arm + 4 * radius + 0.2 * generator.randn(ARMS * POINTS)
    points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1).astype(np.float32)
    order = generator.permutation(ARMS * POINTS)
    return points[order], arm[order]


class Spiral(Dataset):
    """Three interleaved spiral arms of 100 points each; every run gives the same points.

    Shape: data float32 (300, 2), label int64 (300,)

    >>> Spiral(train=False)
    Spiral(train=False): 300 samples, x float32 (2,), t int64, 3 classes
    """

    classes = ["arm 0", "arm 1", "arm 2"]

    def prepare(self) -> None:
        self.data, self.label = get_spiral(self.train)
