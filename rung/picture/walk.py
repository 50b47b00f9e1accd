"""`graph_of`: what lies behind a variable, as a graph, without a recording."""

from __future__ import annotations

from rung.core.variable import Variable
from rung.errors import DTypeError, describe
from rung.picture.arrays import describe_array
from rung.picture.building import Builder
from rung.picture.graph import Graph
from rung.picture.groups import add_groups

BEFORE = -1  # stands for the time before the first event


def graph_of(*outputs: Variable, title: str = "") -> Graph:
    """The functions and variables that some variables were computed by.

    The engine forgets the arrays in between, so only those of the outputs are known; and since nobody looked on,
    there are no events, layers or source lines.

    >>> import rung
    >>> x = rung.Variable(2.0, name="x")
    >>> graph_of(x * x + 1)
    <graph of 2 functions, 4 values and 0 events>
    """
    graph = Graph(title)
    builder = Builder(graph)
    for y in outputs:
        if not isinstance(y, Variable):
            raise DTypeError(f"graph_of: expected Variables, but got {describe(y)}")
    builder.adopt([y.creator for y in outputs if y.creator is not None], [y._record for y in outputs])
    for y in outputs:
        place = builder.value_of(y)
        graph.outputs.append(place)
        if not graph.values[place].arrays:
            graph.values[place].arrays.append((BEFORE, describe_array(y._data)))
    graph.outputs = list(dict.fromkeys(graph.outputs))
    builder.values.take_names()
    add_groups(graph)
    return graph
