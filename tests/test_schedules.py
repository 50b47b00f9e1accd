"""Schedules give PyTorch's numbers, join end to end, and refuse what makes no sense."""

import math
import warnings

import numpy as np
import pytest

import rung.schedules as S
from rung.errors import DTypeError, RungError, ValueRangeError, WeightFileError

PEERS = {
    "constant": (S.constant(0.1), lambda s, o: s.LambdaLR(o, lambda t: 1.0)),
    "step": (S.step(0.1, 7, 0.3), lambda s, o: s.StepLR(o, 7, 0.3)),
    "multi_step": (S.multi_step(0.1, [3, 10, 11], 0.3), lambda s, o: s.MultiStepLR(o, [3, 10, 11], 0.3)),
    "exponential": (S.exponential(0.1, 0.9), lambda s, o: s.ExponentialLR(o, 0.9)),
    "linear": (S.linear(0.1, 20, 0.03), lambda s, o: s.LinearLR(o, 1.0, 0.3, 20)),
    "polynomial": (S.polynomial(0.1, 20, power=0.9), lambda s, o: s.PolynomialLR(o, 20, 0.9)),
    "cosine": (S.cosine(0.1, 40, 0.01), lambda s, o: s.CosineAnnealingLR(o, 40, 0.01)),
    "cosine_restarts": (S.cosine_restarts(0.1, 7, 0.01), lambda s, o: s.CosineAnnealingWarmRestarts(o, 7, 1, 0.01)),
    "growing restarts": (S.cosine_restarts(0.1, 3, growth=2), lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, 2)),
    "one_cycle": (S.one_cycle(0.1, 40), lambda s, o: s.OneCycleLR(o, 0.1, 40)),
    "a short cycle": (S.one_cycle(0.1, 41, 0.21, 0.02, 0.001),
                      lambda s, o: s.OneCycleLR(o, 0.1, 41, pct_start=0.21, div_factor=5, final_div_factor=20)),
    "momentum against the cycle": (S.one_cycle(0.85, 40, start=0.95, end=0.95),
                                   lambda s, o: s.OneCycleLR(o, 0.1, 40)),
    "warm_up": (S.warm_up(5, then=0.1), lambda s, o: s.LinearLR(o, 1 / 6, 1.0, 5)),
    "warm_up, then cosine": (S.warm_up(5, then=S.cosine(0.1, 40)), lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 1 / 6, 1.0, 5), s.CosineAnnealingLR(o, 40)], [5])),
    "sequence": (S.sequence([S.exponential(0.1, 0.9), S.step(0.1, 4, 0.5), 0.1], [6, 20]),
                 lambda s, o: s.SequentialLR(
                     o, [s.ExponentialLR(o, 0.9), s.StepLR(o, 4, 0.5), s.ConstantLR(o, 1.0, 1)], [6, 20])),
}  # fmt: skip


@pytest.mark.parametrize("name", PEERS)
def test_forty_rates_equal_pytorchs(name):
    torch = pytest.importorskip("torch")
    schedule, make = PEERS[name]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1, momentum=0.9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of SequentialLR about itself
        peer = make(torch.optim.lr_scheduler, optimizer)
        for t in range(40):
            key = "momentum" if "momentum" in name else "lr"
            assert schedule(t) == pytest.approx(optimizer.param_groups[0][key], rel=1e-10, abs=1e-16), t
            optimizer.step()
            peer.step()


@pytest.mark.parametrize("higher_is_better", [False, True])
@pytest.mark.parametrize(("patience", "cooldown", "least"), [(0, 0, 0.0), (2, 0, 0.0), (2, 3, 0.0), (1, 1, 0.02)])
def test_a_plateau_equals_pytorchs(higher_is_better, patience, cooldown, least):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, "max" if higher_is_better else "min", 0.5, patience, 0.01, "rel", cooldown, least, eps=0
    )
    plateau = S.Plateau(0.1, 0.5, patience, higher_is_better, 0.01, cooldown, least)
    rng = np.random.default_rng(0)
    metrics = [*(1 + 0.3 ** np.arange(4.0)), *rng.uniform(0.9, 1.1, 30), math.nan, math.nan, *rng.uniform(0.5, 3, 10)]
    rates = set()
    for t, metric in enumerate(metrics):
        plateau.tell(metric)
        peer.step(metric)
        rates.add(plateau(t))
        assert plateau(t) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-10), t
    assert len(rates) > 2


# Ends and joints


@pytest.mark.parametrize("falling", [S.linear, S.polynomial, S.cosine])
def test_what_goes_to_an_end_begins_and_arrives_exactly_and_stays(falling):
    for rate, end in ((0.3, 0.1), (0.1, 0.3), (0.1, 0.1)):
        schedule = falling(rate, steps=7, end=end)
        assert schedule(0) == pytest.approx(rate, rel=1e-15)
        assert [schedule(7), schedule(8), schedule(10**9)] == [end] * 3
        assert all(min(rate, end) <= schedule(t) <= max(rate, end) * (1 + 1e-15) for t in range(9))


@pytest.mark.parametrize("steps", [2, 3, 4, 10, 1000])
@pytest.mark.parametrize("rise", [0.01, 0.3, 0.99])
def test_a_cycle_of_any_length_ends_where_it_should(steps, rise):
    schedule = S.one_cycle(1.0, steps, rise, end=0.001)
    rates = [schedule(t) for t in range(steps)]
    assert rates[-1] == schedule(steps) == schedule(10 * steps) == pytest.approx(0.001)
    assert 0.03 < max(rates) <= 1.0


def test_restarts_start_at_the_full_rate_and_take_no_time_however_late():
    schedule = S.cosine_restarts(1.0, 10, growth=3)
    assert [t for t in range(400) if schedule(t) == 1.0] == [0, 10, 40, 130]
    assert S.cosine_restarts(1.0, 3)(3 * 10**15) == 1.0


