"""A training with all that makes an exact resume hard: shuffling, dropout, momenta, hooks with state, a schedule.

    python program.py FOLDER [--steps-before-death N] [--workers N]

prints the SHA-256 of the weights at the end. Told to, it kills itself after so many updates, as a lost machine does.
After Ctrl-C it ends with 130, as a shell would say.
"""

import argparse
import hashlib
import os
import signal
import sys
from pathlib import Path

import numpy as np

import rung
import rung.functions as F
from rung.models import MLP
from rung.optimizers import Adam, ExponentialMovingAverage
from rung.trainer import Callback, EarlyStopping, Trainer

EPOCHS, STEPS_PER_EPOCH = 3, 8


class Death(Callback):
    """Ends the process after an update, or whatever `how` does."""

    def __init__(self, step, how):
        self.step, self.how = step, how

    def on_step_end(self, trainer):
        if trainer.step == self.step:
            self.how()


def make_trainer(folder, death=None, save_every=1):
    rung.seed(3)
    model = MLP((16, 3), activation=lambda x: F.dropout(F.relu(x), 0.4))
    optimizer = Adam(0.01)
    callbacks = [EarlyStopping(patience=50), death or Callback()]
    return Trainer(model, optimizer, F.softmax_cross_entropy, {"accuracy": F.accuracy}, folder, save_every=save_every,
                   averages=ExponentialMovingAverage(model, 0.9), callbacks=callbacks, quiet=True)  # fmt: skip


def make_loader(workers=0):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8 * STEPS_PER_EPOCH - 3, 5)).astype(np.float32)
    return rung.DataLoader((x, rng.integers(0, 3, len(x))), batch_size=8, num_workers=workers)


def fingerprint(trainer):
    """Of weights, optimizer, averages and history."""
    sha = hashlib.sha256()
    for state in (trainer.model.state_dict(), trainer.optimizer.state_dict(), trainer.averages.state_dict()):
        for name, value in sorted(state.items()):
            sha.update(name.encode() + np.asarray(value).tobytes())
    sha.update(repr(trainer.history).encode())
    return sha.hexdigest()


def train(folder, death=None, save_every=1, workers=0):
    trainer, loader = make_trainer(folder, death, save_every), make_loader(workers)
    trainer.resume()
    trainer.fit(loader, EPOCHS, validation=make_loader())
    return fingerprint(trainer)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps-before-death", type=int, default=-1)
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    death = Death(options.steps_before_death, lambda: os.kill(os.getpid(), signal.SIGKILL))
    try:
        print(train(options.folder, death, workers=options.workers))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
