# caught by: test_shapes
# file: dot.py
def _node_of(thing, name, verbose):
    if not isinstance(thing, Variable):
        return node(name, label=type(thing).__name__, shape="box", style="filled", color="lightblue")
    return node(name, label=thing.name or "", style="filled", color="orange")
