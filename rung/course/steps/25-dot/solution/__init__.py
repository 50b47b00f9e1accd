from .dot import digraph, edge, node, quote
