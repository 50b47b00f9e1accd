# caught by: test_strange_names
# file: dot.py
def _node_of(thing, name, verbose):
    if not isinstance(thing, Variable):
        return node(name, label=type(thing).__name__, shape="box", style="filled", color="lightblue")
    parts = [thing.name] if thing.name else []
    if verbose and thing.data is not None:
        parts.append(f"{thing.shape} {thing.dtype}")
    return f'"{name}" [label="{": ".join(parts)}"];'
