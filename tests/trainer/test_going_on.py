"""What ended a training, and how the next `fit` goes on: exactly, or not at all."""

import signal

import numpy as np
import pytest
from trainer.small import BATCHES, At, X, loader, make, weights

import rung
import rung.functions as F
from rung.config import Config
from rung.errors import ValueRangeError
from rung.trainer import Callback, EarlyStopping


def press():
    signal.raise_signal(signal.SIGINT)


def fail():
    raise ZeroDivisionError


@pytest.fixture(scope="module")
def undisturbed():
    trainer = make()
    trainer.fit(loader(), 3)
    return trainer


@pytest.mark.parametrize("step", [2, 4, 5, 8, 12])
@pytest.mark.parametrize(("do", "error"), [(press, KeyboardInterrupt), (fail, ZeroDivisionError)])
def test_fit_goes_on_exactly_where_it_was_left(step, do, error, undisturbed):
    trainer, batches = make(callbacks=[At(step, do)]), loader()
    with pytest.raises(error):
        trainer.fit(batches, 3)
    trainer.callbacks = []
    trainer.fit(batches, 3)
    assert trainer.step == undisturbed.step == 12
    assert trainer.history == undisturbed.history
    np.testing.assert_equal(weights(trainer), weights(undisturbed))


def test_a_new_loader_takes_the_place_of_the_one_that_was_left(undisturbed):
    trainer = make(callbacks=[At(6, press)])
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(loader(), 3)
    trainer.callbacks = []
    trainer.fit(loader(seed=99), 3)
    np.testing.assert_equal(weights(trainer), weights(undisturbed))


def test_after_an_error_within_a_step_the_epoch_begins_again_with_its_own_means():
    trainer, calls = make(), []

    def loss(y, t):
        calls.append(1)
        if len(calls) == 3:
            raise ZeroDivisionError
        return F.softmax_cross_entropy(y, t) * 0 + len(calls)

    trainer.loss = loss
    with pytest.raises(ZeroDivisionError):
        trainer.fit(loader(), 1)
    history = trainer.fit(loader(), 1)
    assert history[0]["loss"] == np.mean([4, 5, 6, 7])


def test_ctrl_c_leaves_the_good_checkpoint_of_a_loader_that_cannot_say_where_it_is(tmp_path):
    trainer = make(tmp_path, callbacks=[At(6, press)])
    with pytest.raises(KeyboardInterrupt, match="is that of the end of epoch 1, for a loader without a state_dict"):
        trainer.fit(BATCHES, 3)
    with pytest.raises(ValueRangeError, match=r"left in the middle of an epoch.*resume\(\) goes back"):
        trainer.fit(BATCHES, 3)
    whole = make()
    whole.fit(BATCHES, 3)
    again = make(tmp_path)
    again.resume()
    again.fit(BATCHES, 3)
    assert again.step == 12
    np.testing.assert_equal(weights(again), weights(whole))


def test_ctrl_c_before_the_first_checkpoint_of_such_a_loader_says_that_there_is_none(tmp_path):
    with pytest.raises(KeyboardInterrupt, match="without a checkpoint"):
        make(tmp_path, callbacks=[At(2, press)]).fit(BATCHES, 3)
    assert not list(tmp_path.iterdir())


def test_checkpoints_in_the_middle_of_an_epoch_need_a_loader_that_can_say_where_it_is(tmp_path):
    with pytest.raises(ValueRangeError, match="save_every needs a loader with a state_dict"):
        make(tmp_path, save_every=1).fit(BATCHES, 1)
    trainer = make(tmp_path)
    trainer.callbacks = [At(2, trainer.save)]
    with pytest.raises(ValueRangeError, match="in the middle of an epoch a checkpoint needs"):
        trainer.fit(BATCHES, 1)


def test_ctrl_c_in_on_end_is_not_swallowed():
    class Press(Callback):
        def on_end(self, trainer):
            press()

    with pytest.raises(KeyboardInterrupt):
        make(callbacks=[Press()]).fit(loader(), 1)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_is_ignored_stays_ignored(kind):
    before = signal.signal(kind, signal.SIG_IGN)
    try:
        trainer = make(callbacks=[At(2, lambda: signal.raise_signal(kind))])
        trainer.fit(loader(), 1)
        assert trainer.step == 4
        assert signal.getsignal(kind) is signal.SIG_IGN
    finally:
        signal.signal(kind, before)


def test_an_error_at_the_end_does_not_hide_the_one_before():
    class Fail(Callback):
        def on_end(self, trainer):
            raise RuntimeError("at the end")

    with pytest.raises(ZeroDivisionError) as caught:
        make(callbacks=[At(2, fail), Fail()]).fit(loader(), 1)
    assert caught.value.__notes__ == ["Trainer: and at the end, RuntimeError: at the end"]
    with pytest.raises(RuntimeError, match="at the end"):
        make(callbacks=[Fail()]).fit(loader(), 1)


def test_fit_trains_whatever_the_mode_around_it():
    modes = []
    trainer = make()
    trainer.metrics = {"mode": lambda y, t: modes.append(Config.train) or 0.0}
    with rung.test_mode(), rung.no_grad():
        trainer.fit(loader(), 1, validation=BATCHES[:1])
        assert not Config.train
    assert modes == [True] * 4 + [False]


def test_a_misspelt_monitor_costs_nothing():
    trainer = make(monitor="acuracy")
    with pytest.raises(ValueRangeError, match="acuracy is monitored"):
        trainer.fit(loader(), 1)
    assert trainer.step == 0


def test_validation_that_can_be_gone_through_once_is_refused_for_more_epochs():
    with pytest.raises(ValueRangeError, match="an iterator can be gone through once"):
        make().fit(loader(), 2, validation=iter(BATCHES))
    assert make().fit(loader(), 1, validation=iter(BATCHES))[0]["val_loss"] > 0


def test_more_epochs_after_an_early_stop_say_why_nothing_happens(capsys):
    trainer = make(quiet=False, callbacks=[EarlyStopping(1)], monitor="val_none")
    trainer.metrics = {"none": lambda y, t: 0.0}
    trainer.fit(loader(), 9, validation=BATCHES)
    capsys.readouterr()
    trainer.fit(loader(), 9, validation=BATCHES)
    assert capsys.readouterr().out == "training: was stopped after epoch 2; set `stopped` to False to go on\n"
    trainer.stopped, trainer.callbacks = False, []
    assert len(trainer.fit(loader(), 4, validation=BATCHES)) == 4


@pytest.mark.parametrize("name", ["val_loss", "val_x"])
def test_names_of_figures_of_the_validation_are_no_metrics(name):
    with pytest.raises(ValueRangeError, match=f"a metric may not be called {name}"):
        make(metrics={name: F.accuracy})


@pytest.mark.parametrize("inputs", [lambda x: x, lambda x: (x, x), lambda x: {"a": [x, x], "b": x}])
def test_means_are_weighted_by_the_samples_of_a_batch(inputs):
    trainer = make(metrics={"size": lambda y, t: float(len(t))})
    model = trainer.model
    trainer.model.forward = lambda x: type(model).forward(model, rung.trees.leaves(x)[0])
    batches = [(inputs(X[:30]), (X[:30, 0] > 0).astype(int)), (inputs(X[30:]), (X[30:, 0] > 0).astype(int))]
    history = trainer.fit(batches, 1, validation=batches)
    assert history[0]["size"] == history[0]["val_size"] == (30 * 30 + 2 * 2) / 32
