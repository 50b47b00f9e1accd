# whole file
"""Data in portions."""

import math

import numpy as np

from .random import rng


class DataLoader:
    """Batches of a dataset. Each loop over it is a new epoch, and knows nothing of other loops."""

    def __init__(self, dataset, batch_size, shuffle=True):
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle

    def __len__(self):
        return math.ceil(len(self.dataset) / self.batch_size)

    def __iter__(self):
        count = len(self.dataset)
        order = rng.permutation(count) if self.shuffle else np.arange(count)
        for begin in range(0, count, self.batch_size):
            examples = [self.dataset[i] for i in order[begin : begin + self.batch_size]]
            yield np.array([x for x, _ in examples]), np.array([t for _, t in examples])
