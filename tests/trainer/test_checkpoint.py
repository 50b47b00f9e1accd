"""A checkpoint is of this training in form and content, or it is refused and nothing has changed."""

import copy

import numpy as np
import pytest
from trainer.small import T, X, loader, make, weights

import rung
from rung.errors import ResumeWarning, RungError, WeightFileError
from rung.optimizers import SGD, Adam, ExponentialMovingAverage
from rung.schedules import Plateau
from rung.trainer import Callback, EarlyStopping
from rung.trainer.state import load_state, save_state


@pytest.fixture(scope="module")
def good():
    trainer = make()
    trainer.fit(loader(), 2)
    return copy.deepcopy(trainer.state_dict())


def everything(trainer):
    """All that a load could change."""
    params = {name: (p.data.copy() if p.is_sized else None, p.trainable) for name, p in trainer.model.named_params()}
    return copy.deepcopy(
        [params, trainer.optimizer.state_dict(), rung.random.get_state(), trainer.epoch, trainer.step, trainer.best,
         trainer.epochs_since_best, trainer.stopped, trainer.history, trainer.means.state(), trainer.loader_states,
         [vars(each) for each in trainer.callbacks]]
    )  # fmt: skip


JUNK = {
    "random is another thing": lambda s: s.update(random={"a": 1}),
    "random of another generator": lambda s: s["random"]["generators"]["numpy"].update(bit_generator="MT19937"),
    "counts with another name": lambda s: s["counts"].update(folder="/tmp/elsewhere"),
    "counts that are texts": lambda s: s["counts"].update(step="many"),
    "counts below 0": lambda s: s["counts"].update(epoch=-5),
    "counts that are bools": lambda s: s["counts"].update(epoch=True),
    "means of another name": lambda s: s.update(means={"x": 1}),
    "means of texts": lambda s: s["means"].update(totals={"loss": "1"}),
    "best is a text": lambda s: s["best"].update(figure="abc"),
    "best is nothing": lambda s: s.update(best=None),
    "history is a text": lambda s: s.update(history="abc"),
    "history of numbers": lambda s: s.update(history=[1]),
    "loaders of another name": lambda s: s.update(loaders={"nowhere": {}}),
    "loaders in a list": lambda s: s.update(loaders=[1]),
    "callbacks is a number": lambda s: s.update(callbacks=5),
    "callbacks of three parts": lambda s: s.update(callbacks=[["Callback", {}, 3]]),
    "monitor is nothing": lambda s: s.update(monitor=None),
    "monitor of another figure": lambda s: s.update(monitor=["acc", True]),
    "higher is better": lambda s: s.update(monitor=[None, True]),
    "stopped is a text": lambda s: s.update(stopped="no"),
    "model is a list": lambda s: s.update(model=[1]),
    "model of texts": lambda s: s.update(model={"layers.0.W": "abc"}),
    "a weight is missing": lambda s: s["model"].pop("layers.0.W"),
    "optimizer is a list": lambda s: s.update(optimizer=[1]),
    "optimizer of texts": lambda s: s["optimizer"].update({"Adam/t": "abc"}),
    "frozen is unknown": lambda s: s.update(frozen=["nothing"]),
    "frozen is a text": lambda s: s.update(frozen="layers.0.W"),
    "averages of a trainer without": lambda s: s.update(averages={}),
    "a part is missing": lambda s: s.pop("random"),
}


