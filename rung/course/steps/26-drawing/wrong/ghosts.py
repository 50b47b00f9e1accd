# caught by: test_dropped_output
# file: dot.py
def get_dot_graph(output, verbose=True):
    names, lines = {}, []

    def name_of(thing):
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
        for ref in f.outputs:
            lines.append(edge(name_of(f), name_of(Variable(None) if ref() is None else ref())))
        for x in f.inputs:
            lines.append(edge(name_of(x), name_of(f)))
            waiting.append(x.creator)
    return digraph(lines)
