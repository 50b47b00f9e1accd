import pathlib
import shutil
import subprocess

from .core import Variable


def get_dot_graph(output, verbose=True):
    """The graph that `output` was computed by, as DOT; `verbose` adds shapes and dtypes."""
    names, lines = {}, []

    def name_of(thing):
        """The name of its node; at the first mention, the node gets its line."""
        if thing not in names:
            names[thing] = f"n{len(names)}"
            lines.append(_node_of(thing, names[thing], verbose))
        return names[thing]

    name_of(output)
    waiting, seen = [output.creator], {None}
    while waiting:
        f = waiting.pop()
        if f in seen:
            continue
        seen.add(f)
        for y in [ref() for ref in f.outputs]:
            if y is not None:
                lines.append(edge(name_of(f), name_of(y)))
        for x in f.inputs:
            lines.append(edge(name_of(x), name_of(f)))
            waiting.append(x.creator)
    return digraph(lines)


def _node_of(thing, name, verbose):
    if not isinstance(thing, Variable):
        return node(name, label=type(thing).__name__, shape="box", style="filled", color="lightblue")
    parts = [thing.name] if thing.name else []
    if verbose and thing.data is not None:
        parts.append(f"{thing.shape} {thing.dtype}")
    return node(name, label=": ".join(parts), style="filled", color="orange")


def plot_dot_graph(output, to_file="graph.svg", verbose=True):
    """Draw the graph into a file; its ending says in which form: svg, png, pdf."""
    if shutil.which("dot") is None:
        raise RuntimeError("plot_dot_graph: expected the program dot, which is not here; install Graphviz")
    kind = pathlib.Path(to_file).suffix[1:]
    subprocess.run(
        ["dot", f"-T{kind}", "-o", str(to_file)], input=get_dot_graph(output, verbose), text=True, check=True
    )
