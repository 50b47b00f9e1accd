"""Datasets for the workers, in a file of their own, so that a new process can import them.

Some do harm at one sample: `At(HARM, index)`.
"""

import os
import signal
import sys
import threading
import time

import numpy as np

from rung import random
from rung.datasets import Dataset


class Squares:
    """n samples (i, i * i)."""

    def __init__(self, n=40):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return np.float32(i), i * i


class Noisy(Squares):
    """Samples with random numbers of their own."""

    def __getitem__(self, i):
        generator = random.generator()
        return np.float32(i) + generator.standard_normal(3), generator.integers(1000)


class Harmful(Squares):
    """Squares; but at one sample something happens."""

    def __init__(self, harm, at=5, n=40):
        super().__init__(n)
        self.harm, self.at = harm, at

    def __getitem__(self, i):
        if i == self.at:
            HARMS[self.harm]()
        return super().__getitem__(i)


class Own(Exception):
    """An error that does not survive being sent: its constructor wants two things."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def raise_it(error):
    raise error


HARMS = {
    "raise": lambda: raise_it(KeyError("no such thing")),
    "raise own": lambda: raise_it(Own(1, 2)),
    "stop": lambda: next(iter([])),
    "sys.exit": lambda: sys.exit(3),
    "os._exit": lambda: os._exit(4),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "hang": lambda: time.sleep(600),
}


class Pids(Squares):
    """Every sample is the number of the process that reads it."""

    def __getitem__(self, i):
        time.sleep(0.01)
        return os.getpid()


class Huge(Squares):
    """Samples of 30 MB."""

    def __getitem__(self, i):
        return np.full(30_000_000, i, np.uint8)


class Slow(Squares):
    """Samples that tell a folder when they begin, and then take long."""

    def __init__(self, folder, n=40):
        super().__init__(n)
        self.folder = folder

    def __getitem__(self, i):
        (self.folder / f"{os.getpid()}").touch()
        time.sleep(600)


class Products(Squares):
    """Samples that need a large matrix product."""

    def __getitem__(self, i):
        a = np.full((300, 300), i + 1.0)
        return (a @ a)[0, 0]


class Counted(Squares):
    """Samples that leave a file when they are read."""

    def __init__(self, folder, n=40):
        super().__init__(n)
        self.folder = folder

    def __getitem__(self, i):
        (self.folder / str(i)).touch()
        return i


class Unsendable(Squares):
    """Samples that cannot leave their process."""

    def __getitem__(self, i):
        return threading.Lock()


class Remarkable(Dataset):
    """A dataset with a random transform, by array."""

    def prepare(self):
        self.data = np.arange(60.0).reshape(30, 2)
        self.label = np.arange(30)


def jitter(x):
    return x + random.generator().normal(size=x.shape)


def as_dict(samples):
    xs, ts = zip(*samples, strict=True)
    return {"x": np.stack(xs), "t": np.array(ts), "name": "batch"}


def the_first(samples):
    return samples[0]


def the_next(samples):
    return next(iter(samples[:0]))
