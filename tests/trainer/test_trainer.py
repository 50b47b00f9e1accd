"""The loop: what is learnt, measured, shown, saved, and how it ends."""

import math
import signal

import numpy as np
import pytest

import rung
import rung.functions as F
import rung.layers as L
from rung import Variable
from rung.config import Config
from rung.errors import NanError, ValueRangeError
from rung.models import MLP
from rung.optimizers import SGD
from rung.trainer import Callback, EarlyStopping, Trainer, evaluate

RNG = np.random.default_rng(0)
X = RNG.standard_normal((32, 4)).astype(np.float32)
T = (X[:, 0] > 0).astype(int)


def make(optimizer=None, **options):
    rung.seed(0)
    model = MLP((8, 2), activation=F.tanh)
    options = {"metrics": {"accuracy": F.accuracy}, "quiet": True} | options
    return Trainer(model, optimizer or SGD(0.5), F.softmax_cross_entropy, **options)


def loader(batch_size=8, **options):
    return rung.DataLoader((X, T), batch_size, seed=0, **options)


def test_it_learns_what_the_explicit_loop_learns():
    trainer = make()
    trainer.fit(loader(), 3)
    rung.seed(0)
    model = MLP((8, 2), activation=F.tanh)
    optimizer = SGD(0.5).setup(model)
    batches = loader()
    for _ in range(3):
        for x, t in batches:
            loss = F.softmax_cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(trainer.model.state_dict()[name], array)


def test_the_history_says_what_was_measured():
    trainer = make()
    history = trainer.fit(loader(), 4, validation=loader(shuffle=False))
    assert [row["epoch"] for row in history] == [1, 2, 3, 4]
    assert set(history[0]) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"}
    assert history[-1]["loss"] < history[0]["loss"]
    figures = evaluate(trainer.model, loader(3, shuffle=False), F.softmax_cross_entropy, {"accuracy": F.accuracy})
    assert figures["loss"] == pytest.approx(history[-1]["val_loss"], rel=1e-5)
    assert figures["accuracy"] == pytest.approx(history[-1]["val_accuracy"])


def test_validation_runs_in_test_mode_and_training_does_not():
    seen = []

    class Watched(rung.Model):
        def __init__(self):
            self.l = L.Linear(2, in_size=4)

        def forward(self, x):
            seen.append((Config.train, Config.enable_backprop))
            return self.l(x)

    Trainer(Watched(), SGD(0.1), F.softmax_cross_entropy, quiet=True).fit(loader(32), 1, validation=loader(32))
    assert seen == [(True, True), (False, False)]


def test_callbacks_are_called_in_order_also_when_it_fails():
    calls = []

    class Log(Callback):
        def on_begin(self, trainer):
            calls.append("begin")

        def on_step_end(self, trainer):
            calls.append(trainer.step)

        def on_epoch_end(self, trainer):
            calls.append("epoch")

        def on_end(self, trainer):
            calls.append("end")

    make(callbacks=[Log()]).fit(loader(16), 2)
    assert calls == ["begin", 1, 2, "epoch", 3, 4, "epoch", "end"]
    calls.clear()

    class Fail(Callback):
        def on_step_end(self, trainer):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make(callbacks=[Log(), Fail()]).fit(loader(16), 1)
    assert calls == ["begin", 1, "end"]


@pytest.mark.parametrize("batch_size", [4, 5])
def test_accumulated_gradients_are_those_of_the_big_batch(batch_size):
    x, t = X[: 4 * batch_size], T[: 4 * batch_size]
    small = make(accumulate=4)
    small.fit(rung.DataLoader((x, t), batch_size, shuffle=False), 2)
    big = make()
    big.fit(rung.DataLoader((x, t), 4 * batch_size, shuffle=False), 2)
    assert small.step == big.step == 2
    for name, array in big.model.state_dict().items():
        np.testing.assert_allclose(small.model.state_dict()[name], array, rtol=1e-4, atol=1e-6)


def test_what_is_left_of_an_epoch_is_a_step_too():
    trainer = make(accumulate=3)
    trainer.fit(rung.DataLoader((X, T), 8, shuffle=False), 1)
    assert trainer.step == 2
    whole = make(accumulate=3)
    whole.fit(rung.DataLoader((X[:24], T[:24]), 8, shuffle=False), 1)
    last = make(SGD(0.5))
    last.model.load_state_dict(whole.model.state_dict())
    last.fit(rung.DataLoader((X[24:], T[24:]), 8, shuffle=False), 1)
    for name, array in last.model.state_dict().items():
        np.testing.assert_allclose(trainer.model.state_dict()[name], array, rtol=1e-4, atol=1e-6)


