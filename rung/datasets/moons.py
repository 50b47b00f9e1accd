"""Two half moons that reach into one another."""

from __future__ import annotations

import numpy as np

from rung.datasets.dataset import Dataset

POINTS, NOISE = 150, 0.1  # POINTS on each moon


class Moons(Dataset):
    """Two half circles of 150 points each, with some noise, shuffled; every run gives the same points.

        upper: (cos a, sin a)        lower: (1 - cos a, 0.5 - sin a)        a = 0, ..., pi

    Shape: data float32 (300, 2), label int64 (300,)

    >>> Moons(train=False)
    Moons(train=False): 300 samples, x float32 (2,), t int64, 2 classes
    """

    classes = ["upper", "lower"]

    def prepare(self) -> None:
        generator = np.random.default_rng(0 if self.train else 1)
        angle = np.tile(np.linspace(0, np.pi, POINTS), 2)
        moon = np.repeat(np.arange(2), POINTS)
        side = 1 - 2 * moon
        points = np.stack([moon + side * np.cos(angle), 0.5 * moon + side * np.sin(angle)], axis=1)
        order = generator.permutation(2 * POINTS)
        self.data = (points + NOISE * generator.standard_normal(points.shape)).astype(np.float32)[order]
        self.label = moon.astype(np.int64)[order]
