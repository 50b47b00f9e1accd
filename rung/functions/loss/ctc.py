"""How surprised a sequence of predictions is by a shorter sequence of labels, whichever way the two are aligned.

The sum over all alignments is a recurrence over time. Its derivative is a linear recurrence that runs back, and the
derivative of that is a linear recurrence again, so two ops give derivatives to any order.
"""

from __future__ import annotations

from typing import Any

from rung.core.batch import all_batched
from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import case, mask, normal
from rung.core.variable import Variable
from rung.cuda import get_array_module, has_readable_values
from rung.errors import DTypeError, ShapeError, ValueRangeError, message
from rung.functions.activation import softmax
from rung.functions.documented import composed, documented
from rung.functions.elementwise import cast, clip, where
from rung.functions.elementwise.selection import as_reals
from rung.functions.indexing import take_along_axis
from rung.functions.joining import concat, stack
from rung.functions.loss.terms import check_labels, check_reduction, reduced
from rung.functions.reduction import logsumexp, max
from rung.functions.view import broadcast_to, moveaxis
from rung.shapes import Shape, expect

__all__ = ["ctc"]

# The logarithm of 0, as a number: minus infinity less itself would be NaN. What no path leads to is below DEAD.
NEVER, DEAD = -1e30, -1e29


class LinearScan(Function):
    """A linear recurrence over the first axis, in which a state also hears from those just below it.

        y[0, s] = x[0, s]
        y[t, s] = x[t, s] + sum over k of w[k, t-1, s] y[t-1, s-k]

    With `reverse`, the transpose of this: it starts at the last time, and a state hears from those just above it.

        dx = the scan of dy the other way       dw[k, t-1, s] = dx[t, s] y[t-1, s-k]

    Shape: w (k, time - 1, ..., states), x (time, ..., states) -> that of x

    Args:
        reverse: run from the last time to the first.

    >>> import numpy as np
    >>> linear_scan(np.full((1, 2, 1), 0.5), np.array([[8.0], [0.0], [1.0]]))
    variable([[8.]
              [4.]
              [3.]])
    """

    checks_shape = True
    of_reals = True

    def __init__(self, reverse: bool = False):
        self.reverse = reverse

    def shape(self, w: Shape, x: Shape) -> Shape:
        expect(len(x) >= 2 and x[0] >= 1, "x must have an axis of times, at least one, and one of states")
        expect(
            w[1:] == (x[0] - 1, *x[1:]), "w must have a step less than x along its second axis, and the rest alike"
        )
        return x

    def forward(self, xp: Any, w: Any, x: Any) -> Any:
        y = x.astype(xp.result_type(w, x))
        times, states = range(1, x.shape[0]), x.shape[-1]
        shifts = range(min(w.shape[0], states))
        for t in reversed(times) if self.reverse else times:
            for k in shifts:
                high, low = (..., slice(k, None)), (..., slice(states - k))
                if self.reverse:
                    y[t - 1][low] += (w[k, t - 1] * y[t])[high]
                else:
                    y[t][high] += w[k, t - 1][high] * y[t - 1][low]
        return y

    def grad_x(self, gy: Any, w: Any) -> Any:
        return linear_scan(w, gy, not self.reverse)

    def grad_w(self, gy: Any, w: Any, y: Any, w_shape: Shape) -> Any:
        gx = linear_scan(w, gy, not self.reverse)
        later, earlier = (y[1:], gx[:-1]) if self.reverse else (gx[1:], y[:-1])
        return stack([later * raised(earlier, k, 0.0) for k in range(w_shape[0])])

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        w, x = all_batched(inputs, batched)
        return moveaxis(self(moveaxis(w, 0, 2), moveaxis(x, 0, 1)), 1, 0)

    samples = [
        (normal(3, 3, 2, 4), normal(4, 2, 4)), case(normal(3, 3, 2, 4), normal(4, 2, 4), reverse=True),
        (normal(2, 2, 1), normal(3, 1)), case(normal(1, 0, 3), normal(1, 3), reverse=True),
    ]  # fmt: skip
    errors = [((2, 4, 3), (4, 3)), ((2, 3, 2), (4, 3))]


