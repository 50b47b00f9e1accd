"""How surprised a softmax is by the labels."""

from __future__ import annotations

from typing import Any

from rung.core.call import apply
from rung.core.function import Function
from rung.core.samples import case, labels, normal
from rung.core.variable import Variable
from rung.cuda import has_readable_values
from rung.errors import DTypeError, ValueRangeError, message
from rung.functions.documented import documented
from rung.functions.elementwise.selection import as_reals
from rung.shapes import Shape, expect

__all__ = ["one_hot", "softmax_cross_entropy"]


class OneHot(Function):
    """A 1 where the label is, 0 elsewhere; a constant.

    Shape: (...) -> (..., classes)
    """

    differentiable = False
    data_inputs = (0,)

    def __init__(self, classes: int, dtype: Any = "float32"):
        self.classes = classes
        self.dtype = dtype

    def shape(self, t: Shape) -> Shape:
        return (*t, self.classes)

    def forward(self, xp: Any, t: Any) -> Any:
        check_labels("one_hot", t, self.classes)
        return (t[..., None] == xp.arange(self.classes)).astype(self.dtype)

    samples = [case(labels(5, classes=3), classes=3), case(labels(2, 3, classes=4), classes=4)]


class SoftmaxCrossEntropy(Function):
    """How surprised a softmax of the scores is by the labels, on average.

        p = softmax(x)        y = mean(-log p[t])        dx = (p - onehot(t)) dy / n

    Computed from the scores, so a confident mistake costs what it should and never infinity. The probabilities are
    a second output, which the derivative reads instead of computing them again.

    Shape: x (..., classes), t (...) of integers -> ()

    Raises:
        ShapeError: t does not have one label for each row of x.
        DTypeError: the labels are not integers.
        ValueRangeError: a label is not a class.

    >>> import numpy as np
    >>> round(softmax_cross_entropy(np.zeros((2, 4)), np.array([0, 3])).item(), 4)
    1.3863
    """

    output_names = ("y", "p")
    data_inputs = (1,)
    checks_shape = True

    def shape(self, x: Shape, t: Shape) -> tuple[Shape, Shape]:
        expect(len(x) >= 1, "x must have an axis of classes")
        expect(
            t == x[:-1],
            "there must be one integer label for each row of x, so t has the shape of x without its last axis",
        )
        return (), x

    def forward(self, xp: Any, x: Any, t: Any) -> Any:
        check_labels("softmax_cross_entropy", t, x.shape[-1])
        shifted = x - x.max(axis=-1, keepdims=True)
        p = xp.exp(shifted)
        total = p.sum(axis=-1, keepdims=True)
        p /= total
        chosen = xp.take_along_axis(shifted, t[..., None], -1) - xp.log(total)
        return -chosen.mean(), p

    def grad_x(self, gy: Any, p: Any, t: Any, gp: Any = None) -> Any:
        n = p.size // p.shape[-1] if p.size else 1
        gx = (p - one_hot(t, p.shape[-1], p.dtype)) * (gy / n)
        if gp is not None:  # someone differentiates the derivative, which reads p
            g = p * gp
            gx = gx + g - p * g.sum(axis=-1, keepdims=True)
        return gx

    samples = [
        (normal(5, 3), labels(5, classes=3)),
        (normal(2, 4, 3), labels(2, 4, classes=3)),
        (normal(3), labels(classes=3)),
    ]
    errors = [((5, 3), (5, 1)), ((5, 3), (4,))]


def check_labels(op: str, t: Any, classes: int) -> None:
    """Refuse labels that are not integers, or not classes."""
    if getattr(t, "dtype", None) is None or t.dtype.kind not in "iu":
        raise DTypeError(message(op, "labels must be integers", t=t))
    if has_readable_values(t) and t.size and not (int(t.min()) >= 0 and int(t.max()) < classes):
        raise ValueRangeError(
            message(
                op,
                f"labels must be from 0 to {classes - 1}, but they go from {int(t.min())} to {int(t.max())}",
            )
        )


@documented(OneHot)
def one_hot(t: Any, classes: int, dtype: Any = "float32") -> Variable:
    return apply(OneHot(classes, dtype), t)


@documented(SoftmaxCrossEntropy)
def softmax_cross_entropy(x: Any, t: Any) -> Variable:
    return apply(SoftmaxCrossEntropy(), as_reals(x), t)[0]  # type: ignore[no-any-return]
