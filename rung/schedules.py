"""Schedules: how a learning rate, or any other number of an optimizer, changes from update to update.

A schedule is a function of the number of updates done so far, t = 0, 1, 2 …; a function of yours is one too. It
remembers nothing, so a run that is resumed at t goes on with the same rate. `Plateau` alone remembers something,
and an optimizer saves it with its own state. To count in epochs, multiply them by the updates in one:
``cosine(0.1, steps=epochs * len(loader))``.

>>> from rung.optimizers import SGD
>>> optimizer = SGD(lr=linear(0.1, steps=10))
>>> optimizer.lr
0.1
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

from rung.errors import DTypeError, ValueRangeError, WeightFileError, describe, message

Schedule = Callable[[int], float]

__all__ = [
    "Plateau",
    "Schedule",
    "constant",
    "cosine",
    "cosine_restarts",
    "exponential",
    "linear",
    "multi_step",
    "one_cycle",
    "polynomial",
    "sequence",
    "step",
    "warm_up",
]


def constant(rate: float) -> Schedule:
    """The same rate for ever.

        rate(t) = rate

    >>> constant(0.1)(1000)
    0.1
    """
    _check_rates("constant", rate=rate)
    return lambda t: rate


def step(rate: float, every: int, factor: float = 0.1) -> Schedule:
    """Multiply the rate by a factor every so many updates.

        rate(t) = rate * factor ** (t // every)

    >>> [step(1.0, every=2, factor=0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    _check_rates("step", rate=rate, factor=factor)
    _check_counts("step", every=every)
    return lambda t: rate * factor ** (t // every)


def multi_step(rate: float, at: Sequence[int], factor: float = 0.1) -> Schedule:
    """Multiply the rate by a factor at chosen updates. Source: He et al., CVPR 2016, who divide by ten.

        rate(t) = rate * factor ** (how many of `at` are <= t)

    >>> [multi_step(1.0, at=[1, 4], factor=0.5)(t) for t in range(5)]
    [1.0, 0.5, 0.5, 0.5, 0.25]
    """
    _check_rates("multi_step", rate=rate, factor=factor)
    marks = _marks("multi_step", at)
    return lambda t: rate * factor ** bisect_right(marks, t)


def exponential(rate: float, factor: float) -> Schedule:
    """Multiply the rate by a factor at every update.

        rate(t) = rate * factor ** t

    >>> exponential(1.0, factor=0.5)(3)
    0.125
    """
    _check_rates("exponential", rate=rate, factor=factor)
    return lambda t: rate * factor**t


def linear(rate: float, steps: int, end: float = 0.0) -> Schedule:
    """Go from one rate to another on a straight line, up or down, and stay there.

        rate(t) = end + (rate - end) * (1 - s)          s = min(t / steps, 1)

    >>> [linear(1.0, steps=4)(t) for t in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    return _way("linear", rate, steps, end, lambda s: 1 - s)


def polynomial(rate: float, steps: int, end: float = 0.0, power: float = 2.0) -> Schedule:
    """Go from one rate to another along a power of the remaining time, and stay there.

        rate(t) = end + (rate - end) * (1 - s) ** power          s = min(t / steps, 1)

    Source: Chen et al., 2017, on semantic image segmentation, with power 0.9.

    >>> [polynomial(1.0, steps=4)(t) for t in range(5)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0]
    """
    _check_rates("polynomial", power=power)
    return _way("polynomial", rate, steps, end, lambda s: (1 - s) ** power)


def cosine(rate: float, steps: int, end: float = 0.0) -> Schedule:
    """Go from one rate to another along half a wave of a cosine, and stay there.

        rate(t) = end + (rate - end) * (1 + cos(pi * s)) / 2          s = min(t / steps, 1)

    Source: Loshchilov & Hutter, ICLR 2017.

    >>> [round(cosine(1.0, steps=4)(t), 3) for t in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    return _way("cosine", rate, steps, end, _half_wave)


def cosine_restarts(rate: float, steps: int, end: float = 0.0, growth: int = 1) -> Schedule:
    """Fall along a cosine again and again, each time from the full rate. Source: Loshchilov & Hutter, ICLR 2017.

        rate(t) = end + (rate - end) * (1 + cos(pi * s)) / 2          s: the share of the cycle that is over

    Args:
        rate: at the start of every cycle.
        steps: updates in the first cycle.
        end: what a cycle falls to.
        growth: how many times longer each cycle is than the one before.

    >>> [round(cosine_restarts(1.0, steps=2, growth=2)(t), 3) for t in range(7)]
    [1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0]
    """
    _check_rates("cosine_restarts", rate=rate, end=end)
    _check_counts("cosine_restarts", steps=steps, growth=growth)

    def at(t: int) -> float:
        length = steps
        while growth > 1 and t >= length:
            t -= length
            length *= growth
        return end + (rate - end) * _half_wave(t % length / length)

    return at


def one_cycle(
    rate: float, steps: int, rise: float = 0.3, start: float | None = None, end: float | None = None
) -> Schedule:
    """Rise along a cosine to a high rate, then fall along one to nearly nothing, and stay there.

    The momentum often goes the other way: ``momentum=one_cycle(0.85, steps, start=0.95, end=0.95)``.
    Source: Smith, 2018, "A disciplined approach to neural network hyper-parameters"; cosines in place of his lines.

    Args:
        rate: the highest.
        steps: updates in the cycle; the last of them has the rate `end`.
        rise: the share of them that the rise takes, in (0, 1).
        start: the rate of the first update; a 25th of the highest if None.
        end: the rate of the last update; a ten-thousandth of `start` if None.

    >>> [round(one_cycle(1.0, steps=10)(t), 3) for t in (0, 2, 5, 9, 10)]
    [0.04, 1.0, 0.611, 0.0, 0.0]
    """
    _check_rates("one_cycle", rate=rate)
    start = rate / 25 if start is None else start
    end = start / 1e4 if end is None else end
    _check_rates("one_cycle", start=start, end=end, rise=rise)
    _check_counts("one_cycle", at_least=2, steps=steps)
    if not 0 < rise < 1:
        raise ValueRangeError(message("one_cycle", "rise must be between 0 and 1", rise=rise))
    top = max(rise * steps - 1, 0.0)  # when the rate is highest

    def at(t: int) -> float:
        if t < top:
            return rate + (start - rate) * _half_wave(t / top)
        return end + (rate - end) * _half_wave(min((t - top) / (steps - 1 - top), 1.0))

    return at


def warm_up(steps: int, then: float | Schedule) -> Schedule:
    """Rise on a straight line to the first rate of a schedule, which then begins.

        rate(t) = then(0) * (t + 1) / (steps + 1)    for t < steps
        rate(t) = then(t - steps)                    afterwards

    No update is wasted on a rate of 0. Source: Goyal et al., 2017, on large batches.

    >>> [warm_up(3, then=step(1.0, every=2))(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 0.1]
    """
    _check_counts("warm_up", steps=steps)
    after = _schedule("warm_up", then)
    return lambda t: after(t - steps) if t >= steps else after(0) * (t + 1) / (steps + 1)


def sequence(schedules: Sequence[float | Schedule], at: Sequence[int]) -> Schedule:
    """One schedule after another; each counts from its own beginning.

    Args:
        schedules: numbers are constant.
        at: the update at which each of them begins, from the second one on.

    >>> [sequence([1.0, linear(0.5, steps=2)], at=[2])(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.25, 0.0]
    """
    parts = [_schedule("sequence", part) for part in schedules]
    marks = _marks("sequence", at)
    if len(parts) != len(marks) + 1:
        expected = "expected one schedule more than beginnings in `at`, for the first begins at 0"
        raise ValueRangeError(message("sequence", expected, schedules=len(parts), at=len(marks)))
    starts = [0, *marks]

    def rate(t: int) -> float:
        i = bisect_right(marks, t)
        return parts[i](t - starts[i])

    return rate


class Plateau:
    """Lower the rate when a metric no longer improves.

        rate(t) = max(schedule(t) * scale, least)
        scale *= factor                    at every metric that is one too many without improvement

    The metric is told after every epoch, or whenever it was measured; one that is NaN is no improvement. What is
    remembered (scale, best metric, metrics waited) is saved with the optimizer's state.

    Args:
        rate: a number, or a schedule that is scaled; a Plateau goes around other schedules, never into them.
        factor: what the rate is multiplied by, in (0, 1).
        patience: how many metrics without improvement are put up with.
        higher_is_better: for an accuracy; False for a loss.
        threshold: the share of the best metric by which a metric must be better than it.
        cooldown: how many metrics after a fall do not count as waiting.
        least: the rate is not made lower than this.

    >>> plateau = Plateau(1.0, factor=0.5, patience=1)
    >>> for loss in (3.0, 2.0, 2.5, 2.0):
    ...     plateau.tell(loss)
    >>> plateau(4)
    0.5
    """

    def __init__(
        self,
        rate: float | Schedule,
        factor: float = 0.1,
        patience: int = 10,
        higher_is_better: bool = False,
        threshold: float = 1e-4,
        cooldown: int = 0,
        least: float = 0.0,
    ):
        _check_rates("Plateau", factor=factor, threshold=threshold, least=least)
        _check_counts("Plateau", at_least=0, patience=patience, cooldown=cooldown)
        if not 0 < factor < 1:
            raise ValueRangeError(message("Plateau", "factor must be between 0 and 1", factor=factor))
        self.rate = _schedule("Plateau", rate)
        self.factor, self.patience, self.higher_is_better = factor, patience, higher_is_better
        self.threshold, self.cooldown, self.least = threshold, cooldown, least
        self.scale = 1.0
        self.best = -math.inf if higher_is_better else math.inf
        self.waited = 0  # metrics since the best one, or since the rate fell
        self.cooling = 0  # metrics until waiting begins again

    def __call__(self, t: int) -> float:
        rate = self.rate(t)
        return max(rate * self.scale, min(rate, self.least))

    def tell(self, metric: Any) -> None:
        """Take note of a metric, a number or a Variable with one element; the rate may fall."""
        value = float(metric)
        if self._improves(value):
            self.best, self.waited = value, 0
        elif not self.cooling:
            self.waited += 1
        self.cooling = max(self.cooling - 1, 0)
        if self.waited > self.patience:
            self.scale *= self.factor
            self.waited, self.cooling = 0, self.cooldown

    def _improves(self, value: float) -> bool:
        gain = value - self.best if self.higher_is_better else self.best - value
        return gain > (self.threshold * abs(self.best) if math.isfinite(self.best) else 0.0)

    def state_dict(self) -> dict[str, float]:
        """What is remembered, as numbers by name."""
        return {"scale": self.scale, "best": self.best, "waited": self.waited, "cooling": self.cooling}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises:
            WeightFileError: the names differ, or what they name are no numbers.
        """
        if not isinstance(state, dict) or state.keys() != self.state_dict().keys():
            came = ", ".join(map(str, state)) if isinstance(state, dict) else describe(state)
            raise WeightFileError(f"Plateau: expected scale, best, waited and cooling, but got {came or 'nothing'}")
        try:
            waited, cooling = int(state["waited"]), int(state["cooling"])
            scale, best = float(state["scale"]), float(state["best"])
        except (TypeError, ValueError, OverflowError) as error:
            raise WeightFileError(f"Plateau: expected numbers in its state, but {error}") from error
        self.scale, self.best, self.waited, self.cooling = scale, best, waited, cooling


# What they share


def checked_number(op: str, name: str, value: Any, below: float = math.inf) -> float:
    """A number in [0, below) as a float of Python's own, which never widens an array.

    >>> checked_number("SGD", "momentum", 1.5, below=1)
    Traceback (most recent call last):
    rung.errors.ValueRangeError: SGD: momentum must be a number of at least 0 and below 1, but got 1.5
    """
    if not isinstance(value, Real) or not 0 <= float(value) < below:
        most = "" if below == math.inf else f" and below {below:g}"
        raise ValueRangeError(f"{op}: {name} must be a number of at least 0{most}, but got {value!r}")
    return float(value)


def _way(op: str, rate: float, steps: int, end: float, left: Callable[[float], float]) -> Schedule:
    """From `rate` to `end`; `left` says how much of the way is left after a share of the steps."""
    _check_rates(op, rate=rate, end=end)
    _check_counts(op, steps=steps)
    return lambda t: end + (rate - end) * left(min(t / steps, 1.0))


def _half_wave(share: float) -> float:
    return (1 + math.cos(math.pi * share)) / 2


def _schedule(op: str, value: float | Schedule) -> Schedule:
    """A schedule as it is; a number as a constant one."""
    if isinstance(value, Plateau):  # inside another schedule nobody would see it to save its state
        raise DTypeError(f"{op}: a Plateau cannot be inside another schedule; put it around: Plateau({op}(…))")
    if callable(value):
        return value
    _check_rates(op, rate=value)
    return lambda t: value


def _check_rates(op: str, **rates: Any) -> None:
    for name, value in rates.items():
        checked_number(op, name, value)


def _check_counts(op: str, at_least: int = 1, **counts: Any) -> None:
    for name, value in counts.items():
        if not isinstance(value, Integral) or value < at_least:
            raise ValueRangeError(f"{op}: {name} must be an integer of at least {at_least}, but got {value!r}")


def _marks(op: str, at: Sequence[int]) -> list[int]:
    """The updates at which something happens, in order."""
    marks = list(at)
    for mark in marks:
        _check_counts(op, at_least=0, at=mark)
    if marks != sorted(marks):
        raise ValueRangeError(f"{op}: at must rise from mark to mark, but got {marks}")
    return marks