class AlignmentScores(Function):
    """How likely the paths are that have come to a state at a time, as logarithms: CTC's forward variables.

        y[0, s] = x[0, s] for the first two states
        y[t, s] = x[t, s] + log(exp(y[t-1, s]) + exp(y[t-1, s-1]) + [skip[s]] exp(y[t-1, s-2]))

    A state that no path has reached is at -1e30, and flat. dx is `linear_scan` of dy back in time, in which w are
    the shares of the three ways into a state: softmax over k of y[t-1, s-k].

    Shape: x (time, ..., states), skip (..., states) of booleans -> that of x
    """

    data_inputs = (1,)
    checks_shape = True
    of_reals = True

    def shape(self, x: Shape, skip: Shape) -> Shape:
        expect(len(x) >= 2 and x[0] >= 1, "x must have an axis of times, at least one, and one of states")
        expect(skip == x[1:], "skip must have the shape of x without its axis of times")
        return x

    def forward(self, xp: Any, x: Any, skip: Any) -> Any:
        if skip.dtype.kind != "b":
            raise DTypeError(message("alignment_scores", "skip must be an array of booleans", skip=skip))
        states = x.shape[-1]
        dtype = xp.promote_types(x.dtype, xp.float32)  # half precision does not know NEVER
        y = xp.full((*x.shape[:-1], states + 2), NEVER, dtype)  # two states below the first, never reached
        y[0, ..., 2:4] = x[0, ..., :2]
        for t in range(1, x.shape[0]):
            before = y[t - 1]
            jump = xp.where(skip, before[..., :-2], NEVER)
            ways = xp.stack([before[..., 2:], before[..., 1:-1], jump])
            top = ways.max(axis=0)
            y[t, ..., 2:] = x[t] + top + xp.log(xp.exp(ways - top).sum(axis=0))
        return xp.where(y[..., 2:] <= DEAD, NEVER, y[..., 2:]).astype(x.dtype)

    def grad_x(self, gy: Any, y: Any, skip: Any) -> Any:
        before = y[:-1]
        ways = stack([before, raised(before, 1, NEVER), where(skip, raised(before, 2, NEVER), NEVER)])
        # Not exp(way + x - y), which is the same but for rounding: shares that do not sum to 1 grow over the times.
        shares = where(ways > DEAD, softmax(ways, 0), 0.0)
        return linear_scan(shares, where(y > DEAD, gy, 0.0), reverse=True)

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        x, skip = all_batched(inputs, batched)
        return moveaxis(self(moveaxis(x, 0, 1), skip), 1, 0)

    samples = [(normal(5, 2, 5), mask(2, 5)), (normal(4, 3), mask(3)), (normal(1, 1), mask(1))]
    errors = [((3, 2), (3,)), ((4,), (4,))]


def raised(x: Any, k: int, fill: float) -> Any:
    """The values of the states, each where the k-th above it was."""
    return concat([x[..., :k] * 0.0 + fill, x[..., :-k]], -1) if k else x


@documented(LinearScan)
def linear_scan(w: Any, x: Any, reverse: bool = False) -> Variable:
    return apply(LinearScan(reverse), w, x)


@documented(AlignmentScores)
def alignment_scores(x: Any, skip: Any) -> Variable:
    return apply(AlignmentScores(), x, skip)


@composed
def ctc(
    log_p: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: int = 0, reduction: str = "mean"
) -> Variable:
    """How surprised predictions over time are by a sequence of labels that says nothing of when.

        terms = -log(sum of p(path) over all paths that are the labels, once repetitions are merged and then blanks
                     left out)

    The mean is of each term divided by its number of labels. Labels that no path fits into are infinitely
    surprising; their gradient is 0. Predictions and labels beyond the lengths count for nothing.

    Shape: log_p (time, N, classes) of logarithms, targets (N, most labels) of integers -> (), or (N,) with
    ``reduction="none"``. Source: Graves et al., ICML 2006

    Args:
        log_p: logarithms of probabilities, such as `log_softmax` gives. Inside `vmap`, this alone may be mapped.
        targets: the labels of each sequence, filled up with any integers.
        input_lengths: (N,) how many times there are to predict, from 1.
        target_lengths: (N,) how many labels there are, from 0.
        blank: the class that stands for no label.
        reduction: ``"mean"``, ``"sum"``, ``"batch"`` (the sum divided by N), ``"none"``.

    Raises:
        ShapeError: these shapes do not fit together.
        DTypeError: labels or lengths are not integers.
        ValueRangeError: a length is beyond its axis; a label is no class, or is the blank.

    >>> import math
    >>> import numpy as np
    >>> log_p = np.log(np.full((2, 1, 2), 0.5))
    >>> loss = ctc(log_p, np.array([[1]]), [2], [1])  # of four paths these: 1 1, 1 blank, blank 1
    >>> round(math.exp(-loss.item()), 6)
    0.75
    """
    check_reduction(reduction, "ctc")
    log_p = as_reals(log_p)
    if getattr(log_p, "dtype", None) == "float16":  # too short for sums of logarithms
        return cast(ctc(cast(log_p, "float32"), targets, input_lengths, target_lengths, blank, reduction), "float16")
    xp = get_array_module(log_p)
    targets, times, counts = (_integers(x, xp) for x in (targets, input_lengths, target_lengths))
    _check(log_p, targets, times, counts, blank, xp)
    states, skip = _states(targets, counts, blank, xp)
    shape = (*log_p.shape[:2], states.shape[-1])
    given = (xp.arange(shape[0])[:, None] < times)[..., None]
    scores = where(given, take_along_axis(log_p, broadcast_to(states, shape), -1), 0.0)
    reached = alignment_scores(clip(scores, low=NEVER), skip)
    terms = _of_the_ends(reached, times, counts, xp)
    return reduced(terms / xp.maximum(counts, 1) if reduction == "mean" else terms, reduction, "ctc")


