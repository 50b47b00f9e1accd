# caught by: test_two_inputs
# file: dot.py
def get_dot_graph(output, verbose=True):
    names, lines = {}, []

    def name_of(thing):
        if thing not in names:
            names[thing] = f"n{len(names)}"
            lines.append(_node_of(thing, names[thing], verbose))
        return names[thing]

    name_of(output)
    f = output.creator
    while f is not None:
        for y in [ref() for ref in f.outputs]:
            if y is not None:
                lines.append(edge(name_of(f), name_of(y)))
        x = f.inputs[0]
        lines.append(edge(name_of(x), name_of(f)))
        f = x.creator
    return digraph(lines)
