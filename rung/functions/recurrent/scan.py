"""What the scans over time have in common: how they are differentiated, and run on batches.

A scan has its formula twice. `forward` and `gradients` are the fast ones, on arrays: all times share the products
with the inputs, gates are computed in place, and one walk back in time gives the gradients of all inputs. `unrolled`
is the plain one, a step after the other in ops, which can be differentiated to any order: it takes over where a
derivative is itself to be differentiated, and where the examples of a batch have weights of their own.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rung.config import current_mode, mode
from rung.core.backward import backpropagate
from rung.core.batch import all_batched
from rung.core.function import Function
from rung.core.node import Node
from rung.core.plan import Plan, Pull, select
from rung.core.tangent import fresh_place
from rung.core.variable import as_variable
from rung.cuda import get_array_module
from rung.functions.view import expand_dims, moveaxis, reshape
from rung.shapes import Shape, expect


class Scan(Function):
    """A recurrence over the first axis of x, with weights that are the same at all times.

    Its inputs are x (time, N, in), the weights, whose names begin with W or b, and the states before the first time,
    each (N, hidden). The first output is the states at all times.
    """

    checks_shape = True
    of_reals = True
    blocks = 1  # how many columns of W_x there are for each element of the state

    def gradients(self, xp: Any, wanted: set[str], gys: list[Any], saved: Any) -> dict[str, Any]:
        """The gradients of (at least) the wanted inputs by name, on arrays; saved are all inputs and outputs."""
        raise NotImplementedError

    def unrolled(self, *inputs: Any) -> Any:
        """The outputs, computed step by step in ops; axes between time and N are of batches."""
        raise NotImplementedError

    def check(self, x: Shape, W_x: Shape, W_h: Shape, b: Shape, *states: Shape) -> tuple[int, int, int]:
        """Refuse shapes that do not fit; how many times, rows and hidden units there are."""
        expect(len(x) == 3 and x[0] >= 1, "x must be (time, N, in) with at least one time")
        check_weights(self.blocks, x, W_x, W_h, b)
        expect(all(s == (x[1], W_h[0]) for s in states), "every state must be (N, hidden)")
        return x[0], x[1], W_h[0]

    def multiply_adds(self, x: Shape, W_x: Shape, W_h: Shape, *others: Shape) -> int:  # type: ignore[override]
        return x[0] * x[1] * (W_x[0] + W_h[0]) * W_h[1]

    def multiply_adds_back(self, wanted: Collection[int], *shapes: Shape) -> int:
        x, W_x, W_h = shapes[:3]
        outside, inside = len({0, 1}.intersection(wanted)), 1 + (2 in wanted)  # the way back in time has its product
        return x[0] * x[1] * (outside * W_x[0] + inside * W_h[0]) * W_h[1]

    def make_plan(self, wanted: int) -> Plan:
        inputs, outputs = range(len(self.input_names)), range(self.n_outputs)
        pulls = [Pull(i, _all_together) for i in inputs if wanted >> i & 1]
        everything = select([*inputs, *[len(inputs) + i for i in outputs]])
        plan = self.plans[wanted] = Plan(inputs, outputs, everything, pulls=pulls)
        return plan

    def pull(
        self, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        edges = node.edges
        wanted = [i for i, _ in node.plan.pulls if path is None or edges[i] in path]
        if gys[0] is None:
            gys = [self._zeros(0, edges, gys), *gys[1:]]
        if plain:
            names = {self.input_names[i] for i in wanted}
            found = self.gradients(get_array_module(gys[0]), names, gys, node.saved)
            gradients = [found[self.input_names[i]] for i in wanted]
        else:
            gradients = self._recorded(wanted, gys, node.rebuilt(records)[: len(edges)])
        return [(edges[i], node.fit(g, edges[i])) for i, g in zip(wanted, gradients, strict=True) if g is not None]

    def _recorded(self, wanted: list[int], gys: list[Any], inputs: list[Any]) -> list[Any]:
        """The gradients as Variables, through the unrolled formula."""
        recording = current_mode().enable_backprop
        with mode(enable_backprop=True):
            places = [fresh_place(x) if i in wanted else x for i, x in enumerate(inputs)]
            outputs = self.unrolled(*places)
            ys = outputs if isinstance(outputs, tuple) else (outputs,)
            roots = [(y._record, as_variable(gy)) for y, gy in zip(ys, gys, strict=True) if gy is not None]
            targets = [places[i]._record for i in wanted]
            found = backpropagate(roots, create_graph=recording, targets=targets)
        return [found[target] for target in targets]

    def over_batch(self, inputs: list[Any], batched: list[bool]) -> Any:
        weights = [name[0] in "Wb" for name in self.input_names]
        if any(here and weight for here, weight in zip(batched, weights, strict=True)):
            x, *others = all_batched(inputs, batched)
            outputs = self.unrolled(moveaxis(x, 0, 1), *[expand_dims(o, 1) if o.ndim == 2 else o for o in others])
            return _each(outputs, lambda y: moveaxis(y, -3, 0))
        data = [i for i, weight in enumerate(weights) if not weight]
        wholes = list(inputs)
        for i, x in zip(data, all_batched([inputs[i] for i in data], [batched[i] for i in data]), strict=True):
            rows = moveaxis(x, 0, -3)
            wholes[i] = reshape(rows, (*rows.shape[:-3], rows.shape[-3] * rows.shape[-2], rows.shape[-1]))
        size, n = next(len(x) for x, here in zip(inputs, batched, strict=True) if here), wholes[-1].shape[0]

        def apart(y: Any) -> Any:
            return moveaxis(reshape(y, (*y.shape[:-2], size, n // size, y.shape[-1])), -3, 0)

        return _each(self(*wholes), apart)


def check_weights(blocks: int, x: Shape, W_x: Shape, W_h: Shape, b: Shape) -> None:
    """Refuse weights that do not fit x and one another."""
    expect(len(W_h) == 2 and W_h[1] == blocks * W_h[0], f"W_h must be (hidden, {_times(blocks)}hidden)")
    expect(W_x == (x[-1], W_h[1]), f"W_x must be (in, {_times(blocks)}hidden), in being the last axis of x")
    expect(b == W_h[1:], "b must have one element for each column of W_x")


def _times(blocks: int) -> str:
    return f"{blocks} " if blocks > 1 else ""


def _all_together(op: Any, pool: Any) -> Any:
    raise NotImplementedError("a scan computes the gradients of its inputs all together")


def _each(outputs: Any, f: Any) -> Any:
    return tuple(map(f, outputs)) if isinstance(outputs, tuple) else f(outputs)


# On arrays ----------------------------------------------------------------------------------------------------------


def projected(xp: Any, x: Any, W_x: Any, b: Any, *others: Any) -> Any:
    """X @ W_x + b for all times at once, of a dtype that has room for the others too."""
    # An outer product is no product of matrices to BLAS, but a slow one.
    y = rows(x) * W_x if x.shape[-1] == 1 else xp.matmul(rows(x), W_x)
    dtype = xp.result_type(y, b, *others)
    y = y if y.dtype == dtype else y.astype(dtype)
    y += b
    return y.reshape((*x.shape[:-1], W_x.shape[-1]))


def rows(x: Any) -> Any:
    """(time, N, size) -> (time * N, size)."""
    return x.reshape((x.shape[0] * x.shape[1], x.shape[2]))


def activate(xp: Any, a: Any, count: int) -> None:
    """Squash in place: the first `count` columns by a sigmoid, the others by tanh.

    As sigmoid(a) = tanh(a / 2) / 2 + 1 / 2, one call does for both.
    """
    sigmoids = a[..., :count]
    sigmoids *= 0.5
    xp.tanh(a, out=a)
    sigmoids *= 0.5
    sigmoids += 0.5


def through_weights(wanted: set[str], ga: Any, ga_h: Any, x: Any, W_x: Any, W_h: Any, h: Any, hs: Any) -> Any:
    """The gradients of what a = X @ W_x + b + h @ W_h was made of, from those of the two products at all times.

    Args:
        ga: the gradient of X @ W_x + b.
        ga_h: that of h @ W_h, the same array where the two were just added.
        h: the state before the first time.
        hs: those at all times.
    """
    flat, found = rows(ga), {}
    if "x" in wanted:
        found["x"] = (flat @ W_x.T).reshape(x.shape)
    if "W_x" in wanted:
        found["W_x"] = rows(x).T @ flat
    if "b" in wanted:
        found["b"] = flat.sum(axis=0)
    if "W_h" in wanted:
        found["W_h"] = h.T @ ga_h[0]
        if hs.shape[0] > 1:
            found["W_h"] += rows(hs[:-1]).T @ rows(ga_h[1:])
    return found