def _states(targets: Any, counts: Any, blank: int, xp: Any) -> tuple[Any, Any]:
    """The labels with blanks around each, and where one may follow the label before at once: if it is another."""
    rows, most = targets.shape
    states = xp.full((rows, 2 * most + 1), blank, targets.dtype)
    states[:, 1::2] = xp.where(xp.arange(most) < counts[:, None], targets, blank)
    skip = xp.zeros(states.shape, bool)
    skip[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    return states, skip


def _of_the_ends(reached: Any, times: Any, counts: Any, xp: Any) -> Any:
    """What the paths that end in the last label, or in the blank behind it, come to."""
    last, rows = times - 1, xp.arange(len(times))
    after = reached[last, rows, 2 * counts]
    label = where(counts > 0, reached[last, rows, xp.maximum(2 * counts - 1, 0)], NEVER)
    ends = stack([label, after])
    top = max(ends.detach(), 0)  # taken off and put back, for in a large sum the difference of the two would drown
    total = top + logsumexp(ends - top, 0)
    return where(total <= DEAD, xp.inf, -total)


def _integers(x: Any, xp: Any) -> Any:
    """Labels or lengths as an array beside the predictions, wide enough to count with; what is no integer stays."""
    x = getattr(x, "_data", x)
    x = xp.asarray(x, dtype=int) if isinstance(x, (list, tuple)) and not x else xp.asarray(x)
    return x.astype(int) if x.dtype.kind in "iu" else x


def _check(log_p: Any, targets: Any, times: Any, counts: Any, blank: int, xp: Any) -> None:
    came = {"log_p": log_p, "targets": targets, "input_lengths": times, "target_lengths": counts}
    for x in (targets, times, counts):
        if x.dtype.kind != "i":
            raise DTypeError(message("ctc", "labels and lengths must be integers", **came))
    shapes = [tuple(getattr(x, "shape", ())) for x in came.values()]
    if [len(shape) for shape in shapes] != [3, 2, 1, 1] or len({*shapes[0][1:2], *[s[0] for s in shapes[1:]]}) > 1:
        raise ShapeError(
            message("ctc", "log_p must be (time, N, classes), targets (N, labels), and both lengths (N,)", **came)
        )
    if not 0 <= blank < shapes[0][2]:
        raise ValueRangeError(f"ctc: blank must be one of the {shapes[0][2]} classes, but got {blank!r}")
    _check_lengths("input_lengths", times, 1, shapes[0][0])
    _check_lengths("target_lengths", counts, 0, shapes[1][1])
    if has_readable_values(targets):
        given = targets[xp.arange(shapes[1][1]) < counts[:, None]]
        check_labels("ctc", given, shapes[0][2])
        if bool((given == blank).any()):
            raise ValueRangeError(f"ctc: the blank, {blank}, must not be among the labels")


def _check_lengths(name: str, lengths: Any, low: int, high: int) -> None:
    if has_readable_values(lengths) and lengths.size and not (low <= int(lengths.min()) and lengths.max() <= high):
        raise ValueRangeError(
            f"ctc: {name} must be from {low} to {high}, but they go from {int(lengths.min())} to {int(lengths.max())}"
        )