def test_each_part_of_a_sequence_counts_from_its_own_beginning():
    parts = [lambda t: t, lambda t: 10 + t, lambda t: 20 + t]
    assert [S.sequence(parts, at=[2, 5])(t) for t in range(8)] == [0, 1, 10, 11, 12, 20, 21, 22]
    assert [S.warm_up(2, then=lambda t: 3 + t)(t) for t in range(5)] == [1, 2, 3, 4, 5]
    assert S.sequence([0.5], at=[])(3) == 0.5


# Plateau


def test_a_plateau_scales_a_schedule_and_goes_no_lower_than_its_least():
    plateau = S.Plateau(S.linear(1.0, steps=10), factor=0.5, patience=0, least=0.3)
    assert plateau(5) == 0.5
    plateau.tell(1.0)
    plateau.tell(1.0)
    assert plateau(0) == 0.5
    assert plateau(5) == 0.3  # not 0.25
    assert plateau(8) == pytest.approx(0.2)  # the schedule itself is lower


def test_improvement_is_a_share_of_the_best_metric_of_either_sign():
    plateau = S.Plateau(1.0, patience=0, threshold=0.1)
    for loss, improved in ((-1.0, True), (-1.05, False), (-1.2, True)):
        plateau.tell(loss)
        assert (plateau.best == loss) is improved


def test_a_rise_shorter_than_one_update_begins_at_the_top():
    schedule = S.one_cycle(1.0, 4, rise=0.1, end=0.001)
    assert schedule(0) == 1.0
    assert schedule(3) == pytest.approx(0.001)


def test_a_state_of_a_plateau_with_no_numbers_changes_nothing():
    plateau = S.Plateau(1.0)
    for value in ("x", None, float("inf"), float("nan"), [1, 2]):
        with pytest.raises(WeightFileError, match="Plateau: expected numbers in its state"):
            plateau.load_state_dict({"scale": 0.5, "best": 1.0, "waited": 1, "cooling": value})
    assert plateau.state_dict() == {"scale": 1.0, "best": float("inf"), "waited": 0, "cooling": 0}


def test_a_plateau_goes_on_from_its_state():
    rng = np.random.default_rng(0)
    metrics = rng.random(40)
    whole, first, second = (S.Plateau(1.0, 0.9, 2, cooldown=2) for _ in range(3))
    for metric in metrics:
        whole.tell(metric)
    for metric in metrics[:17]:
        first.tell(metric)
    second.load_state_dict({name: np.array(value) for name, value in first.state_dict().items()})
    for metric in metrics[17:]:
        second.tell(metric)
    assert second.state_dict() == whole.state_dict()
    assert second(0) == whole(0) < 0.9
    for bad in ({}, {"scale": 1.0}, None):
        with pytest.raises(WeightFileError, match="expected scale, best, waited and cooling, but got"):
            second.load_state_dict(bad)


def test_a_plateau_inside_another_schedule_would_lose_its_state_and_is_refused():
    for make in (lambda p: S.warm_up(3, p), lambda p: S.sequence([0.1, p], [3]), S.Plateau):
        with pytest.raises(DTypeError, match="a Plateau cannot be inside another schedule; put it around"):
            make(S.Plateau(0.1))


# Wrong arguments


@pytest.mark.parametrize(("make", "text"), [
    (lambda: S.constant(-0.1), "constant: rate must be a number of at least 0, but got -0.1"),
    (lambda: S.step(0.1, 0), "step: every must be an integer of at least 1, but got 0"),
    (lambda: S.step(0.1, 2.5), "step: every must be an integer of at least 1, but got 2.5"),
    (lambda: S.step(0.1, 2, math.nan), "step: factor must be a number"),
    (lambda: S.multi_step(0.1, [5, 3]), r"multi_step: at must rise from mark to mark, but got \[5, 3\]"),
    (lambda: S.multi_step(0.1, [-1]), "multi_step: at must be an integer of at least 0, but got -1"),
    (lambda: S.exponential("fast", 0.9), "exponential: rate must be a number of at least 0, but got 'fast'"),
    (lambda: S.linear(0.1, 0), "linear: steps must be"),
    (lambda: S.polynomial(0.1, 10, power=-1), "polynomial: power must be"),
    (lambda: S.cosine(0.1, 10, end=math.inf), "cosine: end must be"),
    (lambda: S.cosine_restarts(0.1, 10, growth=0), "cosine_restarts: growth must be"),
    (lambda: S.one_cycle(0.1, 1), "one_cycle: steps must be an integer of at least 2, but got 1"),
    (lambda: S.one_cycle(None, 10), "one_cycle: rate must be a number of at least 0, but got None"),
    (lambda: S.one_cycle(0.1, 10, rise=1.0), "one_cycle: rise must be between 0 and 1"),
    (lambda: S.warm_up(0, 0.1), "warm_up: steps must be"),
    (lambda: S.warm_up(5, "cosine"), "warm_up: rate must be a number of at least 0, but got 'cosine'"),
    (lambda: S.sequence([0.1, 0.2], []), "sequence: expected one schedule more than beginnings in `at`"),
    (lambda: S.sequence([], []), "sequence: expected one schedule more"),
    (lambda: S.Plateau(0.1, factor=1.0), "Plateau: factor must be between 0 and 1, but got factor = float 1.0"),
    (lambda: S.Plateau(0.1, patience=-1), "Plateau: patience must be an integer of at least 0, but got -1"),
])  # fmt: skip
def test_arguments_that_make_no_sense_are_refused_at_once(make, text):
    with pytest.raises((RungError, ValueRangeError), match=text):
        make()
