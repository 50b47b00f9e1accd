"""A trainer with averages of the weights: they are validated and kept as the best; the weights go on as they are."""

import numpy as np
import pytest

import rung
import rung.functions as F
from rung.errors import ResumeWarning, ValueRangeError, WeightFileError
from rung.models import MLP
from rung.optimizers import SGD, ExponentialMovingAverage
from rung.serializers import load_arrays
from rung.trainer import Trainer, evaluate

RNG = np.random.default_rng(0)
X = RNG.standard_normal((32, 4)).astype(np.float32)
T = (X[:, 0] > 0).astype(int)


def make(folder=None, averaged=True, rate=0.5):
    rung.seed(0)
    model = MLP((8, 2), activation=F.tanh)
    averages = ExponentialMovingAverage(model, 0.8) if averaged else None
    return Trainer(model, SGD(rate), F.softmax_cross_entropy, folder=folder, averages=averages, quiet=True)


def loader():
    return rung.DataLoader((X, T), 8, seed=0)


def test_averages_are_validated_and_kept_as_the_best_and_the_weights_go_on(tmp_path):
    trainer = make(tmp_path)
    history = trainer.fit(loader(), 2, validation=loader())
    plain = make(averaged=False)
    plain.fit(loader(), 2)
    for name, array in plain.model.state_dict().items():
        np.testing.assert_array_equal(trainer.model.state_dict()[name], array)
    with trainer.averages.applied():
        assert evaluate(trainer.model, loader(), trainer.loss)["loss"] == pytest.approx(history[-1]["val_loss"])
        best = load_arrays(tmp_path / "best.npz")
        for name, array in trainer.model.state_dict().items():
            np.testing.assert_array_equal(best[name], array)
    assert evaluate(trainer.model, loader(), trainer.loss)["loss"] != pytest.approx(history[-1]["val_loss"], rel=1e-3)


def test_a_resume_goes_on_with_the_averages(tmp_path):
    whole = make()
    whole.fit(loader(), 4)
    make(tmp_path).fit(loader(), 2)
    resumed = make(tmp_path)
    assert resumed.resume()
    resumed.fit(loader(), 4)
    assert resumed.averages.t == 16
    for name, array in whole.averages.state_dict().items():
        np.testing.assert_array_equal(resumed.averages.state_dict()[name], array)


def test_a_checkpoint_without_averages_or_a_trainer_without_them_is_refused(tmp_path):
    make(tmp_path / "with").fit(loader(), 1)
    make(tmp_path / "without", averaged=False).fit(loader(), 1)
    with pytest.raises(WeightFileError, match="only the checkpoint has averages"):
        make(tmp_path / "with", averaged=False).resume()
    with pytest.raises(WeightFileError, match="only the trainer has averages"):
        make(tmp_path / "without").resume()


def test_a_resume_that_fails_at_the_averages_changes_nothing(tmp_path):
    trainer = make()
    trainer.fit(loader(), 1)
    state = trainer.state_dict()
    other = make()
    other.fit(loader(), 3)
    before = {name: array.copy() for name, array in other.model.state_dict().items()}
    state["averages"] = {**state["averages"], "average/x": np.zeros(1)}
    with pytest.raises(WeightFileError, match="averages: average/x"):
        other.load_state_dict(state)
    assert other.optimizer.t == other.averages.t == 12
    for name, array in before.items():
        np.testing.assert_array_equal(other.model.state_dict()[name], array)


def test_another_rate_than_the_saved_one_is_told(tmp_path):
    make(tmp_path).fit(loader(), 1)
    again = make(tmp_path, rate=0.1)
    with pytest.warns(ResumeWarning, match=r"lr is 0.5 as saved, not 0.1"):
        again.resume()
    assert again.optimizer.lr == 0.5


def test_averages_must_be_of_the_same_model():
    with pytest.raises(ValueRangeError, match="of the same model"):
        Trainer(MLP((2,)), SGD(), F.softmax_cross_entropy, averages=ExponentialMovingAverage(MLP((2,))))
