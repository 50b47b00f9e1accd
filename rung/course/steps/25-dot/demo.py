from myrung import digraph, edge, node

lines = [node(name, style="filled", color="orange") for name in ("x", "a", "b", "c", "y")]
lines += [node(name, shape="box") for name in ("A", "B", "C", "+")]
chain = [("x", "A"), ("A", "a"), ("a", "B"), ("a", "C"), ("B", "b"), ("C", "c"), ("b", "+"), ("c", "+"), ("+", "y")]
lines += [edge(tail, head) for tail, head in chain]
print(digraph(lines), end="")
