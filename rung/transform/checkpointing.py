"""checkpoint: memory saved by computing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rung.config import current_mode
from rung.core.checkpoint import Checkpoint, connect

__all__ = ["checkpoint"]


def checkpoint(f: Callable[..., Any], *inputs: Any) -> Any:
    """f(*inputs), of which the graph keeps the inputs alone: backward computes f again.

    A chain of n functions in checkpoints of sqrt(n) needs memory for about 2 sqrt(n) results instead of n, and a
    second forward pass. Parameters that f reads get their gradients too, random numbers are drawn again as they were,
    and derivatives of any order are right. Source: Chen et al., 2016, on training with sublinear memory.

    Args:
        f: a function of Variables, returning one or several. What it does beside that, it does twice; but running
            statistics move once.
        inputs: Variables, or anything else that f takes.

    >>> import rung
    >>> x = rung.Variable(2.0)
    >>> y = checkpoint(lambda x: rung.functions.exp(x * x), x)
    >>> y.backward()
    >>> x.grad.item() == 4 * y.item()
    True
    """
    now = current_mode()
    if not now.enable_backprop or now.passes:
        return f(*inputs)
    op = Checkpoint(f, inputs)
    outputs, reads = op.run(inputs)
    return connect(op, inputs, outputs, reads)