def test_early_stopping_and_the_best_weights(tmp_path):
    figures = iter([3.0, 2.0, 2.5, 2.5, 2.5, 1.0])

    class Figure(Callback):
        def on_epoch_end(self, trainer):
            kept.append(trainer.epochs_since_best)

    kept = []
    trainer = make(folder=tmp_path, monitor="val_figure", callbacks=[EarlyStopping(3), Figure()])
    trainer.metrics = {"figure": lambda y, t: next(figures) if not Config.train else 0.0}
    trainer.fit(loader(32), 10, validation=loader(32))
    assert kept == [0, 0, 1, 2, 3]
    assert trainer.epoch == 5
    again = make(folder=tmp_path, monitor="val_figure", callbacks=[EarlyStopping(3), Callback()])
    assert again.resume()
    assert again.epochs_since_best == 3
    best = MLP((8, 2))
    best.load_weights(tmp_path / "best.npz")
    assert not np.array_equal(best.layers[0].W.data, trainer.model.layers[0].W.data)


def test_higher_may_be_better():
    trainer = make(monitor="accuracy", higher_is_better=True)
    trainer.fit(loader(), 5)
    assert trainer.best == max(row["accuracy"] for row in trainer.history)


def test_nan_in_forward_is_named():
    class Bad(rung.Model):
        def __init__(self):
            self.l = L.Linear(2, in_size=4)
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            return F.log(self.l(x) - (1e9 if self.calls >= 2 else -1e3))

    trainer = Trainer(Bad(), SGD(0.1), F.softmax_cross_entropy, quiet=True)
    with pytest.raises(NanError, match=r"the loss is no number any more at step 2; log: the first NaN"):
        trainer.fit(loader(), 1)
    assert trainer.step == 1


def test_nan_in_backward_is_named():
    class Bad(rung.Model):
        def __init__(self):
            self.w = rung.Parameter(np.zeros(4, np.float32))

        def forward(self, x):
            return F.stack([F.sqrt(F.absolute(x * self.w)).sum(1), x[:, 0]], 1)

    before = rung.random.get_state()
    trainer = Trainer(Bad(), SGD(0.1), F.softmax_cross_entropy, quiet=True)
    with pytest.raises(NanError, match=r"the gradient is no number any more at step 1; (sqrt|absolute|mul)"):
        trainer.fit(loader(), 1)
    np.testing.assert_array_equal(trainer.model.w.data, 0)
    assert before is not None


def test_bad_data_are_said_to_be_bad():
    x = X.copy()
    x[3, 1] = np.nan
    with pytest.raises(NanError, match="look at the data"):
        make().fit(rung.DataLoader((x, T), 32), 1)