@pytest.mark.parametrize("change", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("sized", [True, False], ids=["sized", "fresh"])
def test_a_state_with_anything_wrong_changes_nothing(change, sized, good):
    state = copy.deepcopy(good)
    change(state)
    trainer = make()
    if sized:
        trainer.fit(loader(), 1)
    before = everything(trainer)
    with pytest.raises(RungError):
        trainer.load_state_dict(state)
    np.testing.assert_equal(everything(trainer), before)
    if not sized:
        assert not trainer.model.layers[0].W.is_sized


class Counter(Callback):
    """Has a state only once it has begun."""

    def __init__(self, refuse=False):
        self.seen, self.refuse = 0, refuse

    def on_step_end(self, trainer):
        self.seen += 1

    def state_dict(self):
        return {"seen": self.seen} if self.seen else {}

    def load_state_dict(self, state):
        self.seen = state["seen"]
        if self.refuse:
            raise RuntimeError("no")


@pytest.mark.parametrize("sized", [True, False])
def test_a_callback_that_refuses_its_state_with_any_error_changes_nothing(sized):
    first = make(optimizer=Adam(0.01), callbacks=[Counter(), Counter()])
    first.fit(loader(), 2)
    state = copy.deepcopy(first.state_dict())
    trainer = make(optimizer=Adam(0.01), callbacks=[Counter(), Counter(refuse=True)])
    trainer.fit(loader(), int(sized))
    before = everything(trainer)
    with pytest.raises(WeightFileError, match=r"nothing was changed: RuntimeError\('no'\)"):
        trainer.load_state_dict(state)
    np.testing.assert_equal(everything(trainer), before)


def test_a_callback_whose_state_is_empty_at_first_is_resumed(tmp_path):
    make(tmp_path, callbacks=[Counter()]).fit(loader(), 1)
    again = make(tmp_path, callbacks=[EarlyStopping(9), Counter(), Callback()])
    assert again.resume()
    assert again.callbacks[1].seen == 4
    with pytest.raises(
        WeightFileError, match=r"state of the callbacks \['Counter'\], the trainer has \['Callback'\]"
    ):
        make(tmp_path, callbacks=[Callback()]).resume()


def test_callbacks_of_one_class_get_their_states_in_order():
    first = make(callbacks=[Counter(), Counter()])
    first.callbacks[0].seen = 10
    first.fit(loader(), 1)
    second = make(callbacks=[Counter(), Callback(), Counter()])
    second.load_state_dict(first.state_dict())
    assert [second.callbacks[0].seen, second.callbacks[2].seen] == [14, 4]
    assert first.callbacks[1].seen == 4
    first.history[0]["loss"] = 0.0
    assert second.history[0]["loss"] > 0  # its own


def test_what_a_callback_has_thawed_stays_so_after_a_resume(tmp_path):
    class Thaw(Callback):
        def on_epoch_end(self, trainer):
            if trainer.epoch == 2:
                trainer.model.layers[0].unfreeze()

    def trainer(folder=None):
        made = make(folder, callbacks=[Thaw()])
        made.model(X)
        made.model.layers[0].freeze()
        rung.seed(1)
        return made

    whole = trainer()
    whole.fit(loader(), 5)
    trainer(tmp_path).fit(loader(), 3)
    again = trainer(tmp_path)
    with pytest.warns(ResumeWarning, match=r"layers.0.W learns, layers.0.b learns as saved"):
        again.resume()
    again.fit(loader(), 5)
    np.testing.assert_equal(weights(again), weights(whole))


def test_loaders_without_a_seed_draw_the_same_ones_after_a_resume(tmp_path):
    class Probe(Callback):
        def on_epoch_end(self, trainer):
            seen.append(next(iter(rung.DataLoader((X, T), 4)))[0])

    def run(folder, epochs):
        seen.clear()
        trainer = make(folder, callbacks=[Probe()])
        trainer.resume()
        trainer.fit(rung.DataLoader((X, T), 8), epochs)
        return list(seen)

    seen = []
    whole = run(None, 4)
    np.testing.assert_equal(run(tmp_path, 2) + run(tmp_path, 4), whole)


def test_a_plateau_in_a_group_is_told_once_an_epoch():
    told = []

    class Told(Plateau):
        def tell(self, metric):
            told.append(metric)
            super().tell(metric)

    plateau = Told(0.1, patience=0, factor=0.5)
    trainer = make(optimizer=SGD(0.1).add_group("*.W", lr=plateau).add_group("*.b", lr=plateau))
    trainer.metrics = {"flat": lambda y, t: 1.0}
    trainer.best_so_far.monitor = "flat"
    trainer.fit(loader(), 3)
    assert told == [1.0] * 3
    assert plateau(0) == 0.1 * 0.5**2


@pytest.mark.parametrize("higher", [True, False])
def test_a_plateau_that_waits_for_the_other_direction_is_refused(higher):
    optimizer = SGD(0.1).add_group("*.W", lr=Plateau(0.5, higher_is_better=not higher))
    trainer = make(optimizer=optimizer, higher_is_better=higher)
    with pytest.raises(rung.errors.ValueRangeError, match="give higher_is_better to both alike"):
        trainer.fit(loader(), 1)
    assert trainer.step == 0


def test_everything_goes_through_a_file(tmp_path):
    """Averages, groups, a Plateau, a figure that is NaN: what is read is what was written."""
    trainer = make(tmp_path, SGD(Plateau(0.1)).add_group("*.b", lr_scale=0.5))
    trainer.averages = ExponentialMovingAverage(trainer.model, 0.9)
    trainer.fit(loader(), 1, validation=[(X * np.nan, T)])
    state = trainer.state_dict()
    save_state(tmp_path / "again.npz", state)
    np.testing.assert_equal(load_state(tmp_path / "again.npz"), state)
