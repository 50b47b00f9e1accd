"""What people read beside a loss: measures of how right predictions are. None has a derivative."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import labels, normal
from rung.core.variable import Variable
from rung.functions.documented import documented
from rung.functions.loss.cross_entropy import check_labels
from rung.shapes import Shape, expect

__all__ = ["accuracy"]


class Accuracy(Function):
    """The share of rows whose highest score is at the label; a constant. Of no rows at all, NaN.

        mean(argmax(y) = t)

    Shape: y (..., classes), t (...) of integers -> ()
    """

    differentiable = False
    data_inputs = (0, 1)  # neither is cast to the dtype of the other
    checks_shape = True

    def shape(self, y: Shape, t: Shape) -> Shape:
        expect(len(y) >= 1, "y must have an axis of classes")
        expect(t == y[:-1], "there must be one integer label for each row of y")
        return ()

    def forward(self, xp: Any, y: Any, t: Any) -> Any:
        check_labels("accuracy", t, y.shape[-1])
        return (y.argmax(axis=-1) == t).mean(dtype=y.dtype if y.dtype.kind == "f" else "float32")

    samples = [(normal(5, 3), labels(5, classes=3)), (normal(2, 4, 3), labels(2, 4, classes=3))]
    errors = [((5, 3), (5, 1)), ((5, 3), (4,))]


@documented(Accuracy)
def accuracy(y: Any, t: Any) -> Variable:
    return apply(Accuracy(), y, t)
