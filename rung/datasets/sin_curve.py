"""A noisy wave, for recurrent networks to continue."""

from __future__ import annotations

import numpy as np

from rung.datasets.dataset import Dataset

STEPS, NOISE = 1000, 0.05


class SinCurve(Dataset):
    """One turn of a noisy sine in 999 steps; the task is the next value. To test, a clean cosine.

        y_k = sin(2 pi k / 999) + noise, noise uniform in [-0.05, 0.05)        x = y_k, t = y_{k+1}

    Shape: data float32 (999, 1), label float32 (999, 1)

    It is the wave of the book, with noise that is the same in every run.

    >>> SinCurve()
    SinCurve(train=True): 999 samples, x float32 (1,), t float32 (1,)
    """

    def prepare(self) -> None:
        angle = np.linspace(0, 2 * np.pi, STEPS)
        noise = np.random.default_rng(0).uniform(-NOISE, NOISE, STEPS)
        values = (np.sin(angle) + noise if self.train else np.cos(angle)).astype(np.float32)[:, np.newaxis]
        self.data, self.label = values[:-1], values[1:]
