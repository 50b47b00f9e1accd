"""The picture: the graph that is running, forward and backward, recorded, laid out and drawn.

- `record`: what a program does while a block runs; `graph_of`: what lies behind a variable
- `graph`: the graph as plain data; `trace`, `reading`: as a file, which `docs/trace.md` describes
- `groups`: what may be folded into one box
"""

from rung.picture.graph import Graph
from rung.picture.recorder import record
from rung.picture.walk import graph_of

__all__ = ["Graph", "graph_of", "record"]