def test_ctrl_c_waits_for_the_edge_of_a_step_and_leaves_a_checkpoint(tmp_path):
    class Press(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 3:
                signal.raise_signal(signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    trainer = make(folder=tmp_path, callbacks=[Press()])
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(loader(), 5)
    assert trainer.step == 3
    assert signal.getsignal(signal.SIGINT) is handler
    again = make(folder=tmp_path, callbacks=[Callback()])
    assert again.resume()
    assert again.step == 3
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(again.model.state_dict()[name], array)


def test_lines_for_a_file_and_silence_on_request(capsys):
    make(quiet=False).fit(loader(), 2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("training: epoch 2/2  loss ")
    assert "accuracy" in lines[1]
    make().fit(loader(), 1)
    assert capsys.readouterr().out == ""


def test_an_iterable_without_a_length_will_do():
    trainer = make()
    trainer.fit((batch for batch in [(X[:4], T[:4]), (X[4:8], T[4:8])]), 1)
    assert trainer.step == 2


@pytest.mark.parametrize("options", [{"accumulate": 0}, {"save_every": 0}, {"accumulate": 1.5}])
def test_bad_options_are_refused(options):
    with pytest.raises(ValueRangeError, match=r"Trainer: expected (accumulate|save_every)"):
        make(**options)
    with pytest.raises(ValueRangeError, match="patience"):
        EarlyStopping(0)


def test_evaluate_of_nothing():
    assert math.isnan(evaluate(lambda x: x, [], F.softmax_cross_entropy)["loss"])
    y = evaluate(lambda x: Variable(x), [(np.ones((2, 3)), np.zeros(2, int))], F.softmax_cross_entropy)
    assert y["loss"] == pytest.approx(math.log(3))


# What could be lost or mixed up ------------------------------------------------------------------------------------


def test_what_is_monitored_has_to_be_measured():
    with pytest.raises(ValueRangeError, match="val_acuracy is monitored, but only epoch, loss, accuracy"):
        make(monitor="val_acuracy", higher_is_better=True).fit(loader(), 1)


@pytest.mark.parametrize("name", ["loss", "epoch"])
def test_names_of_the_trainers_own_figures_are_refused(name):
    with pytest.raises(ValueRangeError, match=f"a metric may not be called {name}"):
        make(metrics={name: F.accuracy})


def test_gradients_from_before_do_not_go_into_the_first_update():
    clean = make()
    clean.model(X)
    clean.fit(loader(), 1)
    dirty = make()
    F.softmax_cross_entropy(dirty.model(X), T).backward()
    dirty.fit(loader(), 1)
    np.testing.assert_array_equal(clean.model.layers[0].W.data, dirty.model.layers[0].W.data)


def test_a_folder_with_another_run_is_not_written_over(tmp_path):
    make(folder=tmp_path).fit(loader(), 2)
    with pytest.raises(ValueRangeError, match=r"holds the checkpoint of another run; resume\(\) it"):
        make(folder=tmp_path).fit(loader(), 1)
    trainer = make(folder=tmp_path)
    trainer.resume()
    assert len(trainer.fit(loader(), 3)) == 3


def test_an_optimizer_of_another_model_is_refused():
    with pytest.raises(ValueRangeError, match="set up for another model"):
        make(SGD(0.1).setup(MLP((2,))))
    with pytest.raises(rung.errors.DTypeError, match="expected an optimizer"):
        make(SGD)


def test_batches_without_labels_and_loaders_without_batches_are_refused():
    with pytest.raises(rung.errors.DTypeError, match=r"expected batches \(x, t\)"):
        make().fit(rung.DataLoader(X, 2), 1)
    with pytest.raises(ValueRangeError, match="gave no batch"):
        make().fit(rung.DataLoader((X[:3], T[:3]), 8, drop_last=True), 1)


def test_a_checkpoint_of_another_optimizer_changes_nothing(tmp_path):
    from rung.optimizers import Adam

    make(folder=tmp_path).fit(loader(), 2)
    other = make(Adam(0.1), folder=tmp_path)
    other.model(X)
    before = {name: array.copy() for name, array in other.model.state_dict().items()}
    with pytest.raises(rung.errors.WeightFileError, match="expected the state of Adam"):
        other.resume()
    for name, array in other.model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    with pytest.raises(
        rung.errors.WeightFileError, match="monitors None, of which lower is better, the trainer accuracy"
    ):
        make(folder=tmp_path, monitor="accuracy").resume()
    with pytest.raises(rung.errors.WeightFileError, match="lacks"):
        make().load_state_dict({})


def test_the_middle_of_an_epoch_needs_a_loader_with_a_place(tmp_path):
    class Fail(Callback):
        def on_step_end(self, trainer):
            if trainer.step == 3:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        make(folder=tmp_path, save_every=1, callbacks=[Fail()]).fit(loader(), 2)
    trainer = make(folder=tmp_path)
    trainer.resume()
    with pytest.raises(ValueRangeError, match="left in the middle of an epoch"):
        trainer.fit([(X, T)], 2)


def test_best_weights_are_there_before_the_checkpoint_says_so(tmp_path, monkeypatch):
    trainer = make(folder=tmp_path)
    monkeypatch.setattr(
        trainer, "save", lambda: pytest.fail("died") if not (tmp_path / "best.npz").exists() else None
    )
    trainer.fit(loader(), 1)


def test_a_plateau_is_told_how_it_goes():
    from rung.schedules import Plateau

    trainer = make(SGD(Plateau(0.5, patience=1, factor=0.1)))
    trainer.metrics = {}
    trainer.loss = lambda y, t: F.sum(y * 0) + 1.0
    trainer.fit(loader(), 6)
    assert trainer.optimizer.lr < 0.5


def test_early_stopping_stays_stopped_after_a_resume(tmp_path):
    trainer = make(SGD(0.0), folder=tmp_path, callbacks=[EarlyStopping(1)])
    trainer.fit(loader(shuffle=False), 9)
    epochs = trainer.epoch
    assert epochs < 9
    again = make(SGD(0.0), folder=tmp_path, callbacks=[EarlyStopping(1)])
    again.resume()
    again.fit(loader(shuffle=False), 9)
    assert again.epoch == epochs


def test_ctrl_c_in_the_last_validation_is_not_swallowed(tmp_path):
    trainer = make(folder=tmp_path)

    def press(y, t):
        if not Config.train:
            signal.raise_signal(signal.SIGINT)
        return 0.0

    trainer.metrics = {"press": press}
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(loader(), 1, validation=[(X, T)])
    assert trainer.epoch == 1


def test_a_second_ctrl_c_does_not_wait():
    class Press(Callback):
        def on_step_end(self, trainer):
            calls.append(1)
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            calls.append(2)

    calls = []
    with pytest.raises(KeyboardInterrupt):
        make(callbacks=[Press()]).fit(loader(), 1)
    assert calls == [1]


def test_whoever_has_begun_is_told_of_the_end():
    ended = []

    class First(Callback):
        def on_end(self, trainer):
            ended.append("first")

    class Second(Callback):
        def on_begin(self, trainer):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        make(callbacks=[First(), Second()]).fit(loader(), 1)
    assert ended == ["first"]


def test_metrics_keep_no_graph():
    seen = []
    make(metrics={"seen": lambda y, t: seen.append((y * 2).creator) or 0.0}).fit(loader(), 1)
    assert set(seen) == {None}


class Remembering(Callback):
    def __init__(self):
        self.seen = 0

    def on_step_end(self, trainer):
        self.seen += 1

    def state_dict(self):
        return {"seen": self.seen, "array": np.full(2, self.seen)}

    def load_state_dict(self, state):
        self.seen = state["seen"]
        assert state["array"].tolist() == [self.seen] * 2


def test_callbacks_and_the_best_figure_come_back(tmp_path):
    trainer = make(folder=tmp_path, callbacks=[Remembering()])
    trainer.fit(loader(), 2)
    again = make(folder=tmp_path, callbacks=[Callback(), Remembering()])
    again.resume()
    assert again.callbacks[1].seen == trainer.step == 8
    assert again.best == trainer.best
    with pytest.raises(rung.errors.WeightFileError, match="state of the callbacks"):
        make(folder=tmp_path).resume()


@pytest.mark.parametrize("seed", range(8))
def test_the_batch_that_went_wrong_is_run_again_with_the_same_random_numbers(seed):
    class Unlucky(rung.Model):
        def __init__(self):
            self.l = L.Linear(2, in_size=4)

        def forward(self, x):
            return self.l(x) + F.log(F.dropout(Variable(np.ones(1, np.float32)), 0.5))

    trainer = Trainer(Unlucky(), SGD(0.0), F.softmax_cross_entropy, quiet=True)
    rung.seed(seed)
    with pytest.raises(NanError, match="; log: the first NaN"):
        trainer.fit(loader(), 20)


def test_a_request_to_terminate_is_like_ctrl_c(tmp_path):
    class Terminate(Callback):
        def on_step_end(self, trainer):
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt, match="the checkpoint is in"):
        make(folder=tmp_path, callbacks=[Terminate()]).fit(loader(), 1)
    assert (tmp_path / "last.npz").exists()


def test_a_checkpoint_of_another_version_is_refused(tmp_path, monkeypatch):
    make(folder=tmp_path).fit(loader(), 1)
    monkeypatch.setattr("rung.trainer.state.VERSION", 99)
    with pytest.raises(rung.errors.WeightFileError, match="this version"):
        make(folder=tmp_path).resume()


def test_large_gradients_are_numbers():
    from rung.trainer.nans import is_finite as _is_finite

    assert _is_finite(np.full(3, 3e38, np.float32))
    assert not _is_finite(np.array([np.inf, 1.0]))


def test_a_loss_that_learns_nothing_is_refused():
    trainer = make()
    trainer.model(X)
    trainer.model.freeze()
    with pytest.raises(rung.errors.GraphError, match="are all layers frozen"):
        trainer.fit(loader(), 1)
    other = make()
    other.loss = lambda y, t: 1.0
    with pytest.raises(rung.errors.DTypeError, match="expected the loss to be a Variable, but got float"):
        other.fit(loader(), 1)


def test_an_epoch_that_goes_on_in_its_middle_does_not_begin_again(tmp_path):
    class Begins(Callback):
        def __init__(self, stop_at=None):
            self.begun, self.stop_at = [], stop_at

        def on_epoch_begin(self, trainer):
            self.begun.append(trainer.epoch)

        def on_step_end(self, trainer):
            if trainer.step == self.stop_at:
                raise KeyboardInterrupt

    first, second = Begins(stop_at=6), Begins()
    with pytest.raises(KeyboardInterrupt):
        make(folder=tmp_path, callbacks=[first], save_every=1).fit(loader(), 3)
    trainer = make(folder=tmp_path, callbacks=[second])
    trainer.resume()
    trainer.fit(loader(), 3)
    assert (first.begun, second.begun) == ([0, 1], [2])
