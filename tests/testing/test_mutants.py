"""A test of the tests: every seeded bug is caught by the checker, by the property that is there for it."""

import numpy as np
import pytest

import rung.core.backward
import rung.core.node
import rung.functions.activation.rectified as rectified
import rung.functions.activation.sigmoidal as sigmoidal
import rung.functions.elementwise.arithmetic as arithmetic
import rung.functions.elementwise.exponential as exponential
import rung.functions.elementwise.selection as selection
import rung.functions.elementwise.trigonometric as trigonometric
import rung.functions.indexing as indexing
import rung.functions.linalg.product as product
import rung.functions.loss.cross_entropy as cross_entropy
import rung.functions.loss.distance as distance
import rung.functions.reduction as reduction
import rung.functions.view as view
from rung.core.samples import case, distinct, normal, uniform
from rung.functions import cast, where
from rung.testing import check_op


def _frozen(x):
    """The values alone, cut out of the graph."""
    return getattr(x, "_data", x)


class ExpThatForgetsItsGraph(exponential.Exp):
    caught_by = "second_derivative_is_true"

    def dx(self, y):
        return _frozen(y)


class TanhThatForgetsItsGraph(trigonometric.Tanh):
    caught_by = "second_derivative_is_true"

    def dx(self, y):
        return 1 - _frozen(y) * y


class ReLUWithTheMaskOfTheGradient(rectified.ReLU):
    caught_by = "first_derivative_is_true"

    dx = None

    def grad_x(self, gy, y):
        return where(gy > 0, gy, 0)


class ReLUThatDropsNegativeGradients(rectified.ReLU):
    caught_by = "first_derivative_is_true"

    dx = None

    def grad_x(self, gy, y):
        return where(y > 0, arithmetic.absolute(gy), 0)


class SubWithASign(arithmetic.Sub):
    caught_by = "first_derivative_is_true"
    db = 1


class DivWithoutTheResult(arithmetic.Div):
    caught_by = "first_derivative_is_true"

    def grad_b(self, gy, b, y):
        return -gy / b


class PowWithOneExponentTooMany(arithmetic.Pow):
    caught_by = "first_derivative_is_true"

    def da(self, a, b):
        return b * a**b


class MaxThatGivesEveryRowTheWholeGradient(reduction.Max):
    caught_by = "first_derivative_is_true"

    def grad_x(self, gy, x, y, x_shape):
        return view.broadcast_to(self.spread(gy, x_shape), x_shape)


class TransposeByTheOrderItself(view.Transpose):
    caught_by = "first_derivative_is_true"
    samples = [case(normal(2, 2, 2), axes=(1, 2, 0))]

    def grad_x(self, gy):
        return gy.transpose(self.axes)


class MeanOfTheLength(reduction.Mean):
    caught_by = "first_derivative_is_true"

    def grad_x(self, gy, x_shape):
        return view.broadcast_to(self.spread(gy, x_shape) / (len(x_shape) or 1), x_shape)


class GetItemThatOverwrites(indexing.GetItem):
    caught_by = "first_derivative_is_true"
    samples = [case(normal(4), index=[0, 2, 0])]

    def grad_x(self, gy, x_shape):
        return _PutItemOnce(self.index, x_shape)(gy)


class _PutItemOnce(indexing.PutItem):
    samples = []

    def forward(self, xp, x):
        y = xp.zeros(self.to, x.dtype)
        y[self.index] = x
        return y


class MatMulWithoutASwap(product.MatMul):
    caught_by = "first_derivative_is_true"
    samples = [(normal(3, 3), normal(3, 3))]

    def grad_a(self, gy, b):
        return gy @ b


class CrossEntropyWithoutItsSecondOrder(cross_entropy.SoftmaxCrossEntropy):
    caught_by = "first_derivative_is_true"

    def grad_x(self, gy, p, t, gp=None):
        return super().grad_x(gy, p, t)


class SinInFloat64(trigonometric.Sin):
    caught_by = "dtype_is_kept"

    def forward(self, xp, x):
        return xp.sin(x.astype("float64"))


class AddThatWidens(arithmetic.Add):
    caught_by = "dtype_is_kept"

    def forward(self, xp, a, b):
        return a + b * xp.float64(1.0)


class NegThatOverwritesItsInput(arithmetic.Neg):
    caught_by = "inputs_stay_untouched"

    def forward(self, xp, x):
        x *= -1
        return x * 1


class MulThatOverwritesTheGradient(arithmetic.Mul):
    caught_by = "inputs_stay_untouched"

    def grad_a(self, gy, b):
        gy *= b
        return gy


