"""A compiled function inside a graph: one node, whose derivative is compiled too.

A step that calls `backward` itself has no need of this. Where what a compiled function returns is differentiated from
outside, its node knows the arguments and the variables that the function read, and its derivative is a function of
them and of the gradients that arrive. That function is compiled in its turn, and if it is differentiated, so on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rung.config import current_mode, mode
from rung.core.checkpoint import Reads
from rung.core.guard import note_saved
from rung.core.node import RELEASED, Node
from rung.core.plan import Plan
from rung.core.record import Record
from rung.core.variable import Variable, constant, handle
from rung.cuda import get_array_module
from rung.errors import GraphError
from rung.transform import grad
from rung.trees import leaves, map_tree


class Links:
    """How the results of a function hang together with what it was called on and what it read."""

    def __init__(self, results: list[Any], arguments: list[Any], variables: list[Variable]):
        made = [i for i, y in enumerate(results) if isinstance(y, Variable) and y.creator is not None]
        reached, is_open = _leaves_behind([results[i] for i in made])
        self.outputs = made if is_open else []  # the step itself has called backward: nothing is left to do
        self.draws = False  # whether random numbers are drawn, which would be others when it runs again
        self.arguments = [i for i, x in enumerate(arguments) if isinstance(x, Variable) and x._record in reached]
        self.variables = [x for x in variables if x._record in reached]
        self.key = (*self.outputs, None, *self.arguments, None, *map(id, self.variables))


def _leaves_behind(results: Sequence[Variable]) -> tuple[set[Record], bool]:
    """The leaves that results were computed from; and whether no backward has passed there so far."""
    stack, seen, found = [y._record for y in results], set[Any](), set()
    while stack:
        record = stack.pop()
        node = record.creator
        if node is None:
            found.add(record)
        elif node not in seen:
            seen.add(node)
            stack.extend(node.edges)
    return found, all(node.saved is not RELEASED for node in seen)


class CompiledCall:
    """The op of the node of one call."""

    name = "compiled"
    broadcasts = False
    book_style = False
    input_names = ()

    def __init__(self, derivative: Callable[..., Any], links: Links, tree: Any):
        self.derivative, self.links, self.n_outputs = derivative, links, len(links.outputs)
        self.tree = map_tree(lambda x: constant(x._data) if isinstance(x, Variable) else x, tree)

    def connect(self, arguments: list[Any], results: list[Any]) -> list[Any]:
        """Put the node into the graph; the results that it computed are in it from here on."""
        inputs = [*[arguments[i] for i in self.links.arguments], *self.links.variables]
        for x in inputs:
            note_saved(x._record, x._data)
        node = Node(
            self, [x._record for x in inputs], Plan(range(len(inputs)), (), tuple), tuple([x._data for x in inputs])
        )
        self.shapes = [(results[i].shape, results[i].dtype) for i in self.links.outputs]
        for index, i in enumerate(self.links.outputs):
            y = results[i]
            results[i] = handle(y._data, Record(node, index, node.serial, y.shape, y.dtype, True))
        return results

    def pull(
        self, node: Node, gys: list[Any], records: list[Any], plain: bool, path: set[Any] | None
    ) -> list[tuple[Any, Any]]:
        """The gradients of what was read: see `Node.pull`."""
        if self.links.draws:
            raise GraphError(
                "compiled: the function draws random numbers, which would be others when it runs again for its "
                "derivative; call backward() inside the function that is compiled"
            )
        places = iter(node.edges)
        known = {i: _as_input(node.saved[n], next(places), plain) for n, i in enumerate(self.links.arguments)}
        flat = [known.get(i, x) for i, x in enumerate(leaves(self.tree))]
        seeds = [self._seed(gy, *shape, node) for gy, shape in zip(gys, self.shapes, strict=True)]
        again = not plain and bool(current_mode().create_graph)
        with mode(raw=False, enable_backprop=True, create_graph=again):
            found = self.derivative(again)(flat, seeds)
        values = [x._data for x in found] if plain else found
        pairs = zip(node.edges, values, strict=True)
        return [(edge, value) for edge, value in pairs if edge.differentiable and (path is None or edge in path)]

    def _seed(self, gy: Any, shape: Any, dtype: Any, node: Node) -> Any:
        if gy is None:
            return constant(get_array_module(node.saved[0]).zeros(shape, dtype))
        return gy if isinstance(gy, Variable) else constant(gy)


def _as_input(array: Any, record: Record, plain: bool) -> Variable:
    """An argument as a leaf of the derivative's own, or, where that is differentiated, in its place in the graph."""
    return Variable(array) if plain else handle(array, record)


def derivative_of(
    step: Callable[..., Any], tree_of: Callable[[list[Any]], tuple[Any, Any]], links: Links, again: bool
) -> Callable[..., Any]:
    """The function from arguments and arriving gradients to the gradients of what `step` read."""

    def derivative(flat: list[Any], seeds: list[Any]) -> list[Any]:
        args, options = tree_of(flat)
        with mode(reads=Reads(current_mode().reads, again=True), enable_backprop=True):
            results = leaves(step(*args, **options))
        inputs = [*[flat[i] for i in links.arguments], *links.variables]
        return list(grad([results[i] for i in links.outputs], inputs, seeds, create_graph=again))

    return derivative
