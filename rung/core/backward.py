"""The engine: gradients walk the graph back, from the youngest node to the oldest.

One loop serves every use. Each node is asked once, after all that was computed from it, for the gradients of its
inputs (`Node.pull`); they are added up where they meet. A plain pass computes on arrays and makes no Variable;
with `create_graph` the very same derivatives run on Variables and are recorded in their turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from operator import attrgetter
from typing import Any

import numpy as np

from rung.config import current_mode, mode
from rung.core.record import Record
from rung.core.watch import PassWatcher
from rung.cuda import get_array_module, has_readable_values, is_array
from rung.dtypes import as_array, gradient_dtype
from rung.errors import NanError, ShapeError, message

Root = tuple[Record, Any]


def seed_gradient(variable: Any, grad: Any = None) -> Any:
    """The gradient that a pass starts from: ones, or what the caller gives, checked."""
    xp = get_array_module(variable)
    dtype = gradient_dtype(variable.dtype)
    if grad is None:
        return xp.ones(variable.shape, dtype)
    seed = grad if hasattr(grad, "_record") else as_array(grad, xp)
    if seed.shape != variable.shape:
        raise ShapeError(
            message("backward", "the gradient to start from must have the variable's shape",
                    variable=variable, grad=grad)
        )  # fmt: skip
    return seed if seed.dtype == dtype else seed.astype(dtype)


def backpropagate(
    roots: Sequence[Root],
    *,
    create_graph: bool | None = None,
    retain_graph: bool | None = None,
    retain_grad: bool = False,
    targets: Sequence[Record] | None = None,
    since: int = 0,
) -> dict[Record, Any]:
    """Walk the graph back from `roots`, pairs of a record and its gradient.

    Without `targets`, the gradients of leaves are added to their records. With them, nothing is written: the
    gradients of just these records are returned, and only what leads to them is computed, through nodes that were
    made after the moment `since`.
    """
    now = current_mode()
    create_graph = now.create_graph if create_graph is None else create_graph
    retain_graph = create_graph if retain_graph is None else retain_graph
    plain = not (create_graph or now.passes)
    found: dict[Record, Any] | None = None if targets is None else dict.fromkeys(targets)
    path = None if found is None else _path_to(found, [record for record, _ in roots], since)
    if plain:
        roots = [(record, getattr(seed, "_data", seed)) for record, seed in roots]
    with mode(raw=plain, enable_backprop=create_graph, create_graph=create_graph):
        if now.watcher is None:
            _walk(roots, plain, retain_graph, retain_grad, found, path)
        else:
            with now.watcher.backward(roots, plain) as watcher:
                _walk(roots, plain, retain_graph, retain_grad, found, path, watcher)
    return found or {}


def _walk(
    roots: Iterable[Root],
    plain: bool,
    retain_graph: bool,
    retain_grad: bool,
    found: dict[Record, Any] | None,
    path: set[Any] | None,
    watcher: PassWatcher | None = None,
) -> None:
    debug = current_mode().debug
    arrived: dict[Any, tuple[list[Any], list[Any]]] = {}  # node -> the gradients of its outputs, and their records
    queue: list[Any] = []  # the nodes in `arrived`, youngest first
    arrivals: Iterable[Root] = roots
    handed: tuple[Any, ...] = tuple(seed for _, seed in roots)
    while True:
        for record, gradient in arrivals:
            node = record.creator
            if found is not None and record in found:
                found[record] = _added(found[record], gradient, handed, plain)
            if node is None:
                if found is None and record.differentiable:
                    record.grad = _added(record.grad, gradient, handed, plain)
            elif node in arrived:
                gradients, records = arrived[node]
                gradients[record.index] = _sum(gradients[record.index], gradient)
                records[record.index] = record
            elif path is None or node in path:
                gradients, records = [None] * node.op.n_outputs, [None] * node.op.n_outputs
                gradients[record.index], records[record.index] = gradient, record
                arrived[node] = gradients, records
                heappush(queue, (-node.serial, node))
        if watcher is not None:
            watcher.arrived(arrivals, arrived, found)
        if not queue:
            return
        node = heappop(queue)[1]
        gradients, records = arrived.pop(node)
        if retain_grad:
            _retain(records, gradients)
        handed = (*gradients, *(node.saved or ()))
        if watcher is None:
            arrivals = node.pull(gradients, records, plain, path)
        else:
            arrivals = watcher.visit(node, gradients, records, plain, path)
        if node.op.book_style:  # its backward may return anything, even one array twice
            handed = (*handed, *(gradient for _, gradient in arrivals))
        if debug:
            _check_finite(node, arrivals)
        if not retain_graph:
            node.release()


def _sum(old: Any, new: Any) -> Any:
    return new if old is None else old + new


def _retain(records: list[Any], gradients: list[Any]) -> None:
    for record, gradient in zip(records, gradients, strict=True):
        if record is not None:
            record.grad = own(gradient, (gradient,))


def _added(old: Any, gradient: Any, handed: tuple[Any, ...], plain: bool) -> Any:
    """The sum of what there was, if anything, and a gradient, in memory that no other array shares."""
    if old is None:
        return own(gradient, handed)
    return (getattr(old, "_data", old) if plain else old) + gradient


def own(gradient: Any, handed: tuple[Any, ...]) -> Any:
    """The gradient as an array of its own: a copy, unless the node has made it afresh.

    It is not fresh if it is a view, or the very array that the node was handed or had saved.
    """
    if not is_array(gradient):
        if hasattr(gradient, "_record"):
            return gradient.with_own_array()
        return np.asarray(gradient)  # a NumPy scalar, which is what NumPy makes of 0-d results
    if gradient.base is None and not any(gradient is array for array in handed):
        return gradient
    return gradient.copy()


def _check_finite(node: Any, arrivals: Iterable[Root]) -> None:
    """Under `rung.debug()`: name the op whose derivative made the first NaN or infinity."""
    for _, gradient in arrivals:
        array: Any = getattr(gradient, "_data", gradient)
        if has_readable_values(array) and not bool((abs(array) < float("inf")).all()):
            raise NanError(f"{node.op.name}: the first NaN or infinity of this backward came out of its derivative")


def _path_to(targets: dict[Record, Any], roots: list[Record], since: int) -> set[Any]:
    """The nodes and records between `roots` and `targets`: all whose gradient is worth computing."""
    nodes = {root.creator for root in roots if root.creator is not None}
    stack = list(nodes)
    while stack:
        for edge in stack.pop().edges:
            maker = edge.creator
            if maker is not None and maker not in nodes and maker.serial > since:
                nodes.add(maker)
                stack.append(maker)
    path: set[Any] = set(targets)
    for node in sorted(nodes, key=attrgetter("serial")):
        for edge in node.edges:
            if edge in path or edge.creator in path:
                path.add(edge)
                path.add(node)
    return path