class ExpThatIgnoresStrides(exponential.Exp):
    caught_by = "layout_does_not_matter"

    def forward(self, xp, x):
        return xp.exp(x.ravel(order="K").reshape(x.shape))


class SumThatLooks(reduction.Sum):
    caught_by = "runs_on_a_stand_in"

    def forward(self, xp, x):
        return x.sum(axis=self.axis, keepdims=self.keepdims) if x.size == 0 or float(x.reshape(-1)[0]) else x.sum()


class CosOfNumPy(trigonometric.Cos):
    caught_by = "runs_on_a_stand_in"

    def forward(self, xp, x):
        return np.cos(x)


class SinThatRemembers(trigonometric.Sin):
    """State on the instance instead of the node."""

    caught_by = "calls_do_not_disturb_each_other"

    def forward(self, xp, x):
        self.seen = xp.cos(x)
        return xp.sin(x)

    def dx(self, x):
        return self.seen + 0 * x


class SigmoidThatOverflows(sigmoidal.Sigmoid):
    caught_by = "result_is_finite"

    def forward(self, xp, x):
        return xp.exp(x) / (1 + xp.exp(x))


class LinearThatClaimsToBeMultilinear(product.Linear):
    caught_by = "first_derivative_is_true"
    multilinear = True


class SquareThatClaimsToBeLinear(exponential.Exp):
    """Right in reverse mode, wrong in forward mode alone."""

    caught_by = "first_derivative_is_true"

    def tangents(self, inputs, outputs, tangents):
        return [tangents[0] * inputs[0]]


class SumWithAWrongShapeRule(reduction.Sum):
    caught_by = "shape_rule_holds"

    def shape(self, x):
        return ()

    samples = [case(normal(3, 4), axis=0)]


class MeanSquaredErrorThatBroadcasts(distance.MeanSquaredError):
    caught_by = "accepted the shapes"
    checks_shape = False


class ReluThatMultipliesByAMask(exponential.Sqrt):
    """0 times infinity is not 0."""

    caught_by = "gradient_is_not_nan"
    samples = [case(uniform(3, low=0.0, high=0.0))]

    def grad_x(self, gy, y):
        return gy * (cast(y > 0, y.dtype) / (2 * y))


MODULES = (
    *(arithmetic, exponential, trigonometric, selection, rectified, sigmoidal),
    *(reduction, view, indexing, product, cross_entropy, distance),
)

MUTANTS = [
    op for module in MODULES
    for parent in vars(module).values() if isinstance(parent, type)
    for op in parent.__subclasses__() if op.__module__ == __name__ and hasattr(op, "caught_by")
]  # fmt: skip


def test_there_are_enough_mutants():
    assert len(set(MUTANTS)) >= 24


@pytest.mark.parametrize("mutant", sorted(set(MUTANTS), key=lambda op: op.__name__), ids=lambda op: op.__name__)
def test_a_seeded_bug_is_caught(mutant):
    with pytest.raises(AssertionError, match=mutant.caught_by):
        check_op(mutant)


def _accumulate_in_place(old, new):
    if old is None:
        return new
    old += new
    return old


def _cut(gradient, shape):
    return gradient[tuple(slice(0, n) for n in shape)].reshape(shape) if gradient.ndim == len(shape) else gradient[0]


ENGINE_MUTANTS = {
    "gradients alias one another": (rung.core.backward, "own", lambda g, handed: g, "gradients_are_owned"),
    "gradients are added in place": (rung.core.backward, "_sum", _accumulate_in_place, ""),
    "writes go unnoticed": (rung.core.node, "verify", lambda *_: None, "writes_are_noticed"),
    "broadcasting is not summed": (rung.core.node, "sum_to", _cut, "broadcasting_is_expansion|first_derivative"),
    "gradients keep the dtype they come in": (
        rung.core.node.Node, "fit", lambda self, g, edge: g if g.shape == edge.shape else _cut(g, edge.shape), "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bug", ENGINE_MUTANTS)
def test_a_bug_in_the_engine_is_caught(bug, monkeypatch):
    place, name, mutant, caught_by = ENGINE_MUTANTS[bug]
    monkeypatch.setattr(place, name, mutant)
    with pytest.raises(AssertionError, match=caught_by or None):
        for op in (arithmetic.Mul, arithmetic.Add, reduction.Sum, selection.Cast):
            check_op(op, samples=[*op.samples, (normal(3, 1), distinct(3, 4))] if op is arithmetic.Mul else None)
