"""A small training for tests."""

import numpy as np

import rung
import rung.functions as F
from rung.models import MLP
from rung.optimizers import Adam
from rung.trainer import Callback, Trainer

RNG = np.random.default_rng(0)
X = RNG.standard_normal((32, 4)).astype(np.float32)
T = (X[:, 0] > 0).astype(int)
BATCHES = [(X[i : i + 8], T[i : i + 8]) for i in range(0, 32, 8)]  # a loader that cannot say where it is


def make(folder=None, optimizer=None, **options):
    rung.seed(0)
    model = MLP((8, 2), activation=lambda x: F.dropout(F.tanh(x), 0.2))
    options = {"quiet": True} | options
    return Trainer(model, optimizer or Adam(0.01), F.softmax_cross_entropy, folder=folder, **options)


def loader(**options):
    return rung.DataLoader((X, T), 8, **{"seed": 0} | options)


def weights(trainer):
    return {name: array.copy() for name, array in trainer.model.state_dict().items()}


class At(Callback):
    """Do something after an update."""

    def __init__(self, step, do):
        self.step, self.do = step, do

    def on_step_end(self, trainer):
        if trainer.step == self.step:
            self.do()
