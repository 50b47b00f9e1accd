# caught by: test_one_function
# file: dot.py
def get_dot_graph(output, verbose=True):
    names, lines = {}, []

    def name_of(thing):
        if thing not in names:
            names[thing] = f"n{len(names)}"
            lines.append(_node_of(thing, names[thing], verbose))
        return names[thing]

    waiting, seen = [output.creator], set()
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
