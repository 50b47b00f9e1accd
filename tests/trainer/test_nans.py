"""The update itself may make NaN: it is blamed, and nothing is saved."""

import numpy as np
import pytest
from trainer.small import T, X, make

import rung
from rung.errors import NanError
from rung.optimizers import SGD, Adam

ZERO_COLUMN = X.copy()
ZERO_COLUMN[:, 1] = 0


def test_weights_that_the_update_makes_nan_are_not_saved_and_the_optimizer_is_blamed(tmp_path):
    trainer = make(tmp_path, Adam(0.1, eps=0))
    with pytest.raises(
        NanError, match=r"step 1 .* the update by Adam made NaN or infinity of layers.0.W; nothing was"
    ):
        trainer.fit(rung.DataLoader((ZERO_COLUMN, T), 32), 2)
    assert not list(tmp_path.iterdir())
    assert (trainer.step, trainer.history) == (0, [])


def test_the_last_good_checkpoint_stays(tmp_path):
    optimizer = SGD(lambda t: 0.1 if t < 4 else 1e38)
    trainer = make(tmp_path, optimizer)
    with pytest.raises(NanError, match="step 5"):
        trainer.fit(rung.DataLoader((X * 100, T), 8, seed=0), 3)
    again = make(tmp_path, SGD(lambda t: 0.1))
    again.resume()
    assert again.step == 4
    assert all(np.isfinite(array).all() for array in again.model.state_dict().values())


def test_a_hook_that_makes_nan_is_blamed():
    def spoil(params):
        params[0].grad.data *= np.nan

    with pytest.raises(NanError, match=r"a hook of the optimizer made NaN or infinity of them; layers.0.W went bad"):
        make(optimizer=SGD(0.1).add_hook(spoil)).fit(rung.DataLoader((X, T), 8), 1)


def test_large_weights_are_numbers():
    trainer = make(optimizer=SGD(0.0))
    trainer.model(X)
    trainer.model.layers[1].b.data[...] = 3e38
    trainer.loss = lambda y, t: rung.functions.sum(y * 0)
    assert trainer.fit(rung.DataLoader((X, T), 8), 1)[0]["loss"] == 0
